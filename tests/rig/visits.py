"""A clip of a bright square that comes, crosses the picture and goes, again and again."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from sources.source import Rgb


@dataclass(frozen=True, slots=True)
class Visits:
    """What to make: H.264 in MP4. Every visit begins `away` seconds after the one before ended."""

    count: int = 4
    there: float = 2.0
    """Seconds of a visit."""

    away: float = 1.6
    """Seconds between visits, also before the first and after the last."""

    width: int = 320
    height: int = 240
    fps: int = 10

    @property
    def seconds(self) -> float:
        """Length of the clip."""
        return self.away + self.count * (self.there + self.away)

    def visible(self, at: float) -> float | None:
        """Return how far the square has crossed, 0 to 1, at a time; None while it is away."""
        since = at % (self.there + self.away) - self.away
        if since < 0 or at >= self.seconds - self.away:
            return None
        return since / self.there

    def picture(self, number: int) -> Rgb:
        """Draw one picture."""
        rows = np.linspace(40, 90, self.height, dtype=np.uint8)
        picture = np.repeat(np.repeat(rows[:, None, None], self.width, 1), 3, 2)
        crossed = self.visible(number / self.fps)
        if crossed is not None:
            side = self.height // 4
            left = round(crossed * (self.width - side))
            top = (self.height - side) // 2
            picture[top : top + side, left : left + side] = 250
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
            stream.options = {"preset": "ultrafast", "crf": "18", "tune": "zerolatency"}
            for number in range(round(self.seconds * self.fps)):
                frame = av.VideoFrame.from_ndarray(self.picture(number), "rgb24")
                frame.pts = number
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path
