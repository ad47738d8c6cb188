"""What happens by the clock: cursors saved, figures published, limits applied, clock watched."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

from daemon.board import Board
from daemon.clock import Clock
from daemon.config import DaemonConfig
from daemon.crew import Crew
from daemon.delivery import Delivery
from daemon.line import Line
from daemon.recorder import Recorder
from daemon.switchboard import Switchboard
from daemon.systemd import Notifier, Progress
from daemon.thinking import Thinking
from sinks import ConfigurationState, Stats
from sinks.journal import SinkFigures
from sources.process import trim

logger = logging.getLogger(__name__)

SAVE = 1.0
"""Seconds between two writes of moved cursors; a crash in between costs duplicates only."""

ANCHOR = 10.0
"""Seconds between two looks at the wall clock."""

NOTE = 5.0
"""Seconds between two writes of what rules found; a crash loses what came after the last."""

SWEEP = 1800.0
"""Seconds between two looks for pictures and clips that are too old, or of no event any more."""

SETTLED = 600.0
"""Seconds after which a file that no event names will never be named."""

DAY = 86400.0

EXPIRE = 600.0
"""Seconds between two applications of the journal's limits."""


TRIM = 60.0
"""Seconds between two times at which free pages go back to the system. Messages and pictures that
come and go among what stays would else leave holes, a megabyte in two minutes of busy cameras."""


class House(Protocol):
    """What housekeeping looks after."""

    deliveries: dict[str, Delivery]
    board: Board
    clock: Clock
    notifier: Notifier
    thinking: Thinking | None
    recorder: Recorder
    crew: Crew
    progress: Progress
    switchboard: Switchboard
    started_at: float

    @property
    def lines(self) -> dict[str, Line]:
        """The line of each camera; cameras come and go."""
        ...

    def notice(self, kind: str, text: str, **details: str | float | bool | None) -> None:
        """Say something once, to every sink."""
        ...


class Housekeeping:
    """All periodic work of one daemon."""

    def __init__(self, house: House, config: DaemonConfig) -> None:
        self._house = house
        self._config = config

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            for name, period, work in (
                ("cursors", SAVE, self._save),
                ("clock", ANCHOR, self._anchor),
                ("limits", EXPIRE, self._expire),
                ("media", SWEEP, self._sweep),
                ("evaluations", NOTE, self.note),
                ("feedback", SAVE, self._learn),
                ("stats", self._config.stats_interval, self._stats),
                ("memory", TRIM, self._trim),
            ):
                group.create_task(_every(period, work), name=f"housekeeping-{name}")

    async def stats(self) -> Stats:
        """Collect every counter of the daemon."""
        house = self._house
        journal = await house.recorder.figures()
        per_sink = journal["sinks"]
        return Stats(
            at=round(house.clock.now(), 3),
            node=self._config.node,
            uptime_s=round(house.clock.monotonic() - house.started_at, 1),
            cameras={name: line.stats() for name, line in house.lines.items()},
            detectors={name: host.figures.figures() for name, host in house.crew.hosts.items()},
            reasoning=house.thinking.stats() if house.thinking else {},
            sinks={
                name: _sink(delivery, per_sink.get(name))
                for name, delivery in house.deliveries.items()
            },
            journal={
                "rows": journal["rows"],
                "bytes": journal["bytes"],
                "last": journal["last"],
                "committed": house.recorder.committed,
            },
            predictions={
                name: scores for name, line in house.lines.items() if (scores := line.scores())
            },
            media=await house.recorder.media_figures(),
        )

    async def note(self) -> None:
        """Keep what rules found since the last time, for `lookout why`, and what was learned."""
        records = {
            name: record
            for name, line in self._house.lines.items()
            if (record := line.evaluations()) is not None
        }
        if records:
            await self._house.recorder.keep_evaluations(records)
        lessons = {
            name: learned
            for name, line in self._house.lines.items()
            if (learned := line.learned()) is not None
        }
        if lessons:
            self._house.recorder.keep_learned(lessons)

    async def _learn(self) -> None:
        """Let what people said of events move what their rules need."""
        thinking, switchboard = self._house.thinking, self._house.switchboard
        if thinking is not None and switchboard.judged:
            switchboard.judged = False
            thinking.minding.judge(await self._house.recorder.judged())

    async def _save(self) -> None:
        beat = self._house.progress.part("journal")
        await self._house.recorder.watch_disk()
        for delivery in self._house.deliveries.values():
            await delivery.save()
        for name, line in list(self._house.lines.items()):
            if line.numbering_moved():
                await self._house.recorder.note(name, *line.numbering())
        beat()

    async def _anchor(self) -> None:
        step = self._house.clock.anchor()
        for line in self._house.lines.values():
            line.trust(self._house.clock.trust)
        if step:
            logger.warning("the system's clock stepped by %+.1f s", step)
            self._house.notice("clock_step", f"the clock stepped by {step:+.1f} s", seconds=step)

    async def _expire(self) -> None:
        recorder, deliveries = self._house.recorder, self._house.deliveries
        now = self._house.clock.now()
        if self._house.thinking is not None:
            self._house.thinking.expire(now)
        lost = await recorder.expire(now)
        for name, cursor in (await recorder.cursors(list(deliveries))).items():
            deliveries[name].skip(cursor)
        for expired in lost:
            text = f"{expired.count} revisions expired before {expired.sink} had taken them"
            logger.error("%s", text)
            self._house.notice(
                "gap",
                text,
                sink=expired.sink,
                count=expired.count,
                first=expired.first,
                last=expired.last,
            )

    async def _sweep(self) -> None:
        now, media = self._house.clock.now(), self._config.media
        days = {".jpg": media.snapshot_days, ".mp4": media.clip_days}
        before = {ending: now - kept * DAY for ending, kept in days.items() if kept is not None}
        await self._house.recorder.expire_media(before)
        await self._house.recorder.sweep(now - SETTLED)

    async def _trim(self) -> None:
        trim()

    async def _stats(self) -> None:
        stats = await self.stats()
        self._house.board.show(stats)
        online = sum(
            1 for sink in self._house.deliveries.values() if sink.figures.state == "online"
        )
        self._house.notifier.status(
            f"{len(self._house.lines)} cameras, {self._house.crew.summary()}, "
            f"{stats.journal.get('rows', 0)} revisions kept, "
            f"{online} of {len(self._house.deliveries)} sinks online{self._configured()}"
        )

    def _configured(self) -> str:
        """Say if what the file holds is not what is at work."""
        state = self._house.board.states.get(("configuration",))
        if not isinstance(state, ConfigurationState) or state.state == "applied":
            return ""
        waiting = f"; restart to apply {', '.join(state.waiting)}"
        return "; configuration refused" if state.state == "refused" else waiting


def _sink(delivery: Delivery, kept: SinkFigures | None) -> dict[str, int | float | str | None]:
    figures: dict[str, int | float | str | None] = {
        "state": delivery.figures.state,
        "behind": delivery.behind,
        "connects": delivery.figures.connects,
        "refused": delivery.figures.refused,
        **delivery.counts(),
    }
    if kept is not None:
        figures |= {
            "committed": kept["committed"],
            "delivered": kept["delivered"],
            "waiting": kept["waiting"],
            "dead_lettered": kept["dead_lettered"],
            "expired": kept["expired"],
        }
    return figures


async def _every(period: float, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        await work()
        await asyncio.sleep(period)
