"""One camera's decoder child, seen from the daemon: ask for frames and pictures, watch, kill.

The child is not trusted: what it says is checked against what it was allotted, and every question
put to it has a deadline. A child that misses one is killed, not asked again.
"""

import asyncio
import logging
from collections.abc import Callable, Collection
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from pydantic import ValidationError

from daemon.closely import fits
from daemon.counters import CameraFigures, Serving
from daemon.errors import ChildRejected, ChildUnavailable
from daemon.process import Process, ProcessGone
from daemon.slots import SlotPool
from daemon.timing import Timing
from sources import (
    ChannelBroken,
    PictureRequest,
    Received,
    SourceBusy,
    SourceRejected,
    SourceUnavailable,
)
from sources.message import (
    Attend,
    CameraState,
    Cut,
    Ended,
    Failed,
    Given,
    Gone,
    Hint,
    Lesson,
    Next,
    Open,
    Piece,
    Pulse,
    Regions,
    State,
    StreamInfo,
    Take,
    Taken,
    from_child,
)
from sources.slot import LARGEST_SIDE

logger = logging.getLogger(__name__)

ONLINE = 10.0
"""Seconds since the last decoded picture within which a camera is `online`."""

_TICK = 0.25
_FLOWING = 2.5
"""Seconds without a new packet after which a camera at rest is as silent as any other."""

_FARTHEST = 10_000_000
"""Indices one answer may be ahead of the last: years of video, and no overflow."""

_LATEST = 1e9
"""Seconds of stream time, in either direction: decades of video or uptime, and a valid date."""

_OLDEST = 10.0
"""Seconds a picture may have been on its way by the camera's own account."""

_FLOOD = 200
"""Messages within a second that nobody asked for; an honest child says a handful."""

_HEAVY = 256 * 1024
"""Bytes beside such a message that count as one more of them."""

UNKNOWN = 1
"""Width of a stream that has not told its size yet."""

_REMEDIES = {
    "unavailable": SourceUnavailable,
    "busy": SourceBusy,
    "rejected": SourceRejected,
}

CUT = 12.0
"""Longest wait for the next piece of a clip, its turn among other cameras included."""

_SETTLED = 60.0
"""Seconds a child must have lived for its growth to be a leak, not what the camera needs."""

Remark = Literal["stream_changed", "discontinuity", "view"]
"""What a camera's child noticed and a person may want to know, once."""


class Outgrown(Exception):  # noqa: N818 (a fact: a child that grew slowly and is to be replaced)
    """The decoder child holds more memory than is its share."""


Answer = Given | Ended | Taken | Piece | Gone
Question = Next | Take | Cut


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
    ) -> None:
        self.name = opening.camera
        self.live = live
        self.finite = not live if finite is None else finite
        self.quiet = quiet
        self.stream: StreamInfo | None = None
        """What was opened, once known."""

        self.remarked: Callable[[Remark, str, dict[str, str | int | bool]], None] | None = None
        """Called with what is worth a notice: kind, words, details."""

        self.film_file: Path | None = None
        """Where the child's film goes, if it makes one; replaced."""

        self.lesson: Lesson | None = None
        """What the child's gate learnt, for the next one."""

        self.next_index = opening.first_index
        """Where the next child must go on."""

        self._opening = opening
        self._pool = pool
        self._figures = figures
        self._timing = timing
        self._told = told
        self._module = module
        self._turns = turns
        self._answers: dict[int, tuple[Question, asyncio.Future[tuple[Answer, bytes]]]] = {}
        self._asked = 0
        self._last_index = opening.first_index - 1
        self._last_time = float("-inf")
        self._decoded_at: float | None = None
        self._packets = 0
        self._packets_at = float("-inf")
        self._discontinuities = 0
        self._state: tuple[CameraState, str] = ("disabled", "")
        self._died = False
        self._attended = True
        self._given_up: Next | None = None
        self._unasked = (0, 0)
        """The second of the loop's time, and what was said unasked within it."""

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        shared = {"--slots": self._pool.descriptor}
        if self._turns is not None:
            shared["--turns"] = self._turns
        self._process = Process(
            self._module,
            self.name,
            options=[word for name, one in shared.items() for word in (name, str(one))],
            descriptors=tuple(shared.values()),
        )
        self._say("connecting", "")
        self._figures.spawns += 1
        self._figures.gate = None
        self._figures.serving, self._figures.flow = Serving(), None
        self._started = self._heard_at = loop.time()
        try:
            await self._process.__aenter__()
        except ProcessGone as exc:
            raise SourceUnavailable(str(exc)) from exc
        try:
            await self._open()
        except BaseException as exc:
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
            for _, answer in self._answers.values():
                # Whoever still waits is no part of what ends here.
                if not answer.done():
                    answer.set_exception(SourceUnavailable(f"{self.name}: closed"))
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
        self._asked += 1
        ask = Next(
            id=self._asked,
            slot=slot,
            width=width,
            height=height,
            not_before=not_before,
            pixels_from=pixels_from,
            needed=tuple(needed),
            regions=regions,
        )
        message, _ = await self._ask(ask, self._limit(not_before))
        if isinstance(message, Ended):
            if not self.finite:
                raise SourceUnavailable(f"{self.name}: the camera ended the stream")
            return None
        if not isinstance(message, Given):
            raise self._nonsense(f"answered {message.kind} to next")
        return message

    async def take(self, request: PictureRequest, at: float | None = None) -> bytes | None:
        """Ask for a JPEG of a recent frame; None if it is gone, or too late.

        Of a recording none is too late: a replay must not depend on how busy the machine is.

        Args:
            request: The frame and what is drawn on it.
            at: Monotonic seconds at which it was taken, for a passive child.
        """
        self._asked += 1
        self._figures.pictures += 1
        limit = self._timing.picture if self.live else self._timing.request
        try:
            message, jpeg = await self._ask(Take(id=self._asked, request=request, at=at), limit)
        except TimeoutError:
            logger.warning("%s: picture of frame %d came too late", self.name, request.index)
            self._figures.pictures_gone += 1
            return None
        if isinstance(message, Taken) and message.index == request.index and jpeg:
            return jpeg
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
        self._asked += 1
        ask = Cut(id=self._asked, clip=clip, since=since, until=until)
        try:
            piece, data = await self._ask(ask, CUT)
        except TimeoutError:
            logger.warning("%s: the next piece of a clip came too late", self.name)
            return None
        now = asyncio.get_running_loop().time()
        if not isinstance(piece, Piece) or piece.clip != clip:
            raise self._nonsense(f"answered {piece.kind} to cut")
        if piece.begins is not None and not self._started - 1 <= piece.begins <= now + 1:
            raise self._nonsense("a clip of another time")
        return piece, data

    async def film(self, request: PictureRequest, at: float) -> None:
        """Let the child add a frame to its film; of a recording, so nothing is too late.

        Args:
            request: The frame and what is drawn on it.
            at: Second of the film.
        """
        self._asked += 1
        take = Take(id=self._asked, request=request, film_at=at)
        message, _ = await self._ask(take, self._timing.request)
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

    async def _ask(self, ask: Question, limit: float) -> tuple[Answer, bytes]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[tuple[Answer, bytes]] = loop.create_future()
        self._answers[ask.id] = (ask, answer)
        try:
            async with asyncio.timeout(limit):
                try:
                    await self._process.send(ask)
                except ProcessGone:
                    # The listener knows better why; it ends this task by ending the group.
                    await asyncio.Event().wait()
                return await answer
        except asyncio.CancelledError:
            if isinstance(ask, Next):
                if answer.done() and not answer.cancelled():
                    # It came into our hands, and we are leaving: accounted for all the same.
                    self._figures.drop("at_stop")
                else:
                    self._given_up = ask
            raise
        except TimeoutError:
            if isinstance(ask, Next):
                raise SourceUnavailable(
                    f"{self.name}: no picture within {limit:.0f} s; killing its child"
                ) from None
            raise
        finally:
            self._answers.pop(ask.id, None)

    async def _listen(self) -> None:
        try:
            while True:
                received = await self._process.receive()
                self._heard_at = asyncio.get_running_loop().time()
                self._hear(received)
                # Whoever waits for this answer gets it before the next, perhaps the last, word.
                await asyncio.sleep(0)
        except ProcessGone as exc:
            # Whether it died by itself, or by our hand: then why is told elsewhere.
            kind = SourceUnavailable if self._died else ChildUnavailable
            self._died = True
            raise kind(str(exc)) from exc
        except (ChannelBroken, ValidationError) as exc:
            raise self._nonsense(type(exc).__name__) from exc

    def _hear(self, received: Received) -> None:
        message = from_child.validate_json(received.text)
        if received.blob and not isinstance(message, Taken | Piece):
            raise self._nonsense(f"bytes beside {message.kind}")
        if isinstance(message, Pulse | State | StreamInfo | Hint | Lesson):
            self._bear()
        match message:
            case Pulse():
                if (message.decoded_at or 0.0) > self._heard_at + 1:
                    raise self._nonsense("a picture from the future")
                self._figures.report(message.counts)
                self._figures.gate = message.gate
                self._figures.flow = message.flow
                self._advance(message.counts.decoded)
                self._decoded_at = message.decoded_at
                self._weigh(message)
            case Lesson() | Hint():
                self._note(message)
            case State():
                self._say(message.state, _plain(message.reason))
            case StreamInfo():
                self._describe(message)
            case Failed():
                self._figures.report(message.counts)
                raise _REMEDIES[message.remedy](_plain(message.reason))
            case Given() | Ended() | Taken() | Piece() | Gone():
                self._hear_answer(message, received.blob)

    def _note(self, message: Lesson | Hint) -> None:
        if isinstance(message, Lesson):
            self.lesson = message
            return
        text = _HINTS[message.hint, message.active]
        self._remark("view", text, hint=message.hint, active=message.active)

    def _weigh(self, pulse: Pulse) -> None:
        """See whether packets still come, whether times jumped, and what the child holds."""
        counts = pulse.counts
        if counts.packets > self._packets:
            self._packets, self._packets_at = counts.packets, self._heard_at
        if counts.discontinuities > self._discontinuities:
            jumps = counts.discontinuities - self._discontinuities
            self._discontinuities = counts.discontinuities
            self._remark("discontinuity", "the camera's time jumped", count=jumps)
        if self.live and pulse.rss > self._opening.memory:
            held = f"its decoder child holds {pulse.rss / 1e6:.0f} MB, more than `memory` allows"
            self._figures.recycled += 1
            if self._heard_at - self._started < _SETTLED:
                raise SourceUnavailable(f"{self.name}: {held}; raise it if that is what it needs")
            raise Outgrown(held)

    def _describe(self, stream: StreamInfo) -> None:
        old, self.stream = self.stream, stream
        why = stream.details.get("decoder_reason")
        if why and (old is None or old.details.get("decoder_reason") != why):
            said = _plain(str(why))[:200]
            logger.warning("%s: decoded by the processor instead: %s", self.name, said)
        self._figures.serving = Serving(
            reader=_word(stream.details.get("reader")),
            transport=_word(stream.details.get("transport")),
            decoder=_word(stream.details.get("decoder")),
        )
        # One that had not told its size yet has not changed it.
        if old is not None and old.width > UNKNOWN and _shape(old) != _shape(stream):
            self._remark(
                "stream_changed",
                f"{_shape(old)} became {_shape(stream)}",
                codec=stream.codec,
                width=stream.width,
                height=stream.height,
            )

    def _remark(self, kind: Remark, text: str, **details: str | int | bool) -> None:
        if self.remarked is not None:
            self.remarked(kind, text, details)

    def _bear(self, weight: int = 1) -> None:
        """Bear with what is said unasked, up to a flood."""
        second = int(self._heard_at)
        count = weight + (self._unasked[1] if self._unasked[0] == second else 0)
        self._unasked = second, count
        if count > _FLOOD:
            raise self._nonsense(f"more than {_FLOOD} messages a second")

    def _hear_answer(self, message: Answer, blob: bytes) -> None:
        asked = self._answers.get(message.id)
        if asked is None:
            # Late answers to pictures nobody waits for any more are honest.
            if isinstance(message, Given):
                self._receive_late(message)
            elif message.id > self._asked:
                raise self._nonsense(f"answered {message.kind} unasked")
            self._bear(1 + len(blob) // _HEAVY)
        elif not asked[1].done():
            if isinstance(message, Given):
                self._receive(asked[0], message)
            elif isinstance(message, Ended):
                self._figures.report(message.counts)
            asked[1].set_result((message, blob))

    def _receive(self, ask: Question, given: Given) -> None:
        if not isinstance(ask, Next):
            raise self._nonsense("answered given to take")
        self._check(ask, given)
        self._figures.report(given.counts)
        self._figures.receive()
        self._decoded_at = max(self._decoded_at or 0.0, given.arrival)
        self._advance(given.counts.decoded)
        if self._state[0] != "frozen":
            self._say("online", "")

    def _receive_late(self, given: Given) -> None:
        """Account for the answer to a question that nobody waits for since we are leaving."""
        ask, self._given_up = self._given_up, None
        if ask is None or ask.id != given.id:
            raise self._nonsense("answered given unasked")
        self._receive(ask, given)
        self._figures.drop("at_stop")

    def _check(self, ask: Next, given: Given) -> None:
        now = asyncio.get_running_loop().time()
        honest = (
            given.slot == ask.slot
            and self._last_index < given.index <= self._last_index + _FARTHEST
            and _sized(ask, given)
            and self._last_time <= given.time
            and abs(given.time) <= _LATEST
            and self._started - 1 <= given.arrival <= now + 1
            and _plausible(given)
            and given.generation % 2 == 0
        )
        if not honest:
            raise self._nonsense("a slot, index, size or time it was not allotted")
        self._last_index = given.index
        self._last_time = given.time
        self.next_index = max(self.next_index, given.index + 1)

    def _advance(self, decoded: int) -> None:
        ahead = self._opening.first_index + min(decoded, _FARTHEST) + 1
        self.next_index = max(self.next_index, ahead)

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        timing = self._timing
        while True:
            await asyncio.sleep(min(_TICK, timing.heartbeat / 4))
            now = loop.time()
            if now - self._heard_at > timing.heartbeat and now - self._started > timing.opening:
                self._died = True
                self._process.kill()
                raise SourceUnavailable(
                    f"{self.name}: its decoder child has been silent for "
                    f"{now - self._heard_at:.0f} s; killed"
                )
            if self.live and not self._opening.passive:
                self._judge(now)

    def _judge(self, now: float) -> None:
        """Compute the state from the last decoded picture, and act on silence."""
        timing = self._timing
        if self._state[0] == "waiting_idr" and now - self._packets_at <= timing.silence:
            # It is not silent: what it sends cannot be decoded yet.
            if now - (self._decoded_at or self._started) > timing.idr:
                self._give_up(f"no IDR within {timing.idr:.0f} s; {self._state[1]}")
            return
        if self._decoded_at is None:
            # Not at the deadline but before it: the next look would come too late.
            if now - self._started > timing.opening - _TICK:
                self._give_up(f"no picture within {timing.opening:.0f} s of connecting")
            return
        silent = now - self._decoded_at
        quiet = self.quiet + self._rest(now)
        if silent > timing.silence + quiet:
            self._give_up(f"no picture for {silent:.0f} s")
        if silent > ONLINE + quiet:
            self._say("stalled", f"no picture for {ONLINE:.0f} s")
        elif self._state[0] in {"connecting", "stalled"}:
            self._say("online", "")

    def _rest(self, now: float) -> float:
        """Return the seconds by which the next picture of a camera at rest may be late.

        One look at it may fail, as long as its packets come; the next IDR is looked at then.
        """
        gate = self._figures.gate
        resting = gate is not None and gate.state != "live"
        flowing = now - self._packets_at <= _FLOWING
        return self._opening.gate_heartbeat / 2 if resting and flowing else 0.0

    def _give_up(self, reason: str) -> None:
        self._died = True
        self._say("stalled", reason)
        self._process.kill()
        raise SourceUnavailable(f"{self.name}: {reason}")

    def _say(self, state: CameraState, reason: str) -> None:
        if (state, reason) != self._state:
            self._state = (state, reason)
            self._told(state, reason)

    def _nonsense(self, what: str) -> ChildRejected:
        self._died = True
        self._process.kill()
        return ChildRejected(f"{self.name}: its decoder child sent nonsense ({what}); killed")


_HINTS = {
    ("dark", True): "the view is dark: no light, or something covers the camera",
    ("dark", False): "the view is lit again",
    ("covered", True): "the view is one even colour: something may cover the camera",
    ("covered", False): "the view shows something again",
    ("blurred", True): "the view is blurred: out of focus, dirty or sprayed",
    ("blurred", False): "the view is sharp again",
    ("moved", True): "the view is another one: the camera may have been turned",
    ("moved", False): "the view is steady again",
}


def _shape(stream: StreamInfo) -> str:
    return f"{stream.codec} {stream.width}x{stream.height}"


def _word(said: object) -> str | None:
    """Take one word of a child's, not a story."""
    return _plain(said)[:40] if isinstance(said, str) else None


def _plausible(given: Given) -> bool:
    """Tell whether the picture was taken before it came, and not long before."""
    return given.captured is None or 0 <= given.arrival - given.captured <= _OLDEST


def _sized(ask: Next, given: Given) -> bool:
    """Tell whether the slot's picture, or each of its parts, is as large as was asked at most.

    A blank one must be one that nobody wanted to look at.
    """
    if given.blank and (ask.pixels_from is None or given.time >= ask.pixels_from):
        return False
    if ask.regions is None:
        return given.parts is None and given.width <= ask.width and given.height <= ask.height
    model, slot = (ask.width, ask.height), (given.width, given.height)
    return (
        given.parts is not None
        and max(slot) <= LARGEST_SIDE
        and fits(given.parts, ask.regions.most, model, slot)
    )


def _plain(text: str) -> str:
    """Keep what a child says on one line, and from steering terminals and log readers."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
