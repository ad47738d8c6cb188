"""Access units out of RTP packets: where one ends, and whether it is whole. Pure.

A picture ends with the packet that bears the marker, without waiting for the next one; that is what
saves a frame interval. Cameras set the bit in the middle of pictures, on parameter sets, never, or
before a last message. So its word is taken only after it was right for a while, a change of the
stamp ends a picture in any case, and a marker that proves wrong costs its trust: until it is earned
again, pictures end when the next one begins.
"""

import struct
from typing import NamedTuple

from sources.child.rtsp.nal import Cutter
from sources.child.rtsp.packet import Packet
from sources.source import Mishaps

PROBATION = 8
"""Pictures whose marker must be right before it is trusted; 16 times as many after each lie."""

MOST = 16 << 20
"""Bytes of the largest access unit."""

_FACTOR = 16
_LONGEST = 1 << 20
_HALF = 0x8000
_STUBBORN = 8
"""Packets from the past in a row after which the camera counts from somewhere else."""

_PLAIN = 0x8000
"""How a packet begins that has neither extension, padding, sources nor marker."""

_FIXED = 12
"""Bytes of the fixed header."""

_BEGINNING = struct.Struct("!HH")
_REST = struct.Struct("!II")
"""Stamp and source: what follows the sequence number in the fixed header."""

_CODE = b"\0\0\0\1"
_CARRIED = 65_536
"""Bytes of parameter sets and messages that may come before their picture."""


class Unit(NamedTuple):
    """One access unit."""

    data: bytes
    """Annex B, parameter sets before every picture at which decoding starts; empty if damaged."""

    idr: bool
    stamp: int
    arrival: float
    """Monotonic seconds of its last packet."""


class Assembly:
    """Takes the packets of one stream.

    Args:
        cutter: Of the stream's codec.
        sets: Parameter sets known beforehand.
        mishaps: Where to count.
    """

    def __init__(self, cutter: Cutter, sets: tuple[bytes, ...], mishaps: Mishaps) -> None:
        self._cutter = cutter
        self._mishaps = mishaps
        self._sets: dict[int, tuple[bytes, ...]] = {}
        self._learn(list(sets))
        self._expected: int | None = None
        self._source: int | None = None
        self._past = 0
        self._stamp: int | None = None
        self._last = 0.0
        self._packets = 0
        self._size = 0
        self._marks = 0
        self._marked = False
        self._spoiled = False
        self._tail = False
        self._carried: list[bytes] = []
        self._steady = 0
        self._proven = False
        self._needed = PROBATION
        self._waiting = True
        self._hurt = False
        self._beginning = 0
        self._rest = b""
        self._skipped = 0
        self._pieces: list[bytes] | None = None
        """Of the fragment under way; None where the next packet needs a closer look."""

        self.trusting = False
        """Whether the marker ends pictures."""

        self.strange = 0
        """Access units that did not fit together though none of their packets is missing."""

        self.gradual = False
        """Whether the camera was seen to refresh its pictures bit by bit: none stands alone."""

    def follow(self, data: bytes, arrival: float) -> bool:
        """Take a packet if it just goes on with the fragment under way; else leave it for `feed`.

        By far the most do, and they differ from the one before in nothing but the number.
        """
        pieces = self._pieces
        if pieces is None or not data.startswith(self._rest, 4):
            return False
        beginning, sequence = _BEGINNING.unpack_from(data)
        if sequence != self._expected or beginning != self._beginning or self._size > MOST:
            return False
        pieces.append(data[self._skipped :])
        self._expected, self._past = sequence + 1 & 0xFFFF, 0
        self._packets += 1
        self._size += len(data) - _FIXED
        self._last = arrival
        return True

    def feed(self, packet: Packet, arrival: float) -> list[Unit]:
        """Take a packet; return what it completes."""
        marker, kind, sequence, stamp, source, payload = packet
        done: list[Unit] = []
        if sequence == self._expected and source == self._source:
            self._expected, self._past = sequence + 1 & 0xFFFF, 0
        elif not self._in_order(packet):
            return done
        if stamp != self._stamp:
            if self._packets:
                self._finish(done)
            self._stamp, self._tail = stamp, False
        self._add(payload, arrival)
        self._marked = marker
        middle = None if marker else self._cutter.middle()
        if middle is None:
            self._pieces = None
        else:
            start, self._pieces = middle
            self._beginning = _PLAIN | kind
            self._rest = _REST.pack(stamp, source) + start
            self._skipped = _FIXED + len(start)
        if marker and self.trusting:
            self._tail = self._finish(done) or self._tail
        return done

    def _in_order(self, packet: Packet) -> bool:
        expected = self._expected
        if packet.source != self._source:
            self._source = packet.source
            if expected is not None:
                self._break()
            expected = packet.sequence
        if expected is None:
            expected = packet.sequence
        missing = (packet.sequence - expected) & 0xFFFF
        if missing >= _HALF:
            self._past += 1
            if self._past < _STUBBORN:
                return False
            self._break()
        elif missing:
            self._mishaps.lost += missing
            self._break()
        self._past = 0
        self._expected = (packet.sequence + 1) & 0xFFFF
        return True

    def _break(self) -> None:
        """Note that something is missing between the last packet and this one."""
        self._hurt = self._waiting = self._spoiled = True

    def _add(self, payload: bytes, arrival: float) -> None:
        self._packets += 1
        self._last = arrival
        self._size += len(payload)
        if self._size > MOST:
            self._spoiled = True
            self._cutter.take()
        else:
            self._cutter.feed(payload)
        if self._marked and not self.trusting:
            self._marks += 1

    def _finish(self, done: list[Unit]) -> bool:
        """End the access unit that is being collected; tell whether it held a picture."""
        cutter = self._cutter
        nals = cutter.take()
        self.strange += cutter.broken and not self._spoiled
        spoiled = self._spoiled or cutter.broken
        # What went missing before this packet may belong to the next access unit as well.
        cutter.broken, self._spoiled = False, False
        marked, early, several = self._marked, self._marks, self._packets > 1
        self._packets = self._size = self._marks = 0
        self._marked = False
        if (
            self.trusting
            and not (spoiled or self._tail or self._waiting or self._carried)
            and nals
            and cutter.ordinary(nals)
        ):
            # By far the most: nothing to learn and nothing to doubt.
            done.append(Unit(_CODE + _CODE.join(nals), False, self._stamp or 0, self._last))
            return True
        self._learn(nals)
        slices = [nal for nal in nals if cutter.slice(nal)]
        if not slices:
            if spoiled:
                self._harm()
            self._carry([] if self._tail else nals)
            return False
        if self._tail:
            # The marker came too early: the decoder has seen half a picture.
            self._distrust()
            self._harm()
            return True
        self._judge(nals, marked=marked, early=early, several=several)
        if spoiled or not cutter.first(slices[0]):
            self._harm()
        whole = (*self._carried, *nals)
        start = any(cutter.start(nal) for nal in whole)
        self.gradual = self.gradual or any(cutter.gradual(nal) for nal in whole)
        self._give(done, nals, start, whole=not spoiled)
        return True

    def _give(self, done: list[Unit], nals: list[bytes], start: bool, *, whole: bool) -> None:
        cutter = self._cutter
        whole = whole and cutter.first(next(nal for nal in nals if cutter.slice(nal)))
        idr = start and whole and cutter.complete(set(self._sets))
        nals, self._carried = self._carried + nals, []
        stamp = self._stamp or 0
        if idr:
            self._waiting = self._hurt = False
            inside = {cutter.kind(nal) for nal in nals}
            known = sorted(self._sets.items())
            nals = [nal for kind, some in known if kind not in inside for nal in some] + nals
        if self._waiting:
            self._mishaps.damaged += self._hurt
            done.append(Unit(b"", idr=False, stamp=stamp, arrival=self._last))
            return
        data = _CODE + _CODE.join(nals)
        done.append(Unit(data, idr=idr, stamp=stamp, arrival=self._last))

    def _harm(self) -> None:
        """Nothing that follows can be decoded until the next IDR."""
        if not self._waiting:
            self._hurt = True
        self._waiting = True

    def _judge(self, nals: list[bytes], *, marked: bool, early: int, several: bool) -> None:
        if self.trusting:
            return
        last_is_slice = self._cutter.slice(nals[-1])
        right = early == 0 and marked
        # A message behind the marker is a sin that costs nothing.
        right = right or (early == 1 and not marked and not last_is_slice)
        self._steady = self._steady + 1 if right else 0
        # A picture of one packet cannot bear two markers, and proves little.
        self._proven = right and (self._proven or several)
        self.trusting = self._proven and self._steady >= self._needed

    def _distrust(self) -> None:
        self.trusting = self._proven = False
        self._steady = 0
        self._needed = min(self._needed * _FACTOR, _LONGEST)

    def _learn(self, nals: list[bytes]) -> None:
        """Remember parameter sets; those of one access unit replace the known of their type."""
        found: dict[int, tuple[bytes, ...]] = {}
        for nal in nals:
            if self._cutter.parameters(nal):
                kind = self._cutter.kind(nal)
                found[kind] = (*found.get(kind, ()), nal)
        self._sets.update(found)

    def _carry(self, nals: list[bytes]) -> None:
        carried = self._carried + nals
        self._carried = carried if sum(map(len, carried)) <= _CARRIED else []
