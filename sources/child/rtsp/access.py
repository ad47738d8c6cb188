"""One access unit on its way from the camera to the ring."""

from fractions import Fraction

import av
from av.stream import Stream


class AccessUnit:
    """A packet that becomes libav's when somebody decodes it: of a camera at rest hardly any is.

    Args:
        data: Annex B; empty if it came damaged.
        idr: Whether decoding can start here.
        ticks: When it is shown, in units of `base`.
        base: Seconds in a tick.
        time: The same in seconds.
        arrival: Monotonic seconds.
    """

    __slots__ = ("_base", "_data", "_ticks", "arrival", "idr", "size", "time")

    def __init__(
        self, data: bytes, *, idr: bool, ticks: int, base: Fraction, time: float, arrival: float
    ) -> None:
        self.size = len(data)
        self.idr = idr
        self.time: float | None = time
        self.arrival = arrival
        self._data = data
        self._ticks = ticks
        self._base = base

    @property
    def payload(self) -> "av.Packet[Stream] | None":
        """What the decoder understands; a fresh one each time, None if it came damaged."""
        if not self._data:
            return None
        packet = av.Packet(self._data)
        packet.pts = packet.dts = self._ticks
        packet.time_base = self._base
        packet.is_keyframe = self.idr
        return packet

    @property
    def stamp(self) -> int | None:
        """Ticks at which its picture is shown; see `sources.source.Stamped`."""
        return self._ticks if self._data else None
