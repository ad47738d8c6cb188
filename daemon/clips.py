"""The clips of one camera's events: asked of its child piece by piece, stored as they come."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final, get_args

from daemon.camera import CameraHost
from daemon.config import ClipsConfig
from daemon.counters import CameraFigures
from daemon.edges import Edge
from daemon.mainstream import MainStream
from daemon.recorder import Recorder
from reasoners import Severity
from sinks.clip import ClipFile
from sources import SourceError

logger = logging.getLogger(__name__)

MOST: Final = 4
"""Clips of one camera in the making at once."""

SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
"""The least first."""

LARGEST: Final = 256 * 1024 * 1024
"""Bytes of a clip."""


@dataclass(slots=True)
class Shot:
    """A clip in the making."""

    number: int
    event: str
    since: float
    """Monotonic seconds from which on it shows what arrived."""

    until: float
    """Monotonic seconds at which it ends."""

    lock: bool = False
    """Whether it stays, whatever comes."""

    file: ClipFile | None = None
    begins: float | None = None
    """Monotonic seconds at which its first picture arrived."""

    sealed: "Future[str | None] | None" = None


Told = Callable[[str, str | None, float | None], Awaitable[None]]
"""Takes an event, the reference of its clip (None: there is none) and the clip's beginning."""


class Clips:
    """Makes clips as long as the camera's child lives; what there is then, is kept.

    Args:
        name: Of the camera.
        config: How long they are.
        recorder: Writes them.
        figures: Where they are counted.
        told: Called once for each that was begun.
        main: Where they are cut from while it is open; None: from what is watched.
    """

    def __init__(
        self,
        name: str,
        config: ClipsConfig,
        recorder: Recorder,
        figures: CameraFigures,
        told: Told,
        main: MainStream | None = None,
    ) -> None:
        self.name = name
        self._config = config
        self._recorder = recorder
        self._figures = figures
        self._told = told
        self._main = main
        self._asked = 0
        self._running = False
        self._shots: dict[str, Shot] = {}
        self._fresh: Edge[Shot] = Edge(f"clips-{name}", MOST)

    async def begin(self, event: str, started: float, severity: Severity = "info") -> bool:
        """Begin the clip of an event; False if there will be none.

        Args:
            event: Its id.
            started: Monotonic seconds at which it started.
            severity: How urgent it is; from some on, clips are locked.
        """
        if not self._config.enabled or event in self._shots:
            return False
        if len(self._shots) >= MOST:
            self._figures.clips_refused += 1
            return False
        self._asked += 1
        since = started - self._config.before
        shot = Shot(self._asked, event, since, since + self._config.longest, self._locks(severity))
        self._figures.clips += 1
        self._shots[event] = shot
        await self._fresh.put(shot)
        return True

    def _locks(self, severity: Severity) -> bool:
        least = self._config.lock
        return least is not None and SEVERITIES.index(severity) >= SEVERITIES.index(least)

    def end(self, event: str, ended: float) -> None:
        """Let the clip of an event come to its end.

        Args:
            event: Its id.
            ended: Monotonic seconds at which it ended.
        """
        shot = self._shots.get(event)
        if shot is not None:
            shot.until = min(shot.until, ended + self._config.after)

    async def run(self, host: CameraHost) -> None:
        """Make clips with one child, until cancelled."""
        self._running = True
        try:
            async with asyncio.TaskGroup() as group:
                async for shot in self._fresh:
                    shoot = self._shoot(host, shot)
                    group.create_task(shoot, name=f"camera-{self.name}-clip-{shot.number}")
        finally:
            self._running = False

    async def settle(self) -> None:
        """Finish what a child left unfinished when it ended; nothing while one is at it."""
        if self._running:
            return
        while await self._fresh.take_waiting() is not None:
            continue
        for shot in list(self._shots.values()):
            await self._finish(shot)

    async def _shoot(self, host: CameraHost, shot: Shot) -> None:
        shot.file = await self._recorder.begin_clip(shot.event, lock=shot.lock)
        better = None if self._main is None else self._main.host
        if shot.file is not None:
            try:
                await self._follow(better or host, shot, shot.file)
            except SourceError as exc:
                if better is None:
                    raise
                logger.info("%s: a clip ends with the main stream: %s", self.name, exc)
        await self._finish(shot)

    async def _follow(self, host: CameraHost, shot: Shot, file: ClipFile) -> None:
        skipped = 0
        while file.size < LARGEST:
            answer = await host.cut(shot.number, shot.since, shot.until)
            if answer is None:
                return
            piece, data = answer
            if shot.begins is None:
                shot.begins = piece.begins
            self._figures.clips_skipped += max(0, piece.skipped - skipped)
            skipped = max(skipped, piece.skipped)
            if data and not await self._recorder.append(file, data):
                return
            if piece.over:
                return

    async def _finish(self, shot: Shot) -> None:
        """Make what is there durable and tell of it; if cancelled, it can be done again."""
        reference = None
        if shot.file is not None:
            if shot.sealed is None:
                shot.sealed = self._recorder.seal(shot.file)
            reference = await asyncio.shield(asyncio.wrap_future(shot.sealed))
        if self._shots.pop(shot.event, None) is not None:
            self._figures.clips_stored += reference is not None
            self._figures.clips_lost += reference is None
            await self._told(shot.event, reference, shot.begins)
