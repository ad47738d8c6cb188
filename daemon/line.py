"""One camera's way through the house: frames in, revisions out, in one place and in order."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from daemon.attention import Attention
from daemon.board import Board
from daemon.camera import CameraHost, Outgrown, Remark
from daemon.clips import Clips
from daemon.clock import STEP, Clock
from daemon.closely import Choice, Closely, closely
from daemon.config import ClipsConfig
from daemon.counters import CameraFigures
from daemon.detection import Detecting, Held, Seen
from daemon.edges import Edge, EdgeClosed
from daemon.mainstream import MainStream
from daemon.pace import Rhythm
from daemon.recorder import Recorder
from daemon.slots import SlotPool
from daemon.supervisor import CRASHES, Failure, reasons
from daemon.switchboard import Switches
from daemon.thinking import Thinking
from daemon.timing import Timing
from detectors import Detections, Track, Tracker
from detectors.message import Loaded
from reasoners import Chronicle, EndReason, Event, Job, Overlay, Revision, Verdict, View, shifted
from sinks import CameraStatus, FrameReport, Notice, ObjectCounts, ZoneCounts
from sinks.journal import Entry
from sources import Frame, Part, PictureRequest, Pixels
from sources.message import CameraState, Given, Lesson, Open, StreamInfo

logger = logging.getLogger(__name__)

ATTEMPTS = 5
"""Failures in a row after which a camera is shown as `failed`, though still tried."""

DEFAULT_FPS = 5.0

CALL = 0.4
"""Score of a detection that asks for every picture, before there is a track of it."""

PATIENCE = 5.0
"""Seconds after the last such detection, track or event, until a camera may rest."""

_REPEATS = 60.0
"""Seconds within which the same remark is not made again."""

_REASONS = 32
"""Different reasons of being away that are remembered as said."""


@dataclass(frozen=True, slots=True)
class Wiring:
    """What a line is connected to."""

    detector: Detecting
    recorder: Recorder
    board: Board
    clock: Clock
    timing: Timing
    thinking: Thinking | None
    """Where questions go; None without a model."""

    beat: Callable[[], None]
    switches: Switches = field(default_factory=Switches)
    """What is turned off just now."""

    media_start: float | None = None
    """In a replay, the Unix time of media time 0; None for live running."""

    deadline: float = 10.0
    """Seconds a question may take."""

    turns: int | None = None
    """Descriptor of what all decoder children share."""

    places: int = 1
    """Of them that may do heavy work at the same moment."""


class Line:
    """One camera from its decoder child to the journal.

    Args:
        opening: What the child opens; numbering goes on from its `first_index`.
        live: Whether pictures come by themselves.
        finite: Whether an end is no fault; by default, for what is not live.
        quiet: Seconds without a picture that are no fault.
        fps: Frames per second to look at; None for every one.
        regions: Whether parts of pictures are looked at closely.
        rate: Whether fewer will do while its tracks do not change.
        carry: Frames between two looks over which tracks are carried.
        clips: Whether and how events get clips.
        main: Where pictures and clips come from, if from elsewhere.
        film: File of the film that the child makes of a replay; None makes none.
        overlay: What is drawn on it.
    """

    def __init__(  # noqa: PLR0913 (all that one camera is about)
        self,
        opening: Open,
        *,
        live: bool,
        fps: float | Literal["every"] | None,
        tracker: Tracker,
        chronicle: Chronicle,
        wiring: Wiring,
        rate: Literal["fixed", "tracks"] = "fixed",
        carry: int = 0,
        finite: bool | None = None,
        regions: Choice = "off",
        quiet: float = 0.0,
        clips: ClipsConfig | None = None,
        main: MainStream | None = None,
        film: Path | None = None,
        overlay: Overlay | None = None,
    ) -> None:
        self.name = opening.camera
        self.figures = CameraFigures()
        self.finished = False
        """Whether a recording is over."""

        self.progress = 0.0
        """Seconds of media looked at so far; for progress bars."""

        self.duration: float | None = None
        self._opening = opening
        self._live = live
        self._finite = finite
        self._quiet = quiet
        self._fps = fps
        self._regions = regions
        self._closely: Closely | None = None
        self._rate = rate
        self._carry = carry
        self._attention: Attention | None = None
        self._told = asyncio.Event()
        self._tracker = tracker
        self._chronicle = chronicle
        self._wire = wiring
        self._film = film
        self._overlay = overlay
        self._next_index = opening.first_index
        self._lesson: Lesson | None = None
        self._telling = asyncio.Lock()
        self._verdicts: deque[tuple[str, Verdict]] = deque()
        self._filmed: deque[tuple[str, str | None, float | None]] = deque()
        self.main = main
        self.figures.main = None if main is None else main.figures
        self._clips = Clips(
            self.name, clips or ClipsConfig(), wiring.recorder, self.figures, self._film_told, main
        )
        self._last_captured = float("-inf")
        self._looked_at: float | None = None
        self._called_at = float("-inf")
        self._rehearsed = not live and opening.gate != "off"
        """Whether a recording is told as if it came live: then all goes step by step."""

        self._lost = False
        self._needed: set[int] = set()
        self._highest_index = opening.first_index
        self._noted = (tracker.next_id - 1, opening.first_index)
        self._said: set[tuple[str, str]] = set()
        self._remarked: dict[str, float] = {}
        # The camera's story is told in one steady time; a step of the clock changes labels only.
        self._offset = wiring.clock.at(0.0)

    async def once(self) -> None:
        """Follow the camera from opening to its end, with one decoder child after the other.

        Returns when a recording is over.

        Raises:
            SourceUnavailable: Open it again later.
            SourceRejected: A person must act.
        """
        while True:
            try:
                await self._once()
            except* Outgrown as group:
                logger.info("%s: %s; replaced", self.name, reasons(group))
            else:
                break
        await self.close("left")
        self.finished = True
        self._on_state("disabled", "the recording is over")

    async def _once(self) -> None:
        now = {
            "first_index": self._next_index,
            "wall": self._wire.clock.at(0.0),
            "lesson": self._lesson,
        }
        opening = self._opening.model_copy(update=now)
        with SlotPool(opening.slots) as pool:
            self._wire.detector.join(self.name, pool)
            host = CameraHost(
                opening,
                live=self._live,
                finite=self._finite,
                quiet=self._quiet,
                pool=pool,
                figures=self.figures,
                timing=self._wire.timing,
                told=self._on_state,
                turns=self._wire.turns,
            )
            host.remarked = self._on_remark
            host.film_file = self._film
            try:
                async with host:
                    # The camera opens while the model loads; its state is true either way.
                    profile = await self._wire.detector.profile()
                    await self._flow(host, pool, profile)
            finally:
                self._next_index = host.next_index
                self._lesson = host.lesson or self._lesson
                self._wire.detector.leave(self.name)
                await self._clips.settle()

    async def failed(self, failure: Failure) -> None:
        """Show why the camera is away."""
        broken = failure.crashes >= CRASHES or (failure.crashes and failure.parked)
        if not broken and (failure.parked or failure.refused):
            self._on_state("refused", failure.reason)
        elif broken or failure.attempt >= ATTEMPTS:
            self._on_state("failed", failure.reason)
        else:
            self._on_state("stalled", failure.reason)

    async def age(self) -> None:
        """End what a silent camera leaves open. Never returns by itself."""
        loop = asyncio.get_running_loop()
        while True:
            self._wire.beat()
            await asyncio.sleep(min(1.0, self._wire.timing.camera_lost / 4))
            # What shows pictures now and then has moved on; a recording is only slow.
            passing = self._live or self._quiet > 0
            if not passing or self._looked_at is None or self._lost:
                continue
            patience = self._wire.timing.camera_lost + (self._quiet if self._live else 0.0)
            if loop.time() - self._looked_at > patience:
                self._lost = True
                await self.close("camera_lost" if self._live else "left")

    def numbering(self) -> tuple[int, int]:
        """Return the highest track id and frame index used so far."""
        self._noted = self._tracker.next_id - 1, self._highest_index
        return self._noted

    def numbering_moved(self) -> bool:
        """Tell whether track ids were given out since `numbering` was last asked."""
        return self._tracker.next_id - 1 != self._noted[0]

    async def close(self, reason: EndReason) -> None:
        """End every open event, now."""
        await self._clips.settle()
        async with self._alone():
            at = self._last_captured
            if self._live and self._wire.media_start is None and reason != "left":
                at = max(at, self._now(None))
            if at == float("-inf"):
                return
            self._tracker.reset()
            await self._tell(self._chronicle.close(at, reason), None, [])
            self._show_counts()

    async def abandon(self) -> int:
        """Give every question still open its terminal state, for we are leaving; count them."""
        pending = self._chronicle.pending()
        for event in pending:
            await self.conclude(event, Verdict("error", reason="the daemon was stopped"))
        return len(pending)

    async def conclude(self, event: str, verdict: Verdict) -> None:
        """Publish a verdict as a new revision of its event."""
        # Noted first: if we are cancelled while somebody else tells, that one tells this as well.
        self._verdicts.append((event, verdict))
        async with self._alone():
            committed = self._conclude()
        if committed is not None:
            await self._wire.recorder.settled(committed)

    def trust(self, clock: Literal["synced", "unsynced"]) -> None:
        """Note whether times can be trusted; events opened from now on say so."""
        if self._wire.media_start is None:
            self._chronicle.clock = clock

    async def _flow(self, host: CameraHost, pool: SlotPool, profile: Loaded) -> None:
        fps = self._fps
        if fps is None:
            fps = "every" if profile.max_batch > 1 else DEFAULT_FPS
        interval = None if fps == "every" else 1 / fps
        self._attention = Attention(interval) if self._rate == "tracks" else None
        self._told.clear()
        overflow: Literal["drop_oldest", "wait"] = "drop_oldest" if self._live else "wait"
        edge: Edge[Held] = Edge(f"frames-{self.name}", 1, overflow, self._superseded)
        self._closely = closely(self._regions, profile, live=self._live)
        try:
            async with asyncio.TaskGroup() as group:
                grab = self._grab(host, pool, edge, interval)
                group.create_task(grab, name=f"camera-{self.name}-grab")
                clips = group.create_task(self._clips.run(host), name=f"camera-{self.name}-clips")
                await self._watch(host, edge, None if fps == "every" else fps)
                clips.cancel()
        finally:
            self._needed.clear()
            while len(edge):
                held = await edge.take_waiting()
                if held is not None:
                    held.lease.release()
                    self.figures.drop("lost_with_camera")

    async def _grab(
        self,
        host: CameraHost,
        pool: SlotPool,
        edge: Edge[Held],
        interval: float | None,
    ) -> None:
        """Keep one fresh frame waiting in the edge."""
        rhythm, detector = Rhythm(interval, self._carry), self._wire.detector
        while True:
            await self._wire.switches.detect.wait()
            lease = await pool.lease()
            regions = None if self._closely is None else await self._closely.wish()
            given = await host.next(
                lease.number,
                *detector.size,
                not_before=rhythm.due,
                pixels_from=rhythm.look_from,
                needed=self._needed,
                regions=regions,
            )
            if given is None:
                lease.release()
                await edge.close()
                return
            if host.stream is not None:
                self.duration = host.stream.duration
            held = Held(self._frame(given), lease, given.blank)
            self._needed.add(given.index)
            try:
                await self._offer(held, edge)
            except (EdgeClosed, asyncio.CancelledError):
                lease.release()
                self.figures.drop("at_stop")
                raise
            follows = self._attention is not None and not (self._carry and self._live)
            if (follows or self._rehearsed) and not given.blank:
                # When the next one is due follows from what this one shows.
                await self._told.wait()
                self._told.clear()
            if self._attention is not None:
                rhythm.look_every(self._attention.interval)
            rhythm.advance(given.time, looked=not given.blank)

    async def _offer(self, held: Held, edge: Edge[Held]) -> None:
        """Let a frame wait; one that nobody is to look at never takes the place of one to see."""
        waiting = edge.newest if self._live else None
        if held.blank and waiting is not None and not waiting.blank:
            self._superseded(held)
        else:
            await edge.put(held)

    async def _watch(self, host: CameraHost, edge: Edge[Held], fps: float | None) -> None:
        """Detect, track, remember, tell: one frame after the other."""
        max_age = self._wire.timing.max_age if self._live else None
        while await edge.ready():
            between = await edge.take_if(_is_blank)
            if between is not None:
                await self._pass(host, between)
                continue
            wanted = fps or _rate(host.stream, self._carry) or DEFAULT_FPS
            seen = await self._wire.detector.detect(
                self.name, edge, max_age, self._abandoned, wanted
            )
            if seen is None:
                continue
            seen.held.lease.release()
            if seen.detections is None:
                self._count(seen)
                if self._attention is not None:
                    self._attention.startle()
            else:
                frame, found = seen.held.frame, seen.detections
                self.figures.detect(None if frame.parts is None else len(frame.parts))
                if self._closely is not None:
                    found = self._closely.look(frame, found)
                await self._look(host, frame, found)
                attentive = self._attentive(frame.captured_at, found)
                if attentive and self.main is not None:
                    self.main.want()
                await host.attend(attentive)
            if self._closely is not None:
                self._closely.done()
            self._needed.discard(seen.held.frame.index)
            self._told.set()

    async def _pass(self, host: CameraHost, held: Held) -> None:
        """Carry what is known over a frame that nobody is to look at."""
        held.lease.release()
        self.figures.carry()
        await self._look(host, held.frame, None)
        if self._closely is not None:
            self._closely.done()
        self._needed.discard(held.frame.index)

    async def _look(self, host: CameraHost, frame: Frame, detections: Detections | None) -> None:
        self._looked_at, self._lost = asyncio.get_running_loop().time(), False
        self.progress = frame.captured_at - (self._wire.media_start or 0.0)
        jobs: list[Job] = []
        try:
            await self._observe(host, frame, detections, jobs)
        finally:
            # Outside the lock: a full queue ends another question, perhaps one of this camera.
            await self._ask(deque(jobs))
        self._show_counts()
        self._report(frame, looked=detections is not None)

    def _attentive(self, at: float, detections: Detections) -> bool:
        """Tell whether every picture is wanted: something is there, or was a moment ago."""
        if self._chronicle.eventful or any(score >= CALL for score in detections.score):
            self._called_at = at
        return at - self._called_at < PATIENCE

    async def _observe(
        self, host: CameraHost, frame: Frame, detections: Detections | None, jobs: list[Job]
    ) -> None:
        async with self._alone():
            tracks = self._follow(frame.captured_at, detections)
            replay = self._wire.media_start is not None
            now = asyncio.get_running_loop().time()
            view = View(
                index=frame.index,
                captured_at=frame.captured_at,
                received_at=frame.received_at,
                width=frame.width,
                height=frame.height,
                tracks=tracks,
                looked=detections is not None,
                age_s=None if replay else max(0.0, now - frame.arrival),
            )
            self._chronicle.asks = self._wire.switches.reason
            await self._tell(self._chronicle.observe(view), host, jobs)
            if self._overlay is not None:
                await host.film(self._overlay.frame(view), self.progress)

    def _follow(self, at: float, detections: Detections | None) -> Sequence[Track]:
        """Return the tracks as a look shows them, or carried on where there was none."""
        if detections is None:
            return self._tracker.carry(at)
        tracks = self._tracker.update(at, detections)
        if self._attention is not None:
            self._attention.observe(at, detections, tracks)
        return tracks

    async def _tell(
        self, revisions: Iterable[Revision], host: CameraHost | None, jobs: list[Job]
    ) -> None:
        """Record one after the other; whatever is cancelled, none is skipped."""
        waiting = deque(revisions)
        try:
            while waiting:
                await self._record(waiting.popleft(), host, jobs)
        finally:
            for revision in waiting:
                self._submit(revision, revision.event, None, jobs)

    async def _record(self, revision: Revision, host: CameraHost | None, jobs: list[Job]) -> None:
        """Take the picture and commit; note the question to ask, if there is one.

        Once begun, the commit happens whatever is cancelled, so that no revision is skipped.
        """
        event, jpeg = revision.event, None
        try:
            if revision.picture is not None and host is not None:
                jpeg = await self._picture(host, revision.picture, event)
            if jpeg is not None:
                reference = await self._wire.recorder.store(event.id, event.revision, jpeg)
                if reference is not None:
                    event = self._chronicle.illustrate(event, reference)
        finally:
            committed = self._submit(revision, event, jpeg, jobs)
        await self._film_of(event)
        await self._wire.recorder.settled(committed)
        if jpeg is not None:
            self._wire.board.picture(event, jpeg)

    async def _picture(
        self, host: CameraHost, request: PictureRequest, event: Event
    ) -> bytes | None:
        """Ask for a picture: of the main stream where there is one, of the moment looked at."""
        if self.main is not None and event.frame.captured_at is not None:
            jpeg = await self.main.take(request, event.frame.captured_at - self._offset)
            if jpeg is not None:
                return jpeg
        return await host.take(request)

    async def _film_of(self, event: Event) -> None:
        """Begin the clip of a new event, or let that of an ended one come to its end."""
        if event.type == "new" and await self._clips.begin(
            event.id, event.started_at - self._offset
        ):
            self._chronicle.filming(event.id)
        elif event.type == "end" and event.ended_at is not None:
            self._clips.end(event.id, event.ended_at - self._offset)

    async def _film_told(self, event: str, clip: str | None, begins: float | None) -> None:
        """Publish a clip as a new revision of its event."""
        # Noted first, as verdicts are.
        self._filmed.append((event, clip, None if begins is None else self._offset + begins))
        async with self._alone():
            committed = self._conclude()
        if committed is not None:
            await self._wire.recorder.settled(committed)

    def _submit(
        self, revision: Revision, event: Event, jpeg: bytes | None, jobs: list[Job]
    ) -> "Future[list[Entry]]":
        event = shifted(event, self._step())
        if revision.question is not None:
            images = (jpeg,) if jpeg is not None else ()
            jobs.append(Job(event, revision.question, images, self._wire.deadline))
        return self._wire.recorder.submit(event)

    async def _ask(self, jobs: deque[Job]) -> None:
        """Ask one after the other; whatever is cancelled, none is forgotten."""
        try:
            while jobs and self._wire.thinking is not None:
                await self._wire.thinking.ask(jobs.popleft(), self.conclude)
        finally:
            if jobs and self._wire.thinking is not None:
                await self._ask(jobs)

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Wait until nobody else tells; tell at the end what others wanted to meanwhile."""
        async with self._telling:
            try:
                yield
            finally:
                self._conclude()

    def _conclude(self) -> "Future[list[Entry]] | None":
        """Submit every verdict and clip that was noted; return the last commit. While alone."""
        committed = None
        while self._filmed:
            event, clip, started_at = self._filmed.popleft()
            at = max(self._last_captured, self._now(None))
            revision = self._chronicle.film(event, clip, started_at, at)
            if revision is not None:
                committed = self._submit(revision, revision.event, None, [])
        while self._verdicts:
            event, verdict = self._verdicts.popleft()
            at = max(self._last_captured, self._now(None))
            revision = self._chronicle.conclude(event, verdict, at)
            if revision is not None:
                committed = self._submit(revision, revision.event, None, [])
        return committed

    def _frame(self, given: Given) -> Frame:
        arrived = self._now(given)
        captured = arrived
        if given.captured is not None and self._wire.media_start is None:
            captured = min(arrived, self._offset + given.captured)
        self._last_captured = max(self._last_captured, captured)
        self._highest_index = max(self._highest_index, given.index)
        return Frame(
            camera=self.name,
            index=given.index,
            captured_at=self._last_captured,
            received_at=max(self._last_captured, arrived),
            arrival=given.arrival,
            width=given.full_width,
            height=given.full_height,
            pixels=Pixels(given.slot, given.generation, given.width, given.height),
            parts=None
            if given.parts is None
            else tuple(Part(part.region, part.place) for part in given.parts),
            moved=given.moved,
        )

    def _now(self, given: Given | None) -> float:
        if self._wire.media_start is not None:
            return self._wire.media_start + given.time if given else self._last_captured
        return self._offset + (given.arrival if given else self._wire.clock.monotonic())

    def _step(self) -> float:
        """Return by how much labels differ from the story's own time; 0 without a step."""
        if self._wire.media_start is not None:
            return 0.0
        step = self._wire.clock.at(0.0) - self._offset
        return step if abs(step) >= STEP else 0.0

    def _superseded(self, held: Held) -> None:
        held.lease.release()
        self._needed.discard(held.frame.index)
        self.figures.drop("superseded")

    def _count(self, seen: Seen) -> None:
        match seen.reason:
            case "too_old":
                self.figures.drop("too_old")
            case "torn":
                self.figures.drop("torn")
            case _:
                self.figures.drop("lost_with_worker")

    def _abandoned(self) -> None:
        self.figures.drop("at_stop")

    def _on_state(self, state: CameraState, reason: str) -> None:
        since = round(self._wire.clock.now(), 3)
        status = CameraStatus(
            camera=self.name,
            state=state,
            reason=reason,
            since=since,
            reader=self.figures.serving.reader,
            transport=self.figures.serving.transport,
            decoder=self.figures.serving.decoder,
        )
        self._wire.board.show(status)
        # A camera that is off for days says why once, not every half minute.
        level = logging.DEBUG if (state, reason) in self._said else logging.INFO
        if state == "online" or len(self._said) >= _REASONS:
            self._said.clear()
        self._said.add((state, reason))
        logger.log(level, "%s: %s%s", self.name, state, f" ({reason})" if reason else "")

    def _on_remark(self, kind: Remark, text: str, details: dict[str, str | int | bool]) -> None:
        """Tell what a person may want to know; of what repeats, once a minute."""
        now = self._wire.clock.monotonic()
        key = f"{kind} {details.get('hint', '')} {details.get('active', '')}"
        if kind != "stream_changed" and now - self._remarked.get(key, float("-inf")) < _REPEATS:
            return
        self._remarked[key] = now
        logger.info("%s: %s", self.name, text)
        at = round(self._wire.clock.now(), 3)
        self._wire.board.tell(
            Notice(
                kind=kind,
                at=at,
                node=self._chronicle.node,
                camera=self.name,
                text=text,
                details={**details},
            )
        )

    def _show_counts(self) -> None:
        at = round(max(self._last_captured, 0.0) + self._step(), 3)
        counts = self._chronicle.counts()
        self._wire.board.show(ObjectCounts(camera=self.name, at=at, counts=counts))
        for zone, inside in self._chronicle.zone_counts().items():
            self._wire.board.show(ZoneCounts(camera=self.name, zone=zone, at=at, counts=inside))

    def _report(self, frame: Frame, *, looked: bool) -> None:
        self._wire.board.tell(
            FrameReport(
                camera=self.name,
                index=frame.index,
                captured_at=round(frame.captured_at + self._step(), 4),
                received_at=round(frame.received_at + self._step(), 4),
                published_at=round(self._wire.clock.now(), 4),
                looked=looked,
                objects=self._chronicle.objects(),
            )
        )


def _is_blank(held: Held) -> bool:
    return held.blank


def _rate(stream: StreamInfo | None, carry: int) -> float | None:
    """Return the looks per second of a stream of which every frame is taken, if it tells."""
    return None if stream is None or stream.fps is None else stream.fps / (carry + 1)
