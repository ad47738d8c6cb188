"""Writes fragmented MP4 piece by piece, so that whatever is there can be played (ISO 14496-12)."""

from fractions import Fraction
from typing import Final

TICKS: Final = 90_000
"""Per second, the clock of video everywhere else."""

LONGEST: Final = 1.0
"""Seconds of a fragment at most, so that a clip that is cut short has all but its last second."""

_LAYOUT: Final = {
    # No trailer: whoever plays it finds fragments by themselves, and nothing is rewritten.
    "movflags": "frag_keyframe+empty_moov+default_base_moof+skip_trailer",
    "frag_duration": str(round(LONGEST * 1_000_000)),
    "fflags": "+bitexact",
}
_HEADER: Final = 8
_WHOLE: Final = (b"moov", b"mdat")
"""Boxes with which something that can be played is complete."""


class Fragments:
    """One file in the making, in memory and never rewritten.

    Args:
        codec: `h264` or `hevc`.
        width: Pixels across.
        height: Pixels down.
    """

    def __init__(self, codec: str, width: int, height: int) -> None:
        import av  # noqa: PLC0415 (a camera that is read without libav starts sooner)

        self._pipe, self._packet = _Pipe(), av.Packet
        self._container = av.open(self._pipe, "w", format="mp4", options=dict(_LAYOUT))
        self._stream = self._container.add_mux_stream(
            codec, width=width, height=height, time_base=Fraction(1, TICKS)
        )

    def add(self, data: bytes, pts: int, dts: int, *, idr: bool) -> None:
        """Append an access unit; parameter sets are taken from the first one.

        Args:
            data: Annex B.
            pts: Ticks at which it is shown.
            dts: Ticks at which it is decoded: never above `pts`, always above the last.
            idr: Whether decoding can start here.
        """
        packet = self._packet(data)
        packet.pts, packet.dts = pts, dts
        packet.time_base = Fraction(1, TICKS)
        packet.is_keyframe = idr
        packet.stream = self._stream
        self._container.mux(packet)

    def take(self) -> bytes:
        """Take what is complete by now; empty if nothing is."""
        return self._pipe.take()

    def close(self) -> bytes:
        """Finish; return the rest."""
        self._container.close()
        return self._pipe.take()


class _Pipe:
    """A file that can only be written on."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.closed = False

    def write(self, data: bytes) -> int:
        """Take bytes from libav."""
        self._buffer += data
        return len(data)

    def take(self) -> bytes:
        """Cut off all boxes up to the last with which a fragment is complete."""
        end = at = 0
        while at + _HEADER <= len(self._buffer):
            size = int.from_bytes(self._buffer[at : at + 4], "big")
            if size < _HEADER or at + size > len(self._buffer):
                break
            kind = bytes(self._buffer[at + 4 : at + _HEADER])
            at += size
            if kind in _WHOLE:
                end = at
        whole = bytes(self._buffer[:end])
        del self._buffer[:end]
        return whole
