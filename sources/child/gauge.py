"""What a stream measures: rate, bits, and how far apart the pictures are at which decoding starts.

Pure, and bounded: of groups of pictures (GOP) the last few are remembered, of each three numbers.
"""

from collections import deque
from statistics import median
from typing import NamedTuple

from sources.message import Flow
from sources.source import Packet

GROUPS = 32
"""Groups over which figures are taken."""


class _Group(NamedTuple):
    """From one IDR to the next."""

    frames: int
    octets: int
    seconds: float


class Gauge:
    """Follows the packets of one stream. One thread adds; any other may ask."""

    def __init__(self) -> None:
        self._groups: deque[_Group] = deque(maxlen=GROUPS)
        self._seen = False
        self._frames = self._octets = 0
        self._began = self._latest = 0.0

    def add(self, packet: Packet) -> None:
        """Take one packet."""
        if packet.size <= 0:
            return
        when = packet.arrival if packet.time is None else packet.time
        if packet.idr:
            self._turn(when)
        if not self._seen:
            return
        self._frames += 1
        self._octets += packet.size
        self._latest = max(self._latest, when)

    def report(self) -> Flow | None:
        """Return the figures; None before the first IDR."""
        if not self._seen:
            return None
        # One copy, made without another thread in between: the reader goes on adding.
        groups = tuple(self._groups)
        frames, octets = self._frames, self._octets
        # What is under way ends with its last picture, which lasts as long as the others did.
        seconds = self._latest - self._began
        seconds *= frames / (frames - 1) if frames > 1 else 0
        octets = octets if seconds > 0 else 0
        seconds = max(0.0, seconds) + sum(group.seconds for group in groups)
        octets += sum(group.octets for group in groups)
        return Flow(
            seconds=seconds,
            bit_rate=round(8 * octets / seconds) if seconds > 0 else 0,
            groups=len(groups),
            gop_frames=round(median(group.frames for group in groups)) if groups else None,
            gop_seconds=median(group.seconds for group in groups) if groups else None,
            gop_longest=max((group.seconds for group in groups), default=None),
            since_idr=max(0.0, self._latest - self._began),
        )

    def _turn(self, when: float) -> None:
        """Begin a group; the one before it is complete."""
        # Where time stood still or went back (a recording starts over) its length is not known.
        if self._seen and when > self._began:
            self._groups.append(_Group(self._frames, self._octets, when - self._began))
        self._seen = True
        self._frames = self._octets = 0
        self._began = self._latest = when
