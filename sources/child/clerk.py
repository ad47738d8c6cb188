"""A third thread for what takes longer than a moment: clips, and pictures of the past.

The control thread passes questions on and fetches the answers; detection is not held up. The thread
starts with the first question, and at rest costs nothing.
"""

import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from pydantic import BaseModel

from sources.child.clip import REORDERED, Anew, Clip, Copy, Maker, copiable
from sources.child.convert import Converter
from sources.child.draw import Made, jpeg
from sources.child.handover import Handover
from sources.child.reading import Reading
from sources.child.ring import PacketRing
from sources.child.turnstile import Turnstile
from sources.message import Cut, Gone, Piece, Take, Taken
from sources.source import DecodeFault, Decoder, Picture, Rereadable, Stamped

MOST_CLIPS: Final = 4
"""Clips in the making at once."""

MOST_WAITING: Final = 16
"""Questions that may wait."""

PATIENCE: Final = 2.0
"""Seconds after which a question is answered with what there is."""

LARGEST: Final = 1 << 20
"""Bytes of a piece, from which on it is sent; one fragment may lie above it."""

TURN: Final = 5.0
"""Seconds a clip waits for its turn before it goes on without."""

RECALL: Final = 1.0
"""Seconds a picture waits for its turn; somebody waits for it."""

NEAR: Final = 0.25
"""Seconds by which a picture asked for by its time may differ from it."""

LATE: Final = 0.7
"""Seconds that packets are waited for which may be nearer to the time asked for."""

_BREATH: Final = 0.1
_NICE: Final = 10
"""The scheduler prefers detection."""


@dataclass(slots=True)
class _Asked:
    """A question about a clip that was not answered yet."""

    wish: Cut
    at: float
    data: bytearray = field(default_factory=bytearray)


class Clerk:
    """Answers `Cut`, and `Take` for frames that are only left as packets.

    Args:
        reading: What is open, and which picture had which stamp.
        packets: The ring.
        converter: For this thread alone; knows what may be seen.
        handover: Where it is counted.
        turnstile: Passed before anything heavy.
        wake: Called when there is an answer.
    """

    def __init__(
        self,
        reading: Reading,
        packets: PacketRing,
        converter: Converter,
        handover: Handover,
        turnstile: Turnstile,
        wake: Callable[[], None],
    ) -> None:
        self._reading = reading
        self._packets = packets
        self._converter = converter
        self._handover = handover
        self._turnstile = turnstile
        self._wake = wake
        self._changed = threading.Condition()
        self._asked: deque[Cut | Take] = deque()
        self._answers: deque[tuple[BaseModel, bytes]] = deque()
        self._clips: dict[int, Clip] = {}
        self._cuts: list[_Asked] = []
        self._takes: list[tuple[Take, float]] = []
        """Questions for pictures, and monotonic seconds until which they may wait."""

        self._closing = False
        self._thread: threading.Thread | None = None

    def ask(self, wish: Cut | Take) -> bool:
        """Take a question; False if too many wait already."""
        with self._changed:
            if len(self._asked) + len(self._cuts) + len(self._takes) >= MOST_WAITING:
                return False
            self._asked.append(wish)
            self._changed.notify()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="clerk", daemon=True)
            self._thread.start()
        return True

    def answers(self) -> list[tuple[BaseModel, bytes]]:
        """Take the answers that are ready."""
        with self._changed:
            ready = list(self._answers)
            self._answers.clear()
        return ready

    def finish(self, patience: float) -> None:
        """End every clip with what is there, for nothing more will come."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(patience)

    def _run(self) -> None:
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        busy = False
        while True:
            for wish in self._next(busy=busy):
                if isinstance(wish, Take):
                    self._takes.append((wish, time.monotonic() + LATE))
                else:
                    self._cuts.append(_Asked(wish, time.monotonic()))
            self._take()
            busy = False
            for asked in tuple(self._cuts):
                busy |= self._work(asked)
            # Who asked between the look for questions and this one is not to be forgotten.
            if self._closing and not busy and not self._asked:
                for asked in tuple(self._cuts):
                    self._end(asked)
                return

    def _next(self, *, busy: bool) -> list[Cut | Take]:
        """Wait for a question, or until it is worth looking for packets."""
        with self._changed:
            if not busy and not self._closing:
                timeout = _BREATH if self._cuts or self._takes else None
                self._changed.wait_for(lambda: self._asked or self._closing, timeout)
            fresh = list(self._asked)
            self._asked.clear()
        return fresh

    def _answer(self, message: BaseModel, blob: bytes = b"") -> None:
        with self._changed:
            self._answers.append((message, blob))
        self._handover.crowded(self._turnstile.waited)
        self._wake()

    def _work(self, asked: _Asked) -> bool:
        """Get on with a clip; tell whether there may be more to do at once."""
        clip = self._clip(asked.wish)
        if clip is None:
            self._cuts.remove(asked)
            self._answer(Piece(id=asked.wish.id, clip=asked.wish.clip, over=True))
            return False
        clip.until = asked.wish.until
        if clip.maker.encoded:
            with self._turnstile.turn(TURN):
                moved = clip.advance()
        else:
            moved = clip.advance()
        asked.data += clip.maker.take()
        if clip.over:
            self._end(asked)
            return False
        late = time.monotonic() - asked.at >= PATIENCE
        if len(asked.data) >= LARGEST or (asked.data and not moved) or late:
            self._give(asked, clip)
        return moved

    def _end(self, asked: _Asked) -> None:
        clip = self._clips.pop(asked.wish.clip, None)
        if clip is not None:
            asked.data += clip.maker.close()
            clip.over = True
            self._give(asked, clip)

    def _give(self, asked: _Asked, clip: Clip) -> None:
        self._cuts.remove(asked)
        piece = Piece(
            id=asked.wish.id,
            clip=asked.wish.clip,
            begins=clip.begins,
            seconds=clip.seconds,
            over=clip.over,
            encoded=clip.maker.encoded,
            skipped=clip.skipped,
        )
        self._answer(piece, bytes(asked.data))

    def _clip(self, wish: Cut) -> Clip | None:
        """Return the clip in the making, begun if need be; None if there can be none."""
        clip = self._clips.get(wish.clip)
        if clip is None and len(self._clips) < MOST_CLIPS:
            start = self._packets.start(wish.since)
            maker = None if start is None else self._maker(start)
            if start is not None and maker is not None:
                clip = Clip(self._packets, maker, start, wish.since, wish.until)
                self._clips[wish.clip] = clip
        return clip

    def _maker(self, start: int) -> Maker | None:
        """Choose: copied where the outside may see all that the camera sends."""
        _, packets = self._packets.after(start, 1)
        decoder, info = self._decoder(), self._reading.info
        if not packets or decoder is None or info is None:
            return None
        known = min(info.width, info.height) > 1
        if known and self._converter.plain and copiable(packets[0], info.codec, decoder.sets):
            reordered = REORDERED if info.details.get("b_frames") else 0
            return Copy(info.codec, info.width, info.height, reordered, decoder.sets)
        return Anew(decoder, self._converter)

    def _decoder(self) -> Decoder | None:
        stream = self._reading.stream
        try:
            return stream.decoder() if isinstance(stream, Rereadable) else None
        except DecodeFault:
            return None

    def _take(self) -> None:
        """Make every picture that is there, or will not get any nearer."""
        now, latest = time.monotonic(), self._reading.moments.latest
        ready = [
            (wish, until)
            for wish, until in self._takes
            if wish.at is None or latest >= wish.at or now >= until or self._closing
        ]
        for one in ready:
            self._takes.remove(one)
            self._answer(*self._recalled(one[0]))

    def _stamp(self, wish: Take) -> int | None:
        if wish.at is not None:
            return self._reading.moments.nearest(wish.at, NEAR)
        return self._reading.stamps.find(wish.request.index)

    def _recalled(self, wish: Take) -> tuple[BaseModel, bytes]:
        """Make a picture of a frame that left the decoded ones; never one of another frame."""
        request = wish.request
        try:
            with self._turnstile.turn(RECALL):
                picture = self._decoded(self._stamp(wish))
            if picture is not None:
                made = jpeg(self._converter, picture, request)
                self._handover.recalled()
                return taken(wish, made), made.data
        except (DecodeFault, ValueError):
            pass
        return Gone(id=wish.id, index=request.index), b""

    def _decoded(self, stamp: int | None) -> Picture | None:
        """Decode the frame of a stamp from its IDR on.

        Raises:
            DecodeFault: That cannot be done.
        """
        decoder = self._decoder()
        if stamp is None or decoder is None:
            return None
        packets = self._packets.until(lambda one: isinstance(one, Stamped) and one.stamp == stamp)
        for packet in (*packets, *((None,) if packets else ())):
            for picture in decoder.decode(packet):
                if isinstance(picture, Stamped) and picture.stamp == stamp:
                    return None if picture.corrupt else picture
        return None


def taken(wish: Take, made: Made) -> Taken:
    """Write what goes along with a JPEG that was asked for."""
    seen = made.likeness
    return Taken(
        id=wish.id,
        index=wish.request.index,
        width=made.size.width,
        height=made.size.height,
        fingerprint=None if seen is None else seen.fingerprint,
        sharpness=None if seen is None else seen.sharpness,
        beside=made.beside,
    )
