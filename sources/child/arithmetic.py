"""Where the arithmetic decoder of libavcodec's HEVC decoder stopped reading.

That stands in the decoder's private context alone. It is looked up there by what it must look like,
once, on three pictures of our own, never by the offsets of one build: where nothing looks like it,
nothing is believed. No address is read but by way of the kernel, so a wrong one does no harm.
"""

import base64
import struct
from dataclasses import dataclass
from functools import cache

import av
from av.video.codeccontext import VideoCodecContext

from sources.child.own_memory import own_memory

BITS = 16
"""CABAC_BITS: how many bits the arithmetic decoder fetches at once."""

_SAMPLE = (
    """AAAAAUABDAH//wFgAAADAJAAAAMAAAMAHroCQAAAAAFCAQEBYAAAAwCQAAADAAADAB6gQghZbqryuaAgAAADACAAAAMB
    QQAAAAFEAcFzwIkAAAEoAa8FGPppt6yIjuLQE+A=""",
    "AAAAAQIB0Al+ICjA+rMm4hQ=",
    "AAAAAQIB0BH/iAoQ+Tqw",
)
"""Three HEVC pictures of 32 x 32 pixels, made with x265."""

_HEVC = 173
"""AV_CODEC_ID_HEVC."""

_WORD = 8
_CODEC_AT, _PRIVATE_AT = 24, 32
"""Offsets of `codec_id` and `priv_data` in AVCodecContext, which are public."""

_POINTERS = 16
"""Pointers of the private context that are followed; that to the slice's state comes early."""

_REACH = 1024
"""Bytes of the slice's state that are searched; it begins with the models of the contexts."""

_STATE = struct.Struct("=iiQQQ")
_TAIL = 64
"""Bytes before the end of the data in which its last set bit is looked for."""


@dataclass(frozen=True, slots=True)
class State:
    """CABACContext as it stands: the value, its range, and addresses in the data of a slice."""

    low: int
    span: int
    start: int
    at: int
    end: int

    @property
    def likely(self) -> bool:
        """Whether an arithmetic decoder can be in this state."""
        ranges = 254 <= self.span <= 510 and self.low > 0  # noqa: PLR2004 (9.3.4.3.5)
        return ranges and 0 < self.start < self.end and self.start <= self.at <= self.end + 2

    @property
    def ended(self) -> bool:
        """Whether it decoded last that the slice ends, at the last set bit of the slice's data.

        The value holds nine bits of the data in its upper part and below them up to sixteen more,
        under which its lowest set bit marks how many. At its end the reader fetches again without
        advancing, so that there the place is known modulo sixteen only.
        """
        if not self.likely or self.low < self.span << BITS + 1:
            return False
        place = (self.at - self.start) * 8 - BITS + _zeros(self.low)
        off = {place - last for last in self._last_bits()}
        return any(o % BITS == 0 for o in off) if self.at >= self.end else 0 in off

    def _last_bits(self) -> list[int]:
        """Number the bits, from 1 on, that may be the last set one.

        libavcodec counts a last byte in which no other bit is set to what follows the data.
        """
        size, found = self.end - self.start, []
        count = min(_TAIL, size)
        # At once where that works: each look costs two calls of the kernel.
        tail = own_memory().read(self.end - count, count + 1)
        beyond = (tail or b"")[count:]
        tail = (tail or own_memory().read(self.end - count, count) or b"")[:count]
        held = tail.rstrip(b"\0")
        if held:
            found.append(8 * size - (len(tail) - len(held)) * 8 - _zeros(held[-1]))
        if beyond == b"\x80":
            found.append(8 * size + 1)
        return found


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a private context keeps the state: behind which pointer, and how far."""

    pointer: int
    offset: int


def address(codec: VideoCodecContext) -> int | None:
    """Return where an open HEVC decoder keeps its state; None if that cannot be known."""
    place = _place()
    private = None if place is None else _private(codec)
    if place is None or private is None:
        return None
    return _words(private, _POINTERS)[place.pointer] + place.offset


def state(where: int) -> State | None:
    """Read a state; None before anything was decoded."""
    held = own_memory().read(where, _STATE.size)
    found = None if held is None else State(*_STATE.unpack(held))
    return found if found is not None and found.start else None


@cache
def _place() -> _Place | None:
    """Find the one place at which every picture of the sample ends as it must."""
    codec = av.CodecContext.create("hevc", "r")
    if not isinstance(codec, VideoCodecContext):
        return None
    codec.thread_count = 1
    left: set[_Place] | None = None
    for picture in _SAMPLE:
        data = base64.b64decode(picture)
        codec.decode(av.Packet(data))
        private = _private(codec)
        ending = set() if private is None else _ending(private, len(data))
        left = ending if left is None else left & ending
    return left.pop() if left is not None and len(left) == 1 else None


def _ending(private: int, size: int) -> set[_Place]:
    """Find all places that look like the state of a decoder that came to the end of a slice."""
    found = set()
    for number, pointer in enumerate(_words(private, _POINTERS)):
        held = own_memory().read(pointer, _REACH) or b""
        for offset in range(0, len(held) - _STATE.size + 1, _WORD):
            seen = State(*_STATE.unpack_from(held, offset))
            if seen.end - seen.start < size and seen.ended:
                found.add(_Place(number, offset))
    return found


def _private(codec: VideoCodecContext) -> int | None:
    """Find the private context by way of PyAV's object, which holds a pointer to the public one."""
    for context in _words(id(codec), codec.__sizeof__() // _WORD):
        head = own_memory().read(context, _PRIVATE_AT + _WORD)
        if head is None or _class(context) != b"AVCodecContext":
            continue
        (kind,) = struct.unpack_from("=i", head, _CODEC_AT)
        (private,) = struct.unpack_from("=Q", head, _PRIVATE_AT)
        if kind == _HEVC and _class(private).startswith(b"HEVC"):
            return int(private)
    return None


def _class(thing: int) -> bytes:
    """Read the name of the AVClass with which everything begins that has options."""
    for described in _words(thing, 1):
        for name in _words(described, 1):
            return (own_memory().read(name, 16) or b"").partition(b"\0")[0]
    return b""


def _words(where: int, count: int) -> tuple[int, ...]:
    held = own_memory().read(where, count * _WORD)
    return () if held is None else struct.unpack(f"={count}Q", held)


def _zeros(number: int) -> int:
    """Count the zeros below the lowest set bit."""
    return (number & -number).bit_length() - 1
