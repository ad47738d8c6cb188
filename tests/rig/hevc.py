"""HEVC as encoders of different manners write it, as packets in Annex B."""

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from sources.child.libav import settle
from sources.street import Street

WIDTH, HEIGHT = 320, 192


def encoded(
    manner: str = "", *, frames: int = 30, pictures: Iterable[VideoFrame] | None = None
) -> list[bytes]:
    """Encode pictures, or a piece of the drawn street; IDR every 10 pictures.

    Args:
        manner: Further options of x265, such as `slices=3:pools=2`.
        frames: How many of the street.
        pictures: Instead of the street, all of one size.
    """
    codec = av.CodecContext.create("libx265", "w")
    assert isinstance(codec, VideoCodecContext)
    wish = ["log-level=none", "crf=28", "keyint=10", "min-keyint=10", "scenecut=0"]
    # x265 falls over several slices without a pool of threads.
    wish += [] if "pools" in manner else ["pools=none"]
    wish += [] if "bframes" in manner else ["bframes=0"]
    wish += [manner] if manner else []
    codec.options = {"preset": "superfast", "x265-params": ":".join(wish)}
    codec.pix_fmt = "yuv420p"
    codec.time_base, codec.framerate = Fraction(1, 10), Fraction(10)
    codec.thread_count = 1
    packets: list[bytes] = []
    for number, frame in enumerate(pictures if pictures is not None else _street(frames)):
        if not number:
            codec.width, codec.height = frame.width, frame.height
        frame.pts, frame.time_base = number, codec.time_base
        packets += [bytes(packet) for packet in codec.encode(frame)]
    return packets + [bytes(packet) for packet in codec.encode(None)]


def of_file(path: Path, count: int) -> Iterator[VideoFrame]:
    """Decode the first pictures of a file, at most 640 pixels across."""
    with av.open(str(path)) as container:
        for frame in islice(container.decode(video=0), count):
            width = min(640, frame.width) & ~1
            yield frame.reformat(width, frame.height * width // frame.width & ~1, "yuv420p")


def decoder(name: str = "hevc") -> VideoCodecContext:
    """Make a decoder as the child does."""
    codec = av.CodecContext.create(name, "r")
    assert isinstance(codec, VideoCodecContext)
    settle(codec)
    return codec


def damaged(packet: bytes, share: float = 0.5) -> bytes:
    """Flip one bit at a share of a packet's length."""
    spoiled = bytearray(packet)
    spoiled[int(len(packet) * share)] ^= 8
    return bytes(spoiled)


def slices_of(packet: bytes) -> list[tuple[int, int]]:
    """Tell where each slice of a packet begins, with its head, and where it ends."""
    codes = [match.end() for match in re.finditer(b"\0\0\1", packet)]
    ends = [code - 3 for code in codes[1:]] + [len(packet)]
    return [(a, b) for a, b in zip(codes, ends, strict=True) if packet[a] >> 1 < 32]


def _street(count: int) -> Iterator[VideoFrame]:
    street = Street(WIDTH, HEIGHT, 7)
    for number in range(count):
        frame = VideoFrame.from_ndarray(street.draw(100 + 3 * number), "rgb24")
        yield frame.reformat(format="yuv420p")
