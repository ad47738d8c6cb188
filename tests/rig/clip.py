"""Makes clips in which every picture says which one it is."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from sources.source import Rgb
from sources.testing import burn


@dataclass(frozen=True, slots=True)
class Clip:
    """What to make; H.264 in MP4 unless the path ends otherwise.

    Burned-in numbers count from 0. A bright square moves through the picture from left to right in
    `crossing` seconds, again and again.
    """

    frames: int = 50
    width: int = 640
    height: int = 360
    fps: int = 25
    gop: int = 25
    camera: int = 1
    b_frames: int = 0
    open_gop: bool = False
    """Whether groups after the first begin without an IDR; needs B frames."""

    refresh: bool = False
    """Whether no picture after the first stands alone: each is refreshed by a column."""

    codec: str = "libx264"
    crossing: float = 2.0
    full_range: bool = False
    options: tuple[tuple[str, str], ...] = (("preset", "ultrafast"), ("crf", "20"))

    def picture(self, number: int) -> Rgb:
        """Draw one picture."""
        picture = np.full((self.height, self.width, 3), 64, np.uint8)
        side = self.height // 4
        step = number / (self.fps * self.crossing) % 1
        left = round(step * (self.width - side))
        top = (self.height - side) // 2
        picture[top : top + side, left : left + side] = (250, 240, 220)
        burn(picture, self.camera, number)
        return picture

    def write(self, path: Path, *, fragments: bool = False) -> Path:
        """Encode all pictures into a file, in fragments if it is MP4, and return its path."""
        flags = {"movflags": "frag_keyframe+empty_moov+default_base_moof"} if fragments else {}
        with av.open(str(path), "w", options=flags) as container:
            stream = container.add_stream(self.codec, rate=self.fps)
            assert isinstance(stream, av.video.stream.VideoStream)
            stream.width, stream.height = self.width, self.height
            stream.pix_fmt = "yuvj420p" if self.codec == "mjpeg" else "yuv420p"
            stream.gop_size = self.gop
            stream.max_b_frames = self.b_frames
            stream.codec_context.thread_count = 1
            stream.time_base = Fraction(1, self.fps)
            keyint = f"keyint={self.gop}:min-keyint={self.gop}:scenecut=0"
            keyint += ":open-gop=1:b-adapt=0" if self.open_gop else ""
            keyint += ":intra-refresh=1" if self.refresh else ""
            if self.codec == "libx264":
                stream.options = {**dict(self.options), "x264-params": keyint}
            if self.codec == "libx265":
                stream.options = {"preset": "ultrafast", "x265-params": f"{keyint}:log-level=none"}
            if self.codec == "libsvtav1":
                stream.options = {"preset": "12", "svtav1-params": "lp=1"}
            for number in range(self.frames):
                frame = av.VideoFrame.from_ndarray(self.picture(number), "rgb24")
                frame.pts = number
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path


def repeat(path: Path, times: int, target: Path) -> Path:
    """Join a clip with itself, its time going on, without encoding it again."""
    with av.open(str(target), "w") as output:
        with av.open(str(path)) as first:
            model = first.streams.video[0]
            joined = output.add_stream_from_template(model)
        offset = 0
        for _ in range(times):
            with av.open(str(path)) as source:
                video = source.streams.video[0]
                assert video.duration is not None
                for packet in source.demux(video):
                    if packet.dts is None or packet.pts is None:
                        continue
                    packet.pts += offset
                    packet.dts += offset
                    packet.stream = joined
                    output.mux(packet)
                offset += video.duration
    return target
