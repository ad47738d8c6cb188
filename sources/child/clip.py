"""Cuts clips out of the ring of packets: copied as they came, or encoded anew and masked."""

from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Final, Protocol

from sources.child.convert import Converter
from sources.child.fragments import TICKS, Fragments
from sources.child.ring import PacketRing
from sources.source import DecodeFault, Decoder, Packet

COPIED: Final = frozenset({"h264", "hevc"})
"""Codecs that are copied into a clip; pictures of all others are encoded anew."""

REORDERED: Final = 4
"""Pictures that one may be decoded before those shown earlier, where there are B-frames."""

AT_ONCE: Final = 16
"""Packets of one turn, after which others may have theirs."""

_JUMP: Final = 2.0
_BACK: Final = 0.5
"""Seconds by which the stream's own time may run ahead of arrival, or step back."""

_CODES: Final = (b"\0\0\1", b"\0\0\0\1")
_SETS: Final = {"h264": frozenset({7, 8}), "hevc": frozenset({32, 33, 34})}
_SLICES: Final = {"h264": frozenset({1, 5}), "hevc": frozenset(range(32))}
_HEAD: Final = 1024
"""Bytes of an access unit in which its parameter sets stand."""


class Maker(Protocol):
    """Turns packets into the bytes of one file."""

    encoded: bool

    def add(self, packet: Packet, ticks: int, *, shown: bool) -> bool:
        """Take a packet; False when this one belongs to another file.

        Args:
            packet: In the order in which they came, from one at which decoding can start.
            ticks: When it is shown; of the clip.
            shown: Whether the clip shows it, if it can be left out.
        """
        ...

    def take(self) -> bytes:
        """Take what is complete by now."""
        ...

    def close(self) -> bytes:
        """Finish; return the rest."""
        ...


class Copy:
    """Copies packets as the camera sent them.

    Args:
        codec: `h264` or `hevc`.
        width: Pixels across.
        height: Pixels down.
        reordered: Pictures that one may be decoded before those shown earlier.
        sets: Parameter sets, where packets do not bring their own; Annex B.
    """

    encoded = False

    def __init__(self, codec: str, width: int, height: int, reordered: int, sets: bytes) -> None:
        self._fragments = Fragments(codec, width, height)
        self._codec = codec
        self._reordered = reordered
        self._shown: list[int] = []
        self._decoded = -1
        self._sets = sets

    def add(self, packet: Packet, ticks: int, *, shown: bool) -> bool:
        """Take a packet; False if the stream became another one. None can be left out."""
        del shown
        data = bytes(packet.payload)
        if packet.idr:
            sets = parameters(data, self._codec)
            if not sets and self._decoded < 0:
                data = self._sets + data
            elif sets and self._decoded >= 0 and sets != self._sets:
                return False
            self._sets = sets or self._sets
        heappush(self._shown, ticks)
        # Decoding times are the times of showing in order, as much earlier as pictures wait.
        due = self._decoded + 1
        if len(self._shown) > self._reordered:
            due = max(due, heappop(self._shown))
        self._decoded = due
        self._fragments.add(data, max(ticks, due), due, idr=packet.idr)
        return True

    def take(self) -> bytes:
        """Take what is complete by now."""
        return self._fragments.take()

    def close(self) -> bytes:
        """Finish; return the rest."""
        return self._fragments.close()


class Anew:
    """Decodes packets once more and encodes what may be seen of them.

    Args:
        decoder: Of the packets.
        converter: Knows what may be seen.
    """

    encoded = True

    def __init__(self, decoder: Decoder, converter: Converter) -> None:
        from sources.child.reencoding import CODEC, Reencoder  # noqa: PLC0415 (loads libav)

        self._decoder = decoder
        self._codec = CODEC
        self._encoder = Reencoder(converter)
        self._fragments: Fragments | None = None
        self._last = -1

    def add(self, packet: Packet, ticks: int, *, shown: bool) -> bool:
        """Take a packet; what cannot be decoded, or is damaged, is left out."""
        try:
            pictures = [one for one in self._decoder.decode(packet) if shown and not one.corrupt]
            for picture in pictures:
                self._last = max(self._last + 1, ticks)
                for unit in self._encoder.encode(picture, self._last):
                    self._write(unit.data, unit.ticks, idr=unit.idr)
        except DecodeFault:
            pass
        return True

    def take(self) -> bytes:
        """Take what is complete by now."""
        return b"" if self._fragments is None else self._fragments.take()

    def close(self) -> bytes:
        """Finish; return the rest."""
        return b"" if self._fragments is None else self._fragments.close()

    def _write(self, data: bytes, ticks: int, *, idr: bool) -> None:
        if self._fragments is None:
            width, height = self._encoder.size or (1, 1)
            self._fragments = Fragments(self._codec, width, height)
        self._fragments.add(data, ticks, ticks, idr=idr)


@dataclass(slots=True)
class Clip:
    """One clip from its first packet in the ring to its last.

    Args:
        ring: Where the packets are.
        maker: What becomes of them.
        next: Number of the first packet.
        since: Monotonic seconds of arrival from which on it shows what came.
        until: Monotonic seconds of arrival at which it ends.
    """

    ring: PacketRing
    maker: Maker
    next: int
    since: float
    until: float
    begins: float | None = None
    """Monotonic seconds at which the first picture of the clip arrived."""

    seconds: float = 0.0
    """How much is made."""

    skipped: int = 0
    """Packets that left the ring before they could be taken."""

    over: bool = False
    _zero: float = 0.0
    _shift: float = 0.0
    """Added to the stream's own time, so that it goes on where that jumped."""

    _last: tuple[float, float] | None = None

    def advance(self) -> bool:
        """Take packets, a few at a time; False when there are none to take just now."""
        if self.over:
            return False
        first, packets = self.ring.after(self.next, AT_ONCE)
        if not packets:
            return False
        self.skipped += first - self.next
        self.next = first
        for packet in packets:
            if packet.arrival > self.until or not self._take(packet):
                self.over = True
                break
            self.next += 1
        return True

    def _take(self, packet: Packet) -> bool:
        shown = not self.maker.encoded or packet.arrival >= self.since
        when = self._place(packet)
        if shown and self.begins is None:
            self.begins, self._zero = packet.arrival, when
        at = max(0.0, when - self._zero) if shown else 0.0
        self.seconds = max(self.seconds, at)
        return self.maker.add(packet, round(at * TICKS), shown=shown)

    def _place(self, packet: Packet) -> float:
        """Return when a packet is shown, by the stream's own time without its jumps."""
        now = packet.arrival if packet.time is None else packet.time
        if self._last is not None:
            last, arrival = self._last
            moved, passed = now + self._shift - last, max(0.0, packet.arrival - arrival)
            if moved > passed + _JUMP or moved < -_BACK:
                self._shift += passed + 1 / TICKS - moved
        self._last = now + self._shift, packet.arrival
        return now + self._shift


def parameters(data: bytes, codec: str) -> bytes:
    """Return the parameter sets that stand before the first slice of an access unit.

    Args:
        data: Annex B.
        codec: `h264` or `hevc`.
    """
    found = []
    for nal in data[:_HEAD].split(_CODES[0])[1:]:
        if not nal:
            continue
        kind = nal[0] & 31 if codec == "h264" else nal[0] >> 1 & 63
        if kind in _SETS[codec]:
            found.append(_CODES[1] + nal.rstrip(b"\0"))
        elif kind in _SLICES[codec]:
            break
    return b"".join(found)


def copiable(packet: Packet, codec: str, sets: bytes) -> bool:
    """Tell whether a clip can begin with a copy of this packet.

    Args:
        packet: One at which decoding can start.
        codec: Of the packet.
        sets: Parameter sets known beforehand.
    """
    if codec not in COPIED:
        return False
    data = bytes(packet.payload)
    # Units may follow lengths instead of start codes: such streams are rare among live ones.
    return data[:4].startswith(_CODES) and bool(parameters(data, codec) or sets)
