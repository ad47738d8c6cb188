"""The cameras of a daemon: each is followed by tasks of its own, that begin and end with it."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from daemon import assembly
from daemon.assembly import Before, Replay
from daemon.board import Board
from daemon.change import used
from daemon.clock import Clock
from daemon.counters import CameraFigures
from daemon.crew import Crew
from daemon.knocking import Knocking
from daemon.line import Line, Wiring
from daemon.plan import Plan
from daemon.recorder import Recorder
from daemon.ruling import rule_names
from daemon.standing import Standing
from daemon.starts import Starts
from daemon.supervisor import Bell, Failure, Retry, keep_alive
from daemon.switchboard import Switchboard
from daemon.systemd import Progress
from daemon.thinking import Thinking
from daemon.turns import Turns
from sinks import CameraStatus, ObjectCounts, ZoneCounts

logger = logging.getLogger(__name__)


class House(Protocol):
    """What cameras are connected to."""

    plan: Plan
    bell: Bell
    board: Board
    clock: Clock
    crew: Crew
    progress: Progress
    recorder: Recorder
    standing: Standing
    switchboard: Switchboard
    thinking: Thinking | None


@dataclass(slots=True)
class _Life:
    """The tasks of one camera."""

    follow: asyncio.Task[None]
    beside: list[asyncio.Task[None]] = field(default_factory=list)


class Cameras:
    """Builds the lines of cameras and follows them.

    Args:
        house: What they are connected to.
        replay: What they belong to, if to a replay.
        turns: What their processes share.
    """

    def __init__(self, house: House, replay: Replay | None, turns: Turns) -> None:
        self.lines: dict[str, Line] = {}
        self.retired: list[Line] = []
        """Lines of cameras that went or changed, while a question of theirs waits for its end."""

        self._house = house
        self._replay = replay
        self._turns = turns
        self._starts = Starts()
        self._lives: dict[str, _Life] = {}
        self._changed = asyncio.Event()
        self._rearranging = 0

    async def build(self) -> None:
        """Build the line of every camera that is not switched off."""
        for name in self._house.plan.cameras:
            self._show_nothing(name)
        for name in used(self._house.plan):
            await self._build(name, None)

    async def run(
        self, retry: Retry, stop: asyncio.Event, beside: Coroutine[Any, Any, None]
    ) -> None:
        """Follow all cameras until stopped, or until all recordings have ended.

        Args:
            retry: When a camera is tried again.
            stop: Set to end.
            beside: Work that may begin and end cameras meanwhile.
        """
        async with asyncio.TaskGroup() as group:
            self._group, self._retry = group, retry
            other = group.create_task(beside, name="reload")
            for name in self.lines:
                self._live(name)
            stopper = group.create_task(self._wake_when(stop), name="stopper")
            while not stop.is_set() and not self._over:
                self._changed.clear()
                await self._changed.wait()
            other.cancel()
            await asyncio.wait([other])
            follows = [life.follow for life in self._lives.values()]
            for task in follows:
                task.cancel()
            if follows:
                await asyncio.wait(follows)
            stopper.cancel()
            for life in self._lives.values():
                for task in life.beside:
                    task.cancel()
        for name, line in self.lines.items():
            await line.close("restart")
            self._house.progress.retire(f"camera-{name}")

    async def abandon(self) -> None:
        """Give every question still open its terminal state, for we are leaving."""
        for line in (*self.lines.values(), *self.retired):
            await line.abandon()

    @asynccontextmanager
    async def rearranging(self) -> AsyncIterator[None]:
        """Let cameras be gone for a moment without taking that for the end of all."""
        self._rearranging += 1
        try:
            yield
        finally:
            self.retired = [line for line in self.retired if line.awaits]
            self._rearranging -= 1
            self._changed.set()

    async def begin(self, name: str, ended: Line | None) -> None:
        """Build the line of a camera and follow it, if it is not switched off.

        Args:
            name: As in the plan.
            ended: The line that it had until now.
        """
        self._show_nothing(name)
        if name in used(self._house.plan):
            await self._build(name, ended)
            self._live(name)

    async def end(self, name: str) -> Line | None:
        """End a camera: its process, its open events; return its line, None if it had none.

        Answers that its questions still wait for are told when they come.
        """
        life = self._lives.get(name)
        line = self.lines.get(name)
        if life is None or line is None:
            return None
        await _ended([life.follow])
        await _ended(life.beside)
        await line.close("reconfigured")
        await self._keep(name, line)
        self._house.progress.retire(f"camera-{name}")
        self._house.standing.forget(name)
        del self._lives[name], self.lines[name]
        logger.debug("%s: ended, accounts of it: %s", name, json.dumps(line.stats()))
        self.retired.append(line)
        return line

    @property
    def _over(self) -> bool:
        """Whether there were cameras, and all of them are over."""
        lives = self._lives.values()
        return bool(lives) and not self._rearranging and all(one.follow.done() for one in lives)

    async def _wake_when(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._changed.set()

    async def _build(self, name: str, ended: Line | None) -> None:
        house = self._house
        figures: CameraFigures | None = None
        track, index = await house.recorder.numbering(name)
        if ended is not None:
            # What a process decoded and nobody asked for has its index too.
            track, index = ended.following
            figures = ended.figures
        before = Before(track, index, await house.recorder.learned(name))
        wiring = self._wiring(name)
        line = assembly.line(name, house.plan, wiring, before, self._replay, figures)
        if ended is not None:
            line.succeed(ended)
        self.lines[name] = line

    def _live(self, name: str) -> None:
        line = self.lines[name]
        follow = self._group.create_task(self._follow(name, line), name=f"camera-{name}")
        follow.add_done_callback(lambda _: self._changed.set())
        beside = [self._group.create_task(line.age(), name=f"camera-{name}-age")]
        if line.main is not None:
            main = keep_alive(f"camera {name}, main", line.main.once, self._retry)
            beside.append(self._group.create_task(main, name=f"camera-{name}-main"))
        self._lives[name] = _Life(follow, beside)

    async def _follow(self, name: str, line: Line) -> None:
        url = self._house.plan.cameras[name].source.options.get("url")
        timing = self._house.plan.config.timing
        bell = self._house.bell
        knocking = Knocking(url if isinstance(url, str) else None, timing.knock, bell.sleep)

        async def told(failure: Failure) -> None:
            knocking.told(failure)
            await line.failed(failure)

        await keep_alive(f"camera {name}", line.once, self._retry, told=told, sleep=knocking.rest)

    async def _keep(self, name: str, line: Line) -> None:
        """Keep what a line knows that the next one of its camera goes on from."""
        recorder = self._house.recorder
        found = line.evaluations()
        if found is not None:
            await recorder.keep_evaluations({name: found})
        learned = line.learned()
        if learned is not None:
            recorder.keep_learned({name: learned})
        track, index = line.following
        await recorder.note(name, track - 1, index - 1)

    def _wiring(self, name: str) -> Wiring:
        house = self._house
        asked = assembly.asking(house.plan, name)
        return Wiring(
            detector=house.crew.of(house.plan.cameras[name].detectors),
            recorder=house.recorder,
            board=house.board,
            switches=house.switchboard.cameras[name],
            clock=house.clock,
            timing=house.plan.config.timing,
            thinking=house.thinking,
            beat=house.progress.part(f"camera-{name}"),
            media_start=self._replay.start if self._replay else None,
            deadline=asked.deadline if asked else 0.0,
            turns=self._turns.descriptor,
            places=self._turns.places,
            starts=self._starts,
        )

    def _show_nothing(self, name: str) -> None:
        """Replace what an earlier run may have left with the broker until there is something."""
        house = self._house
        config = house.plan.cameras[name].config
        at = round(house.clock.now(), 3)
        if not config.enabled:
            why = "switched off in the configuration"
            house.board.show(CameraStatus(camera=name, state="disabled", reason=why, since=at))
        house.board.show(ObjectCounts(camera=name, at=at, counts={}))
        for zone in config.zones:
            house.board.show(ZoneCounts(camera=name, zone=zone, at=at, counts={}))
        house.standing.clear(name, rule_names(config), at)


async def _ended(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel tasks and wait until they are over."""
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
