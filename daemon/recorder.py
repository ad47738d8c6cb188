"""The journal's one thread: commits, reads, cursor moves and media, in the order submitted.

Only the bytes of clips are written by another one.
"""

import asyncio
import logging
import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

from reasoners import Event, RuleRecord
from sinks import Departure
from sinks.clip import ClipFile
from sinks.journal import Call, Entry, Expired, Figures, Journal, JournalFailed, Question, Spent
from sinks.media import MediaFailed, MediaStore, Shot

logger = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

TOGETHER = 32
"""Revisions in one transaction at most."""

AT_ONCE = 256
"""Commits that may wait for the thread; more means that the disk does not keep up."""


def _nothing() -> None:
    """Take one's turn."""


def _nobody(kind: str, text: str) -> None:
    """Tell nobody."""


def _unheard(event: Event) -> None:
    """Let it pass."""


class Recorder:
    """Owns the thread in which journal and media are touched, and nothing else is.

    What is submitted is carried out even when the submitter is cancelled meanwhile. A journal that
    fails is fatal: `failed` then resolves, and the daemon ends. Media that fail are not: events go
    on without pictures.

    Args:
        told: Called with the kind of a notice and a text when media fail, and when they work again.
        heard: Called with each revision once it is committed, in order, on the event loop.
    """

    def __init__(
        self,
        journal: Journal,
        media: MediaStore | None,
        told: Callable[[str, str], None] = _nobody,
        heard: Callable[[Event], None] = _unheard,
    ) -> None:
        self.position = 0
        """Of the newest committed revision."""

        self.committed = 0
        """Revisions committed in this run."""

        self._journal = journal
        self._media = media
        self._told = told
        self._without: set[str] = set()
        self._heard = heard
        self._waiting = asyncio.Semaphore(AT_ONCE)
        self._pending: deque[tuple[Event, Future[list[Entry]]]] = deque()
        self._listeners: list[asyncio.Event] = []

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self.failed: asyncio.Future[None] = self._loop.create_future()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal")
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="clips")
        try:
            for warning in await self.run(self._journal.open):
                logger.error("%s", warning)
            figures = await self.run(self._journal.figures)
        except BaseException:
            self._thread.shutdown(wait=False)
            self._writer.shutdown(wait=False)
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
            self._writer.shutdown(wait=False)
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
        """Queue a revision for commit, at once and for certain; see `settled` for waiting.

        What waits for the thread together is committed together: the disk is asked once.
        """
        future: Future[list[Entry]] = Future()
        future.set_running_or_notify_cancel()  # nobody takes it back
        future.add_done_callback(self._on_commit)
        self._pending.append((event, future))
        self._thread.submit(self._commit_pending)
        return future

    def hold(self, event: Event) -> "Future[list[Entry]]":
        """Keep a revision durably that nobody may see yet, at once and for certain."""
        future = self._thread.submit(self._held, event)
        future.add_done_callback(self._on_commit)
        return future

    async def held(self) -> list[Event]:
        """Read the events that were still being held when the daemon ended."""
        return await self.run(self._journal.held)

    def _held(self, event: Event) -> list[Entry]:
        self._journal.hold(event)
        return []

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

    async def latest(self, event: str) -> Event | None:
        """Read an event as it stands; None if it is not kept any more."""
        return await self.run(self._journal.latest, event)

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

    async def store(
        self, event: str, revision: int, jpeg: bytes, kind: Shot = "snapshot"
    ) -> str | None:
        """Write a picture; None when it cannot be written or there is no place for media."""
        if self._media is None:
            return None
        try:
            reference = await self.run(self._media.put, event, revision, jpeg, kind)
        except (MediaFailed, OSError) as exc:
            self._media_failed("snapshots", exc)
            return None
        self._media_works("snapshots")
        return reference

    async def begin_clip(self, event: str, *, lock: bool = False) -> ClipFile | None:
        """Begin the clip of an event; None when it cannot be written, or is wanted nowhere.

        Args:
            event: Its id.
            lock: Whether it shall stay, whatever comes; see `MediaStore.lock`.
        """
        if self._media is None:
            return None
        try:
            if lock:
                await self.run(self._media.lock, event)
            return await self.run(self._media.begin, event)
        except (MediaFailed, OSError) as exc:
            self._media_failed("clips", exc)
            return None

    async def media_figures(self) -> dict[str, int | float | str | None]:
        """Count what lies there, and what had to go."""
        return {} if self._media is None else await self.run(self._media.figures)

    async def append(self, clip: ClipFile, piece: bytes) -> bool:
        """Write the next piece of a clip; False when it must end with what it has.

        Cancelling ends the waiting alone.
        """
        try:
            # Not on the journal's thread: no event shall wait for megabytes.
            future = self._writer.submit(self._appended, clip, piece)
            await asyncio.shield(asyncio.wrap_future(future))
        except (MediaFailed, OSError) as exc:
            self._media_failed("clips", exc)
            return False
        self._media_works("clips")
        return True

    def seal(self, clip: ClipFile) -> "Future[str | None]":
        """Finish a clip, at once and for certain; its reference, or None if there is none."""
        return self._writer.submit(self._sealed, clip)

    def _appended(self, clip: ClipFile, piece: bytes) -> None:
        """Write a piece where there is room; on the writer's thread."""
        if self._media is not None:
            self._thread.submit(self._media.reserve, clip, len(piece)).result()
        clip.append(piece)

    def _sealed(self, clip: ClipFile) -> str | None:
        """Make a clip durable; on the writer's thread."""
        done = False
        try:
            done = clip.seal()
        except OSError as exc:
            self._loop.call_soon_threadsafe(self._media_failed, "clips", exc)
        if self._media is None:
            return None
        reference = self._thread.submit(self._media.adopt, clip).result()
        return reference if done else None

    def _media_failed(self, what: str, exc: Exception) -> None:
        """Say once that something cannot be stored."""
        if isinstance(exc, OSError) and self._media is not None:
            exc = self._media.failure(exc)
        if what not in self._without:
            self._without.add(what)
            logger.warning("events go without %s: %s", what, exc)
            self._told("degraded", f"events go without {what}: {exc}")

    def _media_works(self, what: str) -> None:
        if what in self._without:
            self._without.discard(what)
            logger.info("%s are stored again", what)
            self._told("recovered", f"{what} are stored again")

    async def expire_media(self, before: Mapping[str, float]) -> None:
        """Remove snapshots and clips that are too old; see `MediaStore.expire`."""
        if self._media is None or not before:
            return
        try:
            await self.run(self._media.expire, before)
        except OSError as exc:
            logger.warning("old media were not removed: %s", exc.strerror)

    async def sweep(self, before: float = math.inf) -> None:
        """Remove what no event names, such as what a crash left half-written, or what expired.

        Args:
            before: Unix seconds; only what was last written before.
        """
        if self._media is None:
            return
        references = await self.run(self._journal.references)
        try:
            removed = await self.run(self._media.sweep, references.__contains__, before)
        except OSError as exc:
            logger.warning("left-over media were not removed: %s", exc.strerror)
            return
        if removed:
            logger.info("removed %d left-over files", removed)

    async def watch_disk(self) -> None:
        """Give the journal's reserve up when the disk is nearly full, take it back later, say so.

        Raises:
            JournalFailed: The disk cannot be looked at.
        """
        if not await self.run(self._journal.keep_reserve):
            return
        if self._journal.tight:
            text = "the disk is nearly full: events go on from the reserve; free some space"
            logger.warning("%s", text)
            self._told("degraded", text)
        else:
            logger.info("the disk has room again")
            self._told("recovered", "the disk has room again")

    async def after(self, position: int, most: int) -> list[Entry]:
        """Read what was committed after a position."""
        return await self.run(self._journal.after, position, most)

    async def advance(
        self,
        moves: Mapping[str, int],
        delivered: Mapping[str, int],
        sent: Sequence[Departure] = (),
    ) -> None:
        """Move cursors, and write into the ledger what was sent for it."""
        await self.run(self._journal.advance, moves, delivered, sent)

    async def dead_letter(self, sink: str, entry: Entry, reason: str) -> None:
        """Set a revision aside that a sink refuses for good."""
        await self.run(self._journal.dead_letter, sink, entry, reason)

    def keep_switch(self, camera: str, switch: str, on: bool) -> None:
        """Remember how a switch stands, at once and for certain."""
        self._keep(self._journal.keep_switch, camera, switch, on)

    def keep_feedback(self, event: str, verdict: str, at: float) -> None:
        """Remember what a person said of an event, at once and for certain."""
        self._keep(self._journal.keep_feedback, event, verdict, at)

    def forget_feedback(self, camera: str, rule: str) -> None:
        """Forget what people said of a rule's events, at once and for certain."""
        self._keep(self._journal.forget_feedback, camera, rule)

    async def judged(self) -> list[tuple[Event, str]]:
        """Read the events that people judged, as they stand, with the last word on each."""
        return await self.run(self._journal.judged)

    async def described(self, since: float) -> list[Event]:
        """Read the events that a model described since a moment, as they stand, oldest first."""
        return await self.run(self._journal.described, since)

    def keep_learned(self, lessons: Mapping[str, str]) -> None:
        """Remember what cameras have learned about their predictions."""
        self._keep(self._journal.keep_learned, lessons)

    async def learned(self, camera: str) -> str | None:
        """Return what a camera had learned before; None where nothing is kept."""
        return (await self.run(self._journal.learned)).get(camera)

    async def depart(self, departure: Departure) -> None:
        """Write into the ledger what may then leave the box. Cancelling ends the waiting alone.

        Raises:
            JournalFailed: It is not written; nothing must leave.
        """
        await self.run(self._journal.depart, [departure])

    def open_question(self, question: Question) -> None:
        """Keep a question over restarts until it is closed, at once and for certain."""
        self._keep(self._journal.open_question, question)

    def close_question(self, event: str) -> None:
        """Forget a question that has its terminal state, at once and for certain."""
        self._keep(self._journal.close_question, event)

    def begin_call(self, call: Call) -> None:
        """Keep that an exchange with a model is under way, at once and for certain."""
        self._keep(self._journal.record_call, call)

    def record_call(self, call: Call) -> None:
        """Keep an exchange with a model, at once and for certain."""
        self._keep(self._journal.record_call, call)

    async def spent(self, now: float, span: float) -> list[Spent]:
        """Read what calls to models took in the last seconds before a moment, oldest first."""
        return await self.run(self._journal.spent, now, span)

    async def open_questions(self) -> list[Question]:
        """Read the questions that had no terminal state when the daemon ended."""
        return await self.run(self._journal.open_questions)

    async def switches(self) -> dict[tuple[str, str], bool]:
        """Read how switches stood when the daemon ended."""
        return await self.run(self._journal.switches)

    async def keep_evaluations(self, records: Mapping[str, RuleRecord]) -> None:
        """Remember what rules found, by camera."""
        await self.run(self._journal.keep_evaluations, records)

    async def expire(self, now: float) -> list[Expired]:
        """Apply the journal's limits."""
        return await self.run(self._journal.expire, now)

    async def figures(self) -> Figures:
        """Return the journal's own accounting."""
        return await self.run(self._journal.figures)

    def _commit_pending(self) -> None:
        """Commit what waits, in its order; on the journal's thread."""
        batch = [self._pending.popleft() for _ in range(min(len(self._pending), TOGETHER))]
        if batch:
            self._commit(batch)

    def _commit(self, batch: "Sequence[tuple[Event, Future[list[Entry]]]]") -> None:
        try:
            entries = self._journal.commit([event for event, _ in batch])
        except ValueError as exc:
            if len(batch) == 1:
                batch[0][1].set_exception(exc)
                return
            # One that does not belong there must not take the others along.
            for one in batch:
                self._commit([one])
        except Exception as exc:  # noqa: BLE001 (told to whoever waits, as any executor does)
            for _, future in batch:
                future.set_exception(exc)
        else:
            for (_, future), entry in zip(batch, entries, strict=True):
                future.set_result([entry])

    def _keep(self, call: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        self._thread.submit(call, *args, **kwargs).add_done_callback(self._on_kept)

    def _on_kept(self, future: "Future[None]") -> None:
        if (exc := future.exception()) is not None:
            self._loop.call_soon_threadsafe(self._fail, exc)

    def _fail(self, exc: BaseException) -> None:
        if not self.failed.done():  # a cancelled guard is done as well
            self.failed.set_exception(exc)
        if isinstance(exc, JournalFailed):
            logger.critical("journal failed: %s", exc)

    def _on_commit(self, future: "Future[list[Entry]]") -> None:
        self._loop.call_soon_threadsafe(self._committed, future)

    def _committed(self, future: "Future[list[Entry]]") -> None:
        exc = future.exception()
        if exc is None:
            for entry in future.result():
                self.position = max(self.position, entry.position)
                self.committed += 1
                self._heard(entry.event)
            for event in self._listeners:
                event.set()
        else:
            self._fail(exc)
