"""Telling what happens before one camera: each revision recorded, in order, none skipped."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable
from concurrent.futures import Future
from contextlib import asynccontextmanager

from daemon.camera import CameraHost
from daemon.clips import Clips
from daemon.config import ClipsConfig
from daemon.counters import CameraFigures
from daemon.line.story_time import StoryTime
from daemon.line.wiring import Wiring
from daemon.mainstream import MainStream
from reasoners import Chronicle, Event, Job, Revision, Verdict, shifted
from sinks.journal import Entry
from sinks.media import Shot
from sources import PictureRequest


class Telling:
    """Commits what a chronicle tells, with its pictures, clips and questions.

    Args:
        name: Of the camera.
        wiring: Where to.
        chronicle: What is told.
        time: Dates it.
        figures: Where clips are counted.
        clips: Whether and how events get clips.
        main: Where pictures and clips come from, if from elsewhere.
    """

    def __init__(
        self,
        name: str,
        wiring: Wiring,
        chronicle: Chronicle,
        time: StoryTime,
        figures: CameraFigures,
        clips: ClipsConfig,
        main: MainStream | None,
    ) -> None:
        self._wire = wiring
        self._chronicle = chronicle
        self._time = time
        self._main = main
        self._lock = asyncio.Lock()
        self._verdicts: deque[tuple[str, Verdict]] = deque()
        self._filmed: deque[tuple[str, str | None, float | None]] = deque()
        self.clips = Clips(name, clips, wiring.recorder, figures, self._film_told, main)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Wait until nobody else tells; tell at the end what others wanted to meanwhile."""
        async with self._lock:
            try:
                yield
            finally:
                self._conclude()

    async def tell(
        self, revisions: Iterable[Revision], host: CameraHost | None, jobs: list[Job]
    ) -> None:
        """Record one after the other, while alone; whatever is cancelled, none is skipped.

        Args:
            revisions: What to record.
            host: Whom to ask for pictures; None takes none.
            jobs: Gets the questions that arise.
        """
        waiting = deque(revisions)
        try:
            while waiting:
                await self._record(waiting.popleft(), host, jobs)
        finally:
            for revision in waiting:
                self._submit(revision, revision.event, None, jobs)

    async def conclude(self, event: str, verdict: Verdict) -> None:
        """Publish a verdict as a new revision of its event."""
        # Noted first: if we are cancelled while somebody else tells, that one tells this as well.
        self._verdicts.append((event, verdict))
        async with self.alone():
            committed = self._conclude()
        if committed is not None:
            await self._wire.recorder.settled(committed)

    async def _record(self, revision: Revision, host: CameraHost | None, jobs: list[Job]) -> None:
        """Take the picture and commit; note the question to ask, if there is one.

        Once begun, the commit happens whatever is cancelled, so that no revision is skipped.
        """
        event, jpeg, forecast = revision.event, None, None
        try:
            if host is not None:
                jpeg, snapshot = await self._stored(host, revision.picture, event, "snapshot")
                forecast, foreseen = await self._stored(host, revision.forecast, event, "forecast")
                if snapshot is not None or foreseen is not None:
                    event = self._chronicle.illustrate(event, snapshot, foreseen)
        finally:
            committed = self._submit(revision, event, jpeg, jobs)
        await self._film_of(event)
        await self._wire.recorder.settled(committed)
        if not revision.held:
            self._wire.board.pictures(event, jpeg, forecast)

    async def _stored(
        self, host: CameraHost, request: PictureRequest | None, event: Event, kind: Shot
    ) -> tuple[bytes | None, str | None]:
        """Take a picture, if one is asked for, and store it; return it and its reference."""
        jpeg = None if request is None else await self._picture(host, request, event)
        if jpeg is None:
            return None, None
        return jpeg, await self._wire.recorder.store(event.id, event.revision, jpeg, kind)

    async def _picture(
        self, host: CameraHost, request: PictureRequest, event: Event
    ) -> bytes | None:
        """Ask for a picture: of the main stream where there is one, of the moment looked at."""
        if self._main is not None and event.frame.captured_at is not None:
            jpeg = await self._main.take(request, event.frame.captured_at - self._time.offset)
            if jpeg is not None:
                return jpeg
        return await host.take(request)

    async def _film_of(self, event: Event) -> None:
        """Begin the clip of a new event, or let that of an ended one come to its end."""
        if event.type == "new" and await self.clips.begin(
            event.id, event.started_at - self._time.offset, event.severity
        ):
            self._chronicle.filming(event.id)
        elif event.type == "end" and event.ended_at is not None:
            self.clips.end(event.id, event.ended_at - self._time.offset)

    async def _film_told(self, event: str, clip: str | None, begins: float | None) -> None:
        """Publish a clip as a new revision of its event."""
        # Noted first, as verdicts are.
        began = None if begins is None else self._time.offset + begins
        self._filmed.append((event, clip, began))
        async with self.alone():
            committed = self._conclude()
        if committed is not None:
            await self._wire.recorder.settled(committed)

    def _submit(
        self, revision: Revision, event: Event, jpeg: bytes | None, jobs: list[Job]
    ) -> "Future[list[Entry]]":
        event = shifted(event, self._time.step())
        if revision.questions is not None:
            images = (jpeg,) if jpeg is not None else ()
            jobs.append(
                Job(
                    event,
                    "",
                    images,
                    self._wire.deadline,
                    questions=revision.questions,
                    since=revision.since,
                    held=revision.held,
                    language=self._chronicle.language,
                )
            )
        if revision.held:
            return self._wire.recorder.hold(event)
        committed = self._wire.recorder.submit(event)
        if revision.after is not None:
            after = shifted(revision.after, self._time.step())
            committed = self._wire.recorder.submit(after)
        return committed

    def _conclude(self) -> "Future[list[Entry]] | None":
        """Submit every verdict and clip that was noted; return the last commit. While alone."""
        committed = None
        while self._filmed:
            event, clip, started_at = self._filmed.popleft()
            revision = self._chronicle.film(event, clip, started_at, self._time.following())
            if revision is not None:
                committed = self._submit(revision, revision.event, None, [])
        while self._verdicts:
            event, verdict = self._verdicts.popleft()
            revision = self._chronicle.conclude(event, verdict, self._time.following())
            if revision is not None:
                committed = self._submit(revision, revision.event, None, [])
        return committed
