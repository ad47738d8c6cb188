"""Decoded pictures, and what they are converted to."""

from pathlib import Path

import av
import numpy as np
import pytest

from sources.child.fault import Attempt
from sources.child.libav import Address, LibavStream
from sources.testing import read


def opened(path: Path) -> LibavStream:
    """Open a file."""
    return LibavStream(
        Address(
            url=f"file:{path}",
            options={"protocol_whitelist": "file"},
            attempt=Attempt(str(path), patience=0, network=False),
            live=False,
        )
    )


def test_picture_is_not_touched_by_conversions(clip: Path) -> None:
    """Painting into a converted array changes neither the picture nor those decoded from it."""
    stream = opened(clip)
    seen = []
    for packet in stream.packets():
        for picture in stream.decode(packet):
            picture.rgb(640, 360)[:] = 0
            picture.rgb(320, 180)[:] = 0
            seen.append(read(picture.rgb(640, 360)))
    assert seen == [(1, number) for number in range(50)]
    stream.close()


RED = (200, 30, 40)


def planes(rgb: tuple[int, int, int], matrix: str, *, full: bool) -> tuple[int, int, int]:
    """Convert a colour to Y, Cb, Cr by the definitions of BT.601 and BT.709."""
    kr, kb = {"601": (0.299, 0.114), "709": (0.2126, 0.0722)}[matrix]
    r, g, b = (value / 255 for value in rgb)
    y = kr * r + (1 - kr - kb) * g + kb * b
    cb, cr = (b - y) / (2 - 2 * kb), (r - y) / (2 - 2 * kr)
    if full:
        return round(255 * y), round(128 + 255 * cb), round(128 + 255 * cr)
    return round(16 + 219 * y), round(128 + 224 * cb), round(128 + 224 * cr)


@pytest.mark.parametrize(
    ("height", "matrix", "flag", "full"),
    [
        (360, "601", None, False),
        (720, "709", None, False),
        (360, "709", 1, False),
        (720, "601", 6, False),
        (360, "601", 6, True),
        (720, "709", 1, True),
    ],
)
def test_matrix_and_range_are_those_of_the_stream(
    tmp_path: Path, height: int, matrix: str, flag: int | None, full: bool
) -> None:
    """What the stream says counts; if it says nothing, BT.709 from 720 lines on, limited range."""
    path = tmp_path / "red.mp4"
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=25)
        assert isinstance(video, av.video.stream.VideoStream)
        video.width, video.height, video.pix_fmt = height * 16 // 9, height, "yuv420p"
        if flag is not None:
            video.codec_context.colorspace = flag
            video.codec_context.color_range = 2 if full else 1
        frame = av.VideoFrame(video.width, height, "yuv420p")
        for plane, value in zip(frame.planes, planes(RED, matrix, full=full), strict=True):
            plane.update(bytes([value]) * plane.buffer_size)
        if flag is not None:
            frame.colorspace, frame.color_range = flag, 2 if full else 1
        container.mux(video.encode(frame))
        container.mux(video.encode(None))
    stream = opened(path)
    (picture,) = [p for packet in stream.packets() for p in stream.decode(packet)]
    for width, lines in ((picture.width, picture.height), (320, 180)):
        seen = picture.rgb(width, lines)[lines // 2, width // 2]
        assert np.abs(seen.astype(int) - RED).max() <= 4
    stream.close()
