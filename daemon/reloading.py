"""Reloading: the configuration is read anew, and what differs is changed while the rest goes on.

All of it is checked before anything changes: a file that is wrong changes nothing. Cameras that are
the same after as before are not touched.
"""

import asyncio
import logging
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Literal, ParamSpec, Protocol

from daemon import assembly, last_good, reloaded
from daemon.board import Board
from daemon.cameras import Cameras
from daemon.change import Change, change, used
from daemon.clock import Clock
from daemon.crew import Crew
from daemon.errors import ConfigRejected
from daemon.line import Line
from daemon.plan import Plan
from daemon.recorder import Recorder
from daemon.reloaded import MOST, Reloaded
from daemon.ruling import awake
from daemon.supervisor import Bell
from daemon.switchboard import Switchboard
from daemon.systemd import Notifier
from detectors import DetectorRejected
from sinks import ConfigurationState

logger = logging.getLogger(__name__)

READING = 60.0
"""Seconds that a file may take to be read: it may lie on a disk that has gone."""

P = ParamSpec("P")


class House(Protocol):
    """What a reload changes."""

    plan: Plan
    bell: Bell
    board: Board
    cameras: Cameras
    clock: Clock
    crew: Crew
    notifier: Notifier
    recorder: Recorder
    switchboard: Switchboard

    def notice(self, kind: str, text: str, **details: str | float | bool | None) -> None:
        """Say something once, to every sink."""
        ...


class Reloading:
    """Reads and changes, one wish after the other; wishes that come meanwhile are one.

    Args:
        house: What is changed.
        read: Makes a plan of the configuration as it is now, or raises ConfigRejected; called in a
            thread of its own.
        problems: Why it was refused at the start, if what is at work is what held last.
    """

    def __init__(
        self, house: House, read: Callable[[], Plan], problems: Sequence[str] = ()
    ) -> None:
        self._house = house
        self._read = read
        self._problems = tuple(problems)
        self._asked = asyncio.Event()
        self._since = round(house.clock.now(), 3)

    def ask(self) -> None:
        """Wish for another configuration; what becomes of it is told."""
        self._asked.set()

    async def begin(self) -> None:
        """Show what is at work from the start, and keep it, if it is what the file says."""
        house = self._house
        state = house.plan.config.state
        done = self._done(Change(house.plan), self._problems, house.clock.monotonic())
        if self._problems:
            self._tell(done)
        else:
            self._show("applied")
            await self._write(last_good.keep, state, house.plan.config)
        await self._write(reloaded.write, state, done)

    async def run(self) -> None:
        """Do as wished, until cancelled."""
        house = self._house
        while True:
            await self._asked.wait()
            self._asked.clear()
            logger.info("reading the configuration anew")
            house.notifier.reloading()
            done = await self.once()
            self._tell(done)
            # First: whoever waits for the file may be the service manager's own command.
            house.notifier.ready(done.summary()[:200])
            await self._write(reloaded.write, house.plan.config.state, done)

    async def once(self) -> Reloaded:
        """Read the configuration and change what differs; return what became of it."""
        house = self._house
        asked = house.clock.monotonic()
        try:
            wanted, found = await self._planned()
            await self._apply(found)
        except ConfigRejected as exc:
            return self._done(Change(house.plan), exc.problems, asked)
        await self._write(last_good.keep, house.plan.config.state, wanted.config)
        return self._done(found, (), asked)

    async def _planned(self) -> tuple[Plan, Change]:
        """Read in a thread of its own: it takes a moment, and a file may be far away.

        Raises:
            ConfigRejected: It is wrong, or what judges it is: nothing is changed yet, and cameras
                are not to pay for a mistake in a backend that somebody tries.
        """
        origin = self._house.plan.origin
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="reload")
        try:
            async with asyncio.timeout(READING) as limit:
                return await asyncio.wrap_future(thread.submit(self._compared))
        except ConfigRejected:
            raise
        except Exception as exc:
            if limit.expired():
                why = f"not read within {READING:g} s; see to the disk that it is on"
                raise ConfigRejected(f"{origin}: {why}") from None
            logger.exception("a bug, while the configuration was read")
            kind = type(exc).__name__
            raise ConfigRejected(
                f"{origin}: cannot be judged, for a bug: {kind}; the log says where"
            ) from None
        finally:
            thread.shutdown(wait=False)

    def _compared(self) -> tuple[Plan, Change]:
        wanted = self._read()
        return wanted, change(self._house.plan, wanted)

    async def _apply(self, wanted: Change) -> None:
        """Change what differs.

        Raises:
            ConfigRejected: A detector cannot be used; nothing was changed.
        """
        house, cameras = self._house, self._house.cameras
        plan = wanted.plan
        hosts = {}
        if wanted.detectors:
            logger.info("trying out %s", ", ".join(wanted.detectors))
            try:
                hosts = await house.crew.try_out(
                    {name: plan.detectors[name] for name in wanted.detectors}
                )
            except DetectorRejected as exc:
                raise ConfigRejected(f"{plan.origin}: {exc}") from None
        gone = {*await house.recorder.cameras(), *house.plan.cameras}
        async with cameras.rearranging():
            ended: dict[str, Line | None] = {}
            async with asyncio.TaskGroup() as group:
                for name in (*wanted.ended, *wanted.anew):
                    group.create_task(self._end(name, ended), name=f"reload-{name}")
            house.plan = plan
            await house.crew.adopt(
                hosts, {name: (one.config, one.detectors) for name, one in used(plan).items()}
            )
            house.board.arrange(assembly.arrangement(plan, gone))
            house.switchboard.arrange(
                {name: awake(one.config) for name, one in plan.cameras.items()},
                plan.config.profiles,
                plan.config.profile,
            )
            for name in (*wanted.begun, *wanted.anew):
                await cameras.begin(name, ended.get(name))
        house.switchboard.judged = True  # questions may be others now
        # Passwords may be others too, and who asks has often mended what a refusal was about.
        house.bell.ring()

    async def _end(self, name: str, ended: dict[str, Line | None]) -> None:
        ended[name] = await self._house.cameras.end(name)

    def _done(self, found: Change, problems: Sequence[str], asked: float) -> Reloaded:
        house = self._house
        return Reloaded(
            state="refused" if problems else "partly" if found.waiting else "applied",
            at=round(house.clock.now(), 3),
            asked=asked,
            pid=os.getpid(),
            config=house.plan.origin,
            begun=found.begun,
            ended=found.ended,
            anew=found.anew,
            cameras=len(house.plan.cameras),
            problems=tuple(problems[:MOST]),
            waiting=found.waiting,
        )

    def _tell(self, done: Reloaded) -> None:
        """Say what became of a wish, to the log and to sinks."""
        house = self._house
        text = done.summary()
        for problem in done.problems:
            logger.error("%s", problem)
        logger.log(logging.INFO if done.state == "applied" else logging.WARNING, "%s", text)
        if done.state != "refused":
            self._since = done.at
        self._show(done.state, done.at, done.problems, done.waiting)
        house.notice("configuration", text, state=done.state)

    def _show(
        self,
        state: Literal["applied", "partly", "refused"],
        at: float | None = None,
        problems: Sequence[str] = (),
        waiting: Sequence[str] = (),
    ) -> None:
        self._house.board.show(
            ConfigurationState(
                state=state,
                at=self._since if at is None else at,
                since=self._since,
                problems=tuple(problems),
                waiting=tuple(waiting),
            )
        )

    async def _write(self, call: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        """Do something with a file of the state folder; nothing depends on it."""
        try:
            await self._house.recorder.run(call, *args, **kwargs)
        except OSError as exc:
            logger.warning("%s: %s", exc.filename or "state folder", exc.strerror)
