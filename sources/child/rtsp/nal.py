"""NAL units out of RTP payloads: H.264 (RFC 6184) and H.265 (RFC 7798). Pure.

A cutter takes the payloads of one access unit in order and collects its NAL units. What does not
fit together makes it `broken`; nothing here raises. Some cameras send parameter sets and the
picture behind them as one unit, parted by start codes as in a file (H.264, annex B): these are cut.
"""

from abc import ABC, abstractmethod
from typing import Literal, Protocol

from sources.child.rtsp.description import Codec

_STAP_A, _FU_A = 24, 28
_AP, _FU = 48, 49
_START, _END = 0x80, 0x40
_RECOVERY_POINT = 6
_CODE = b"\0\0\1"
_TOP = 0x80
"""The first bit of a slice header: set on the first slice of a picture."""


class Cutter(Protocol):
    """Collects the NAL units of an access unit."""

    nals: list[bytes]
    broken: bool

    def feed(self, payload: bytes) -> None:
        """Take one payload."""
        ...

    def take(self) -> list[bytes]:
        """Return what was collected, and start anew; a fragment without end is broken."""
        ...

    def middle(self) -> tuple[bytes, list[bytes]] | None:
        """Return how a payload begins that goes on with the fragment and does not end it.

        What follows that beginning may be appended to the list, in place of `feed`. None while no
        fragment is under way.
        """
        ...

    def kind(self, nal: bytes) -> int:
        """Return the type of a NAL unit."""
        ...

    def slice(self, nal: bytes) -> bool:
        """Tell whether it holds part of a picture."""
        ...

    def ordinary(self, nals: list[bytes]) -> bool:
        """Tell whether all are parts of one picture at which decoding does not start."""
        ...

    def first(self, nal: bytes) -> bool:
        """Tell whether a slice is the first of its picture."""
        ...

    def start(self, nal: bytes) -> bool:
        """Tell whether decoding can start at the picture it belongs to."""
        ...

    def gradual(self, nal: bytes) -> bool:
        """Tell whether it says that pictures become whole bit by bit from here on."""
        ...

    def parameters(self, nal: bytes) -> bool:
        """Tell whether it is a parameter set."""
        ...

    def complete(self, kinds: set[int]) -> bool:
        """Tell whether parameter sets of these types are enough to decode."""
        ...


class _Collecting(ABC):
    _least: int
    """Bytes of the smallest unit."""

    def __init__(self) -> None:
        self.nals: list[bytes] = []
        self.broken = False
        self._fragment: list[bytes] | None = None
        self._middle = b""

    def middle(self) -> tuple[bytes, list[bytes]] | None:
        """Return how a payload begins that goes on with the fragment, and where its rest goes."""
        return None if self._fragment is None else (self._middle, self._fragment)

    def take(self) -> list[bytes]:
        """Return what was collected, and start anew; a fragment without end is broken."""
        if self._fragment is not None:
            self.broken = True
            self._fragment = None
        nals, self.nals = self.nals, []
        return nals

    def _begin(self, head: bytes, middle: bytes) -> None:
        """Begin a fragment; one that had no end is broken."""
        if self._fragment is not None:
            self.broken = True
        self._fragment, self._middle = [head], middle

    def _go_on(self, piece: bytes, *, ends: int) -> None:
        fragment = self._fragment
        if fragment is None:
            self.broken = True
            return
        fragment.append(piece)
        if ends:
            self._put(b"".join(fragment))
            self._fragment = None

    def _put(self, nal: bytes) -> None:
        """Take a whole unit, or several that are parted by start codes."""
        if not self._parted(nal):
            self.nals.append(nal)
            return
        pieces = [piece.rstrip(b"\0") for piece in nal.split(_CODE)]
        found = [piece for piece in pieces if len(piece) >= self._least]
        if not found:
            self.broken = True
        self.nals += found

    @abstractmethod
    def _parted(self, nal: bytes) -> bool:
        """Tell whether it is none by its type, or one that may hold others, and does."""

    def _several(self, payload: bytes, at: int, least: int) -> None:
        while at < len(payload):
            size = int.from_bytes(payload[at : at + 2], "big")
            nal = payload[at + 2 : at + 2 + size]
            if not size and not payload[at:].strip(b"\0"):
                # Zeros behind the last one are padding.
                return
            if size < least or len(nal) != size:
                self.broken = True
                return
            self.nals.append(nal)
            at += 2 + size


class H264(_Collecting):
    """Single NAL units, STAP-A and FU-A."""

    _least = 1

    def feed(self, payload: bytes) -> None:
        """Take one payload."""
        if len(payload) < 2:  # noqa: PLR2004 (a header and something)
            self.broken = True
            return
        kind = payload[0] & 31
        if kind == _FU_A:
            flags = payload[1]
            if flags & _START:
                head = bytes((payload[0] & 0xE0 | flags & 31,))
                self._begin(head, bytes((payload[0], flags & 31)))
            self._go_on(payload[2:], ends=flags & _END)
        elif kind == _STAP_A:
            self._several(payload, 1, 1)
        elif kind < _STAP_A:
            self._put(payload)
        else:
            self.broken = True

    def _parted(self, nal: bytes) -> bool:
        """Tell whether it is none by its type, or parameter sets with others behind them."""
        kind = nal[0] & 31
        return kind == 0 or (7 <= kind <= 9 and _CODE in nal)  # noqa: PLR2004 (table 7-1)

    def kind(self, nal: bytes) -> int:
        """Return the type of a NAL unit."""
        return nal[0] & 31

    def slice(self, nal: bytes) -> bool:
        """Tell whether it holds part of a picture."""
        return 1 <= nal[0] & 31 <= 5  # noqa: PLR2004 (table 7-1)

    def ordinary(self, nals: list[bytes]) -> bool:
        """Tell whether all are parts of one picture at which decoding does not start."""
        return all([0 < nal[0] & 31 < 5 for nal in nals]) and self.first(nals[0])  # noqa: PLR2004, C419 (a list is quicker)

    def first(self, nal: bytes) -> bool:
        """Tell whether a slice is the first of its picture (first_mb_in_slice is 0)."""
        return len(nal) > 1 and bool(nal[1] & _TOP)

    def start(self, nal: bytes) -> bool:
        """Tell whether decoding can start at the picture it belongs to.

        That is an IDR, or what a message says is exact from that very picture on (annex D, recovery
        point): encoders whose groups are open write one IDR, and none ever after.
        """
        kind = nal[0] & 31
        return kind == 5 or (kind == 6 and _recovery(nal) == "at once")  # noqa: PLR2004

    def gradual(self, nal: bytes) -> bool:
        """Tell whether it says that pictures become whole bit by bit from here on."""
        return nal[0] & 31 == 6 and _recovery(nal) == "later"  # noqa: PLR2004

    def parameters(self, nal: bytes) -> bool:
        """Tell whether it is a parameter set."""
        return nal[0] & 31 in {7, 8}

    def complete(self, kinds: set[int]) -> bool:
        """Tell whether parameter sets of these types are enough to decode."""
        return {7, 8} <= kinds


class H265(_Collecting):
    """Single NAL units, AP and FU."""

    _least = 2

    def feed(self, payload: bytes) -> None:
        """Take one payload."""
        if len(payload) < 3:  # noqa: PLR2004 (a header and something)
            self.broken = True
            return
        kind = payload[0] >> 1 & 63
        if kind == _FU:
            flags = payload[2]
            if flags & _START:
                head = bytes((payload[0] & 0x81 | (flags & 63) << 1, payload[1]))
                self._begin(head, bytes((payload[0], payload[1], flags & 63)))
            self._go_on(payload[3:], ends=flags & _END)
        elif kind == _AP:
            self._several(payload, 2, 2)
        elif kind < _AP:
            self._put(payload)
        else:
            self.broken = True

    def _parted(self, nal: bytes) -> bool:
        """Tell whether it begins with a start code, or is parameter sets with others behind."""
        kind = nal[0] >> 1 & 63
        sets = 32 <= kind <= 35 and _CODE in nal  # noqa: PLR2004 (table 7-1)
        return sets or nal.startswith((_CODE, b"\0" + _CODE))

    def kind(self, nal: bytes) -> int:
        """Return the type of a NAL unit."""
        return nal[0] >> 1 & 63

    def slice(self, nal: bytes) -> bool:
        """Tell whether it holds part of a picture."""
        return nal[0] >> 1 & 63 < 32  # noqa: PLR2004 (table 7-1)

    def ordinary(self, nals: list[bytes]) -> bool:
        """Tell whether all are parts of one picture at which decoding does not start."""
        return all([nal[0] >> 1 & 63 < 16 for nal in nals]) and self.first(nals[0])  # noqa: PLR2004, C419 (a list is quicker)

    def first(self, nal: bytes) -> bool:
        """Tell whether a slice is the first of its picture."""
        return len(nal) > 2 and bool(nal[2] & _TOP)  # noqa: PLR2004

    def start(self, nal: bytes) -> bool:
        """Tell whether decoding can start at the picture it belongs to (IDR, CRA, BLA)."""
        return 16 <= nal[0] >> 1 & 63 <= 21  # noqa: PLR2004

    def gradual(self, _: bytes) -> bool:
        """Say no: what such an encoder writes is read like any other's, and waited for."""
        return False

    def parameters(self, nal: bytes) -> bool:
        """Tell whether it is a parameter set."""
        return nal[0] >> 1 & 63 in {32, 33, 34}

    def complete(self, kinds: set[int]) -> bool:
        """Tell whether parameter sets of these types are enough to decode."""
        return {32, 33, 34} <= kinds


def _recovery(nal: bytes) -> Literal["at once", "later"] | None:
    """Tell from a unit of messages when pictures are whole again; None where it does not say."""
    at = 1
    while at + 2 < len(nal):
        kind, at = _summed(nal, at)
        size, at = _summed(nal, at)
        if kind == _RECOVERY_POINT:
            # recovery_frame_cnt comes first; its shortest code, one set bit, is 0.
            return "at once" if size > 0 and nal[at : at + 1] >= b"\x80" else "later"
        at += size
    return None


def _summed(nal: bytes, at: int) -> tuple[int, int]:
    """Read a number that is written as a row of bytes to add up; return what follows as well."""
    total = 0
    while nal[at : at + 1] == b"\xff":
        total, at = total + 255, at + 1
    return total + int.from_bytes(nal[at : at + 1], "big"), at + 1


def cutter(codec: Codec) -> Cutter:
    """Make the one for a codec."""
    return H264() if codec == "h264" else H265()
