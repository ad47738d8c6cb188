"""Writes marked frames into one H.264 file, at the times at which they were shot.

One thread and no date inside, so that the same frames give the same bytes.
"""

from fractions import Fraction
from typing import BinaryIO

import av

from sources.source import Rgb

_TICKS = 1000
"""Per second: frames come when they come."""


class Film:
    """One file; its size is that of the first frame.

    Args:
        file: Empty, open for writing; closed at the end.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._container = av.open(file, "w", format="mp4", options={"fflags": "+bitexact"})
        self._stream: av.VideoStream | None = None
        self._last = -1

    def add(self, rgb: Rgb, at: float) -> None:
        """Append a frame.

        Args:
            rgb: Height x width x 3; scaled if it has another size than the first.
            at: Seconds; a frame that is no later than the one before comes one tick after it.
        """
        stream = self._stream or self._begin(rgb.shape[1], rgb.shape[0])
        frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
        frame = frame.reformat(stream.width, stream.height, format="yuv420p", threads=1)
        self._last = frame.pts = max(self._last + 1, round(at * _TICKS))
        frame.time_base = Fraction(1, _TICKS)
        self._container.mux(stream.encode(frame))

    def close(self) -> None:
        """Write what is left and the index."""
        if self._stream is not None:
            self._container.mux(self._stream.encode(None))
        self._container.close()
        self._file.close()

    def _begin(self, width: int, height: int) -> av.VideoStream:
        stream = self._container.add_stream("libx264", rate=25)
        # H.264 with half as fine colours has even sides only.
        stream.width, stream.height = width // 2 * 2, height // 2 * 2
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, _TICKS)
        stream.codec_context.thread_count = 1
        stream.options = {"preset": "veryfast", "crf": "23", "bf": "0"}
        self._stream = stream
        return stream
