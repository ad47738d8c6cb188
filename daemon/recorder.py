"""The journal's one thread: commits, reads, cursor moves and media, in the order submitted."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

from reasoners import Event
from sinks.journal import Entry, Expired, Figures, Journal, JournalFailed
from sinks.media import MediaFailed, MediaStore

logger = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

AT_ONCE = 256
"""Commits that may wait for the thread; more means that the disk does not keep up."""


def _nothing() -> None:
    """Take one's turn."""


def _nobody(kind: str, text: str) -> None:
    """Tell nobody."""


class Recorder:
    """Owns the thread in which journal and media are touched, and nothing else is.

    What is submitted is carried out even when the submitter is cancelled meanwhile. A journal that
    fails is fatal: `failed` then resolves, and the daemon ends. Media that fail are not: events go
    on without pictures.

    Args:
        told: Called with the kind of a notice and a text when media fail, and when they work again.
    """

    def __init__(
        self,
        journal: Journal,
        media: MediaStore | None,
        told: Callable[[str, str], None] = _nobody,
    ) -> None:
        self.position = 0
        """Of the newest committed revision."""

        self.committed = 0
        """Revisions committed in this run."""

        self._journal = journal
        self._media = media
        self._told = told
        self._without_media = False
        self._waiting = asyncio.Semaphore(AT_ONCE)
        self._listeners: list[asyncio.Event] = []

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self.failed: asyncio.Future[None] = self._loop.create_future()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal")
        try:
            for warning in await self.run(self._journal.open):
                logger.error("%s", warning)
            figures = await self.run(self._journal.figures)
        except BaseException:
            self._thread.shutdown(wait=False)
            raise
        self.position = figures["last"]
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        if self.failed.done() and not self.failed.cancelled():
            self.failed.exception()  # seen: whoever guards it has raised it
        try:
            await self.run(self._journal.close)
        finally:
            self._thread.shutdown(wait=False)

    def listen(self) -> asyncio.Event:
        """Return an event that is set whenever something new was committed."""
        event = asyncio.Event()
        self._listeners.append(event)
        return event

    async def run(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Carry a call out on the journal's thread. Cancelling ends the waiting alone."""
        future = asyncio.wrap_future(self._thread.submit(call, *args, **kwargs))
        # Unshielded, a cancellation would take back what has not begun.
        return await asyncio.shield(future)

    async def idle(self) -> None:
        """Wait until everything submitted so far is done and `position` says so."""
        await self.run(_nothing)

    def submit(self, event: Event) -> "Future[list[Entry]]":
        """Queue a revision for commit, at once and for certain; see `settled` for waiting."""
        future = self._thread.submit(self._journal.commit, [event])
        future.add_done_callback(self._on_commit)
        return future

    async def settled(self, commit: "Future[list[Entry]]") -> None:
        """Wait for a commit. Cancelling ends the waiting alone.

        Raises:
            JournalFailed: It did not come about.
        """
        wrapped = asyncio.wrap_future(commit)
        # Awaiting it would hand a cancellation on to the commit, as long as that has not begun.
        await asyncio.wait([wrapped])
        wrapped.result()

    async def prepare(self, sinks: Sequence[str]) -> None:
        """Give every configured sink a cursor, forget those of removed ones."""
        await self.run(self._journal.register, sinks)

    async def unfinished(self) -> list[Event]:
        """Read the latest revision of every event that a crash left open or unanswered."""
        return await self.run(self._journal.unfinished)

    async def cursors(self, sinks: Sequence[str]) -> dict[str, int]:
        """Read the cursors."""
        return {name: await self.run(self._journal.cursor, name) for name in sinks}

    async def cameras(self) -> list[str]:
        """Return the names of all cameras that the journal knows, configured or not."""
        return await self.run(self._journal.cameras)

    async def numbering(self, camera: str) -> tuple[int, int]:
        """Return the first free track id and frame index of a camera."""
        track = await self.run(self._journal.last_track_id, camera)
        index = await self.run(self._journal.last_index, camera)
        return track + 1, index + 1

    async def note(self, camera: str, track: int, index: int) -> None:
        """Remember how far the numbering of a camera has come."""
        await self.run(partial(self._journal.note, camera, track=track, index=index))

    async def commit(self, event: Event) -> None:
        """Commit a revision; returns when it is on disk."""
        async with self._waiting:
            await self.settled(self.submit(event))

    async def store(self, event: str, revision: int, jpeg: bytes) -> str | None:
        """Write a snapshot; None when it cannot be written or there is no place for media."""
        if self._media is None:
            return None
        try:
            reference = await self.run(self._media.put, event, revision, jpeg)
        except (MediaFailed, OSError) as exc:
            if not self._without_media:
                self._without_media = True
                logger.warning("events go without snapshots: %s", exc)
                self._told("degraded", f"events go without snapshots: {exc}")
            return None
        if self._without_media:
            self._without_media = False
            logger.info("snapshots are stored again")
            self._told("recovered", "snapshots are stored again")
        return reference

    async def sweep(self) -> None:
        """Remove pictures that no event names, such as those a crash left half-written."""
        if self._media is None:
            return
        references = await self.run(self._journal.references)
        try:
            removed = await self.run(self._media.sweep, references.__contains__)
        except OSError as exc:
            logger.warning("left-over snapshots were not removed: %s", exc.strerror)
            return
        if removed:
            logger.info("removed %d left-over snapshots", removed)

    async def after(self, position: int, most: int) -> list[Entry]:
        """Read what was committed after a position."""
        return await self.run(self._journal.after, position, most)

    async def advance(self, moves: Mapping[str, int], delivered: Mapping[str, int]) -> None:
        """Move cursors."""
        await self.run(self._journal.advance, moves, delivered)

    async def dead_letter(self, sink: str, entry: Entry, reason: str) -> None:
        """Set a revision aside that a sink refuses for good."""
        await self.run(self._journal.dead_letter, sink, entry, reason)

    async def expire(self, now: float) -> list[Expired]:
        """Apply the journal's limits."""
        return await self.run(self._journal.expire, now)

    async def figures(self) -> Figures:
        """Return the journal's own accounting."""
        return await self.run(self._journal.figures)

    def _on_commit(self, future: "Future[list[Entry]]") -> None:
        self._loop.call_soon_threadsafe(self._committed, future)

    def _committed(self, future: "Future[list[Entry]]") -> None:
        exc = future.exception()
        if exc is None:
            for entry in future.result():
                self.position = max(self.position, entry.position)
                self.committed += 1
            for event in self._listeners:
                event.set()
        elif not self.failed.done():  # a cancelled guard is done as well
            self.failed.set_exception(exc)
        if isinstance(exc, JournalFailed):
            logger.critical("journal failed: %s", exc)
