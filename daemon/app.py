"""The whole daemon: rooms are nested so that closing runs in the direction of the data.

journal ⊃ sinks ⊃ reasoner ⊃ detector ⊃ cameras
"""

import asyncio
import gc
import logging
import os
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial

from daemon import assembly
from daemon.assembly import Replay
from daemon.board import Board
from daemon.cameras import Cameras
from daemon.change import used
from daemon.clock import Clock
from daemon.crew import Crew
from daemon.delivery import Delivery
from daemon.errors import ChildRejected, ChildUnavailable
from daemon.exits import Exit
from daemon.housekeeping import Housekeeping
from daemon.line import Line
from daemon.plan import Plan
from daemon.recorder import Recorder
from daemon.reloading import Reloading
from daemon.ruling import awake
from daemon.secrets import Secret
from daemon.standing import Standing
from daemon.supervisor import Bell, Retry, keep_alive
from daemon.switchboard import Switchboard
from daemon.systemd import Notifier, Progress, patient
from daemon.thinking import Resuming, Thinking, thinking
from daemon.turns import Turns
from detectors import DetectorRejected, DetectorUnavailable
from reasoners.governor.allowance import HOUR
from sinks import (
    Arrangement,
    ConfigurationState,
    Notice,
    SinkRejected,
    SinkUnavailable,
    Tally,
)
from sources import SourceBusy, SourceRejected, SourceUnavailable

logger = logging.getLogger(__name__)

RECORDING_DRAIN = 600.0
"""Seconds a finished recording waits for its sinks; there is no hurry."""


class App:
    """Everything a plan asks for, built but not yet started.

    Args:
        plan: What is asked for.
        clock: Tells the time.
        replay: What it belongs to, if to a replay.
        read: Makes a plan of the configuration as it is by then, for a reload; None: there is none.
        problems: Why the configuration was refused, if the plan is of what held last.
    """

    def __init__(
        self,
        plan: Plan,
        *,
        clock: Clock | None = None,
        replay: Replay | None = None,
        read: Callable[[], Plan] | None = None,
        problems: Sequence[str] = (),
    ) -> None:
        self.plan = plan
        """What is at work; a reload puts another in its place."""

        self.deliveries: dict[str, Delivery] = {}
        self.board = Board()
        self.standing = Standing(self.board)
        self.bell = Bell()
        """Wakes sinks, detectors and cameras that wait to try again."""

        self.clock = clock or Clock()
        self.notifier = Notifier()
        self.thinking: Thinking | None = None
        self._replay = replay
        self._timing = plan.config.timing
        self._stop = asyncio.Event()
        self._stop_at: float | None = None
        self._last_resort: threading.Timer | None = None
        self._behind = False
        self._turns = Turns()
        self.cameras = Cameras(self, replay, self._turns)
        self._reloading = None if read is None else Reloading(self, read, problems)
        self.progress = Progress(self.clock.monotonic)
        self.started_at = self.clock.monotonic()
        self.recorder = Recorder(
            assembly.journal(plan, replay),
            assembly.media(plan, replay),
            self.notice,
            self.standing.note,
        )
        self.crew = Crew(
            plan.detectors,
            {name: (camera.config, camera.detectors) for name, camera in used(plan).items()},
            timing=self._timing,
            progress=self.progress,
            notice=self.notice,
            bell=self.bell,
        )

    def stop(self) -> None:
        """Ask for a graceful end; `timing.stop` seconds later the process is gone in any case."""
        if self._stop_at is None:
            self._stop_at = asyncio.get_running_loop().time()
            self.notifier.stopping()
            logger.info("stopping")
            self.hurry()
            self._stop.set()

    def reload(self) -> None:
        """Ask for the configuration to be read anew; what becomes of it is told."""
        if self._reloading is not None:
            self._reloading.ask()

    def hurry(self) -> None:
        """Start the deadline of the end; a signal handler may, while the event loop is held up."""
        if self._last_resort is None:
            stop = self._timing.stop
            self._last_resort = threading.Timer(max(stop - 0.5, stop / 2), _leave)
            self._last_resort.daemon = True
            self._last_resort.start()

    @property
    def reloads(self) -> bool:
        """Whether there is a configuration that can be read anew."""
        return self._reloading is not None

    @property
    def lines(self) -> dict[str, Line]:
        """The line of each camera that is not switched off."""
        return self.cameras.lines

    @property
    def stopping(self) -> bool:
        """Whether a graceful end was asked for."""
        return self._stop_at is not None

    async def run(self) -> Exit:
        """Run until stopped, or until all recordings have ended; then drain.

        Raises:
            JournalFailed: The journal cannot be trusted any more.
        """
        try:
            with self._turns:
                await self._run()
        finally:
            gc.unfreeze()
            if self._last_resort is not None:
                self._last_resort.cancel()
        return Exit.BEHIND if self._behind else Exit.CLEAN

    async def _run(self) -> None:
        async with self.recorder:
            await self._prepare()
            async with asyncio.TaskGroup() as group:
                guard = group.create_task(self._guard(), name="journal-guard")
                await self._run_sinks()
                guard.cancel()

    async def _guard(self) -> None:
        await self.recorder.failed

    async def _prepare(self) -> None:
        """End what a crash left open, so that nothing downstream stays ON for ever."""
        arrangement = assembly.arrangement(self.plan, await self.recorder.cameras())
        # First: what a crash left open may be of a camera that is gone.
        self.board.arrange(arrangement)
        await self.recorder.prepare(list(self.plan.sinks))
        if self._replay is None:
            await self.recorder.sweep()
        self.thinking = thinking(
            self.plan,
            now=lambda: self.plan,
            keeper=self.recorder,
            clock=self.clock,
            beat=self.progress.part("reasoner"),
            told=self.notice,
            in_turn=self._replay is not None,
            cassette=self._replay.cassette if self._replay else None,
        )
        self.progress.retire("reasoner")
        if self.thinking is not None:
            self.thinking.recall(await self.recorder.spent(self.clock.now(), HOUR))
            minding = self.thinking.minding
            minding.recall(await self.recorder.described(self.clock.now() - minding.age))
            minding.judge(await self.recorder.judged())
        self._resuming = Resuming(
            self.recorder,
            self.clock,
            None if self._replay else self.thinking,
            self._language,
        )
        for event in await self.recorder.held():
            # Whom a crash kept waiting for a verdict is told now; its end follows.
            await self.recorder.commit(event)
        await self._resuming.close(await self.recorder.unfinished())
        self.switchboard = Switchboard(
            {name: awake(camera.config) for name, camera in self.plan.cameras.items()},
            await self.recorder.switches(),
            profiles=self.plan.config.profiles,
            profile=self.plan.config.profile,
            recorder=self.recorder,
            board=self.board,
            clock=self.clock,
            describe=self._describe,
        )
        self._build_deliveries(await self.recorder.cursors(list(self.plan.sinks)), arrangement)
        if self._reloading is not None:
            await self._reloading.begin()
        elif self._replay is None:
            since = round(self.clock.now(), 3)
            self.board.show(ConfigurationState(state="applied", at=since, since=since))
        await self.cameras.build()

    def _language(self, camera: str) -> str:
        return self.plan.language(camera)

    def _credential(self, name: str) -> Secret:
        return self.plan.secrets.get(name)

    def _describe(self, camera: str) -> None:
        """Tell what is in the scene of a camera; of one that is not there, nothing."""
        line = self.lines.get(camera)
        if line is not None:
            line.showing.scene()

    async def _run_sinks(self) -> None:
        retry = self._retry((SinkUnavailable,), (SinkRejected,))
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(
                    keep_alive(
                        f"sink {name}",
                        delivery.once,
                        retry,
                        told=delivery.failed,
                        sleep=self._sleep(f"sink-{name}"),
                    ),
                    name=f"sink-{name}",
                )
                for name, delivery in self.deliveries.items()
            ]
            house = Housekeeping(self, self.plan.config)
            tasks.append(group.create_task(house.run(), name="housekeeping"))
            tasks.append(group.create_task(self.notifier.feed(self.progress), name="watchdog"))
            # What is there by now stays; to look through all of it for garbage, again and again,
            # would hold everything up for 70 ms each time. The second look takes no time and sets
            # the measure: the next one is due when a quarter more is there than it has found.
            gc.collect()
            gc.freeze()
            gc.collect()
            self.notifier.ready(f"watching {len(self.lines)} cameras")
            await self._run_reasoner()
            await house.note()
            await self._drain()
            logger.debug("accounts: %s", (await house.stats()).model_dump_json())
            for task in tasks:
                task.cancel()

    async def _run_reasoner(self) -> None:
        if self.thinking is None:
            await self._run_detector()
            return
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self.thinking.run(), name="reasoner")
            await self._resuming.ask()
            await self._run_detector()
            await self.thinking.close()
            # Answers under way may still arrive, but not at the cost of the drain.
            await asyncio.wait([task], timeout=self._left(self._timing.drain / 4))
            task.cancel()
        await self.cameras.abandon()
        await self._resuming.abandon()
        # An answer that was just being written when its worker was stopped is counted already.
        self.thinking.abandon()

    async def _run_detector(self) -> None:
        retry = self._retry((DetectorUnavailable,), (DetectorRejected,))
        async with self.crew.running(retry):
            await self.cameras.run(
                self._retry((SourceUnavailable,), (SourceRejected,)), self._stop, self._reload()
            )

    async def _reload(self) -> None:
        """Reload whenever somebody wishes it; there may be nothing to be reloaded."""
        if self._reloading is not None:
            await self._reloading.run()

    async def _drain(self) -> None:
        limit = RECORDING_DRAIN if self._replay else self._left(self._timing.drain)
        try:
            async with asyncio.timeout(limit):
                await self.recorder.idle()
                for delivery in self.deliveries.values():
                    await delivery.drained()
        except TimeoutError:
            behind = {d.name: d.behind for d in self.deliveries.values() if d.behind}
            said = ", ".join(f"{name} by {count}" for name, count in behind.items())
            logger.warning("behind: %s revisions; they wait in the journal", said)
            self._behind = True
        for delivery in self.deliveries.values():
            await delivery.save()

    def _sleep(self, part: str) -> Callable[[float], Awaitable[bool]]:
        """Make a sleep between attempts during which the watchdog need not worry."""
        beat = self.progress.part(part)

        async def sleep(seconds: float) -> bool:
            with patient(beat):
                return await self.bell.sleep(seconds)

        return sleep

    def _left(self, seconds: float) -> float:
        """Return what is left of a span that began with the signal, if there was one."""
        if self._stop_at is None:
            return seconds
        gone = asyncio.get_running_loop().time() - self._stop_at
        return max(0.05, seconds - gone)

    def _retry(
        self, heals: tuple[type[Exception], ...], parks: tuple[type[Exception], ...]
    ) -> Retry:
        timing = self._timing
        if self._replay is not None:
            # A recording does not heal, and nobody waits beside it: the first failure is told.
            heals = parks = ()
        return Retry(
            heals,
            parks,
            first=timing.retry_first,
            most=timing.retry_most,
            parked=timing.retry_parked,
            waits=(SourceBusy,),
            crashes=(ChildUnavailable, ChildRejected),
            crashed=timing.retry_crashed,
        )

    def _build_deliveries(self, cursors: dict[str, int], arrangement: Arrangement) -> None:
        told = replace(
            assembly.site(self.plan, self._replay, self.clock, arrangement),
            # A password that was changed meanwhile counts from the next connection on.
            credential=self._credential,
            heed=self.switchboard.heed,
            depart=self.recorder.depart,
        )
        for name, sink in self.plan.sinks.items():
            tally = Tally(name, self.clock.now)
            self.deliveries[name] = Delivery(
                name,
                self.plan.config.node,
                partial(sink.factory, name, sink.config, replace(told, sent=tally.add)),
                cursor=cursors[name],
                recorder=self.recorder,
                board=self.board,
                clock=self.clock,
                beat=self.progress.part(f"sink-{name}"),
                refusal_delay=self._timing.retry_first,
                tally=tally,
            )

    def notice(self, kind: str, text: str, **details: str | float | bool | None) -> None:
        """Say something once, to every sink."""
        self.board.tell(
            Notice.model_validate(
                {
                    "kind": kind,
                    "at": round(self.clock.now(), 3),
                    "node": self.plan.config.node,
                    "text": text[:1000],
                    "details": details,
                }
            )
        )


def _leave() -> None:
    """End the process when nothing else did: an fsync, a library or a bug holds it."""
    text = "not done within the deadline; leaving now"
    # Whoever holds us up may hold the log's lock as well.
    word = threading.Thread(target=logger.critical, args=(text,), daemon=True)
    word.start()
    word.join(0.2)
    os._exit(Exit.BEHIND)
