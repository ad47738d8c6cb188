"""Runs one decoder child: asks it, hears it, watches over it, kills it."""

import asyncio
import logging
from collections.abc import Callable, Collection
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import ValidationError

from daemon.camera.allotment import Allotment
from daemon.camera.condition import TICK, Condition
from daemon.camera.conversation import Conversation
from daemon.camera.hearing import Hearing, Nonsense, Remarked
from daemon.counters import CameraFigures, Serving
from daemon.errors import ChildRejected, ChildUnavailable
from daemon.process import Process, ProcessGone
from daemon.slots import SlotPool
from daemon.starts import Start, Starts
from daemon.timing import Timing
from sources import (
    ChannelBroken,
    PictureRequest,
    SourceUnavailable,
)
from sources.message import (
    Attend,
    CameraState,
    Cut,
    Ended,
    Given,
    Gone,
    Lesson,
    Next,
    Open,
    Piece,
    Regions,
    StreamInfo,
    Take,
    Taken,
)

logger = logging.getLogger(__name__)

CUT = 12.0
"""Longest wait for the next piece of a clip, its turn among other cameras included."""


class CameraHost:
    """Runs one decoder child from opening to its end; a new host for every attempt.

    Leaving raises SourceUnavailable or SourceRejected if that is how the child ended.

    Args:
        opening: What to open. `first_index` says where numbering goes on.
        live: Whether pictures come by themselves, so that silence means trouble.
        pool: The camera's slots.
        figures: Where to count.
        told: Called with every change of state.
        module: What the child runs.
        finite: Whether an end is no fault; by default, for what is not live.
        quiet: Seconds without a picture that are no fault, beyond what `timing` allows.
        turns: Descriptor of what all children share, see `daemon.turns`.
        remarked: Called with what is worth a notice.
        starts: Lets it start when it is its turn; None at once.
    """

    def __init__(  # noqa: PLR0913 (what it watches, and how long it waits)
        self,
        opening: Open,
        *,
        live: bool,
        pool: SlotPool,
        figures: CameraFigures,
        timing: Timing,
        told: Callable[[CameraState, str], None],
        module: str = "sources.child",
        finite: bool | None = None,
        quiet: float = 0.0,
        turns: int | None = None,
        remarked: Remarked | None = None,
        starts: Starts | None = None,
    ) -> None:
        self.name = opening.camera
        self.live = live
        self.finite = not live if finite is None else finite
        self.quiet = quiet
        self.film_file: Path | None = None
        """Where the child's film goes, if it makes one; replaced."""

        self._opening = opening
        self._figures = figures
        self._timing = timing
        self._starts = starts
        self._start = Start()
        self._awake = asyncio.Event()
        self._allotment = Allotment(opening.first_index, road=opening.road is not None)
        self._condition = Condition(opening, quiet=quiet, timing=timing, figures=figures, told=told)
        shared = {"--slots": pool.descriptor}
        if turns is not None:
            shared["--turns"] = turns
        self._process = Process(
            module,
            self.name,
            options=[word for name, one in shared.items() for word in (name, str(one))],
            descriptors=tuple(shared.values()),
        )
        self._conversation = Conversation(self.name, self._process.send, figures)
        self.heard = Hearing(
            opening,
            live=live,
            figures=figures,
            allotment=self._allotment,
            condition=self._condition,
            conversation=self._conversation,
            remarked=remarked,
        )
        self._died = False
        self._attended = True

    @property
    def stream(self) -> StreamInfo | None:
        """What was opened, once known."""
        return self.heard.stream

    @property
    def lesson(self) -> Lesson | None:
        """What the child's gate learnt, for the next one."""
        return self.heard.lesson

    @property
    def next_index(self) -> int:
        """Where the next child must go on."""
        return self._allotment.next_index

    async def __aenter__(self) -> Self:
        self._condition.say("connecting", "")
        if self._starts is not None:
            self._start = await self._starts.begin()
        self._figures.spawns += 1
        self._figures.gate = None
        self._figures.serving, self._figures.flow = Serving(), None
        started = asyncio.get_running_loop().time()
        self._allotment.started = self._condition.started = self.heard.at = started
        try:
            await self._process.__aenter__()
        except BaseException as exc:
            self._start.done()
            if isinstance(exc, ProcessGone):
                raise SourceUnavailable(str(exc)) from exc
            raise
        try:
            await self._open()
        except BaseException as exc:
            self._start.done()
            await self._process.__aexit__(None, None, None)
            self._figures.child_ended(in_order=False)
            if isinstance(exc, ProcessGone):
                raise ChildUnavailable(str(exc)) from exc
            raise
        self._group = asyncio.TaskGroup()
        await self._group.__aenter__()
        self._tasks = [
            self._group.create_task(self._listen(), name=f"camera-{self.name}-listen"),
            self._group.create_task(self._watch(), name=f"camera-{self.name}-watch"),
        ]
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        for task in self._tasks:
            task.cancel()
        try:
            await self._group.__aexit__(exc_type, exc, tb)
        finally:
            # Each of them keeps how it ended, and that keeps us.
            self._tasks.clear()
            self._start.done()
            self._conversation.close()
            await self._process.__aexit__(None, None, None)
            self._figures.child_ended(in_order=not self._died)
            self._figures.serving = Serving()

    async def next(
        self,
        slot: int,
        width: int,
        height: int,
        not_before: float | None = None,
        pixels_from: float | None = None,
        needed: Collection[int] = (),
        regions: Regions | None = None,
    ) -> Given | None:
        """Ask for the next picture, converted into a slot; None when a recording is over.

        A live camera answers with its newest picture, or waits for one. Cancelling leaves the slot
        to the child until it answers: the host must then be left. Frames that are `needed` are
        kept longest, for `take`. With `regions` the slot holds parts instead of the whole; before
        `pixels_from` it holds nothing.
        """
        # Until its first word no deadline runs but that of its start.
        await self._awake.wait()
        ask = Next(
            id=self._conversation.number(),
            slot=slot,
            width=width,
            height=height,
            not_before=not_before,
            pixels_from=pixels_from,
            needed=tuple(needed),
            regions=regions,
        )
        message, _ = await self._conversation.ask(ask, self._limit(not_before))
        if isinstance(message, Ended):
            if not self.finite:
                raise SourceUnavailable(f"{self.name}: the camera ended the stream")
            return None
        if not isinstance(message, Given):
            raise self._nonsense(f"answered {message.kind} to next")
        return message

    async def take(self, request: PictureRequest, at: float | None = None) -> bytes | None:
        """Ask for a JPEG of a recent frame; None if it is gone, or too late: see `taken`."""
        answer = await self.taken(request, at)
        return None if answer is None else answer[1]

    async def taken(
        self, request: PictureRequest, at: float | None = None
    ) -> tuple[Taken, bytes] | None:
        """Ask for a JPEG of a recent frame, and what was measured; None if it is gone or too late.

        Of a recording none is too late: a replay must not depend on how busy the machine is.

        Args:
            request: The frame and what is drawn on it.
            at: Monotonic seconds at which it was taken, for a passive child.
        """
        take = Take(id=self._conversation.number(), request=request, at=at)
        self._figures.pictures += 1
        limit = self._timing.picture if self.live else self._timing.request
        try:
            message, jpeg = await self._conversation.ask(take, limit)
        except TimeoutError:
            logger.warning("%s: picture of frame %d came too late", self.name, request.index)
            self._figures.pictures_gone += 1
            return None
        if isinstance(message, Taken) and message.index == request.index and jpeg:
            return message, jpeg
        if isinstance(message, Gone):
            self._figures.pictures_gone += 1
            return None
        raise self._nonsense(f"answered {message.kind} to take")

    async def cut(self, clip: int, since: float, until: float) -> tuple[Piece, bytes] | None:
        """Ask for the next piece of a clip; None if it is too late.

        Args:
            clip: Its number, within this child.
            since: Monotonic seconds from which on it shows what arrived.
            until: Monotonic seconds at which it ends.
        """
        ask = Cut(id=self._conversation.number(), clip=clip, since=since, until=until)
        try:
            piece, data = await self._conversation.ask(ask, CUT)
        except TimeoutError:
            logger.warning("%s: the next piece of a clip came too late", self.name)
            return None
        now = asyncio.get_running_loop().time()
        if not isinstance(piece, Piece) or piece.clip != clip:
            raise self._nonsense(f"answered {piece.kind} to cut")
        if piece.begins is not None and not self._allotment.lived(piece.begins, now):
            raise self._nonsense("a clip of another time")
        return piece, data

    async def film(self, request: PictureRequest, at: float) -> None:
        """Let the child add a frame to its film; of a recording, so nothing is too late.

        Args:
            request: The frame and what is drawn on it.
            at: Second of the film.
        """
        take = Take(id=self._conversation.number(), request=request, film_at=at)
        message, _ = await self._conversation.ask(take, self._timing.request)
        if not isinstance(message, (Taken, Gone)):
            raise self._nonsense(f"answered {message.kind} to take")

    async def _open(self) -> None:
        """Say what to open; the file of a film is opened here, for the child may open none."""
        if self.film_file is None:
            await self._process.send(self._opening)
            return
        with self.film_file.open("w+b") as file:
            opening = self._opening.model_copy(update={"film": True})
            await self._process.send(opening, descriptors=[file.fileno()])

    async def attend(self, live: bool) -> None:
        """Say whether every picture is wanted just now; otherwise the camera may rest.

        What the child is told already is not said again. Cancelling loses at most this word.
        """
        if live == self._attended:
            return
        self._attended = live
        try:
            await self._process.send(Attend(live=live))
        except ProcessGone:
            return  # the listener knows better why, and ends all this

    def _limit(self, not_before: float | None) -> float:
        """Return how long a picture may take; silence of a camera is noticed long before."""
        timing = self._timing
        if not self.live:
            return timing.request + self.quiet
        passed_over = max(0.0, (not_before or 0.0) - asyncio.get_running_loop().time())
        return passed_over + timing.opening + max(timing.silence + self.quiet, timing.idr)

    async def _listen(self) -> None:
        try:
            while True:
                received = await self._process.receive()
                now = asyncio.get_running_loop().time()
                if not self._awake.is_set():
                    # Only now can it have begun to open its camera.
                    self._condition.started = now
                    self._awake.set()
                    self._start.done()
                self.heard.hear(received, now)
                # Whoever waits for this answer gets it before the next, perhaps the last, word.
                await asyncio.sleep(0)
        except ProcessGone as exc:
            # Whether it died by itself, or by our hand: then why is told elsewhere.
            kind = SourceUnavailable if self._died else ChildUnavailable
            self._died = True
            raise kind(str(exc)) from exc
        except (ChannelBroken, ValidationError) as exc:
            raise self._nonsense(type(exc).__name__) from exc
        except Nonsense as exc:
            raise self._nonsense(str(exc)) from exc

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        timing, condition = self._timing, self._condition
        while True:
            await asyncio.sleep(min(TICK, timing.heartbeat / 4))
            now = loop.time()
            silent = now - self.heard.at
            if self._mute(now):
                self._died = True
                self._process.kill()
                raise SourceUnavailable(
                    f"{self.name}: its decoder child has been silent for {silent:.0f} s; killed"
                )
            if silent > timing.opening:
                self._start.done()
            if self.live and self._awake.is_set() and not self._opening.passive:
                reason = condition.judge(now)
                if reason is not None:
                    self._give_up(reason)

    def _mute(self, now: float) -> bool:
        """Tell whether it has been silent for too long, a busy machine considered."""
        timing, condition = self._timing, self._condition
        silent = now - self.heard.at
        if not self._awake.is_set():
            return silent > timing.start
        return silent > timing.heartbeat and now - condition.started > timing.opening

    def _give_up(self, reason: str) -> None:
        self._died = True
        self._condition.say("stalled", reason)
        self._process.kill()
        raise SourceUnavailable(f"{self.name}: {reason}")

    def _nonsense(self, what: str) -> ChildRejected:
        self._died = True
        self._process.kill()
        return ChildRejected(f"{self.name}: its decoder child sent nonsense ({what}); killed")
