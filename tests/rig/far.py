"""A clip of two small bright squares that walk far away, through a large picture."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from sources.source import Rgb

SHADE = 250


@dataclass(frozen=True, slots=True)
class Far:
    """What to make: H.264 in MP4.

    The squares come after `away` seconds and go so much before the end; both walk to the right, on
    one line, half a picture apart.
    """

    width: int = 1280
    height: int = 720
    side: int = 24
    """Pixels across and down of each square."""

    there: float = 5.0
    away: float = 1.6
    fps: int = 5

    @property
    def frames(self) -> int:
        """How many pictures there are."""
        return round((self.there + 2 * self.away) * self.fps)

    def boxes(self, number: int) -> list[tuple[float, float, float, float]]:
        """Return where the squares are in a picture, relative."""
        at = number / self.fps - self.away
        if not 0 <= at < self.there:
            return []
        step, top = round(at * 40), self.height // 3
        return [
            (
                left / self.width,
                top / self.height,
                (left + self.side) / self.width,
                (top + self.side) / self.height,
            )
            for left in (120 + step, 120 + step + self.width // 2)
        ]

    def picture(self, number: int) -> Rgb:
        """Draw one picture."""
        rows = np.linspace(40, 90, self.height, dtype=np.uint8)
        picture = np.repeat(np.repeat(rows[:, None, None], self.width, 1), 3, 2)
        for left, top, right, bottom in self.boxes(number):
            down = slice(round(top * self.height), round(bottom * self.height))
            picture[down, round(left * self.width) : round(right * self.width)] = SHADE
        return picture

    def write(self, path: Path) -> Path:
        """Encode the clip and return its path."""
        with av.open(str(path), "w") as container:
            stream = container.add_stream("libx264", rate=self.fps)
            assert isinstance(stream, av.video.stream.VideoStream)
            stream.width, stream.height, stream.pix_fmt = self.width, self.height, "yuv420p"
            stream.gop_size, stream.max_b_frames = self.fps, 0
            stream.codec_context.thread_count = 1
            stream.time_base = Fraction(1, self.fps)
            stream.options = {"preset": "ultrafast", "crf": "16", "tune": "zerolatency"}
            for number in range(self.frames):
                frame = av.VideoFrame.from_ndarray(self.picture(number), "rgb24")
                frame.pts = number
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path
