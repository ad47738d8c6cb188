"""The size that a parameter set announces, against streams of real encoders and hostile bytes."""

from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
import pytest
from av.video.codeccontext import VideoCodecContext
from hypothesis import given, settings
from hypothesis import strategies as st
from rig.camera_b.payload import split

from sources.child.rtsp.description import Codec
from sources.child.rtsp.size import size

ENCODERS: dict[Codec, str] = {"h264": "libx264", "hevc": "libx265"}
QUIET = {"preset": "ultrafast", "x265-params": "log-level=none"}
FORMATS = st.sampled_from(["yuv420p", "yuv422p", "yuv444p", "gray"])
SIDES = st.integers(17, 400)


def encoded(
    codec: Codec, width: int, height: int, pixels: str, options: dict[str, str]
) -> list[bytes]:
    """Encode one grey picture; return its NAL units."""
    encoder = av.CodecContext.create(ENCODERS[codec], "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = width, height, pixels
    encoder.framerate = Fraction(25)
    encoder.thread_count = 1
    encoder.options = options
    picture = np.full((height, width), 90, np.uint8)
    frame = av.VideoFrame.from_ndarray(picture, "gray").reformat(format=pixels)
    frame.pts = 0
    packets = [*encoder.encode(frame), *encoder.encode(None)]
    return [nal for packet in packets for nal in split(bytes(packet))]


@given(width=SIDES, height=SIDES, pixels=FORMATS, interlaced=st.booleans())
@settings(max_examples=30, deadline=None)
def test_h264_says_its_size(width: int, height: int, pixels: str, interlaced: bool) -> None:
    """Odd sizes, cropping, every chroma format, frames and fields: the size is what was encoded."""
    width, height = even(width, height, pixels, of=4 if interlaced else 2)
    options = {**QUIET, "x264-params": "tff=1" if interlaced else ""}
    nals = encoded("h264", width, height, pixels, options)
    assert size("h264", nals) == (width, height)


@given(width=SIDES, height=SIDES, pixels=FORMATS)
@settings(max_examples=15, deadline=None)
def test_h265_says_its_size(width: int, height: int, pixels: str) -> None:
    """Odd sizes, the conformance window and every chroma format: the size is what was encoded."""
    width, height = even(width, height, pixels, of=2)
    assert size("hevc", encoded("hevc", width, height, pixels, QUIET)) == (width, height)


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_scaling_lists_and_layers_are_passed_over(codec: Codec) -> None:
    """What may stand before the size, scaling matrices and temporal layers, does not shift it."""
    options = {
        "h264": {"preset": "medium", "x264-params": "cqm=jvt"},
        "hevc": {"preset": "medium", "x265-params": "log-level=none:temporal-layers=3"},
    }[codec]
    assert size(codec, encoded(codec, 318, 238, "yuv420p", options)) == (318, 238)


@pytest.mark.parametrize("codec", ["h264", "hevc"])
@given(st.lists(st.binary(max_size=60), max_size=4))
@settings(max_examples=150, deadline=None)
def test_nonsense_has_no_size(codec: Codec, sets: list[bytes]) -> None:
    """Whatever a camera writes there, nothing is raised, and no size is out of bounds."""
    head = b"\x67" if codec == "h264" else b"\x42\x01"
    for nals in (sets, [head + nal for nal in sets]):
        found = size(codec, nals)
        assert found is None or all(0 < side <= 16384 for side in found)


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_cut_sets_have_no_size(codec: Codec) -> None:
    """A set cut off before its size is none; whole ones behind it count."""
    nals = encoded(codec, 64, 48, "yuv420p", QUIET)
    (whole,) = (nal for nal in nals if size(codec, [nal]))
    for cut in shortened(whole):
        assert size(codec, [cut]) is None
        assert size(codec, [cut, whole]) == (64, 48)


def shortened(nal: bytes) -> Iterator[bytes]:
    """Cut a set in its first bytes."""
    yield from (nal[:length] for length in range(5))


def even(width: int, height: int, pixels: str, *, of: int) -> tuple[int, int]:
    """Round a size to what the chroma format allows; fields need even more."""
    across = 1 if pixels in {"yuv444p", "gray"} else 2
    down = of if pixels == "yuv420p" or of == 4 else 1
    return width // across * across, height // down * down
