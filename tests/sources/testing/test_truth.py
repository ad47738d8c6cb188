"""Truth in the picture."""

import timeit

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.testing import burn, read


@given(st.integers(0, 255), st.integers(0, 2**32 - 1), st.integers(96, 700), st.integers(72, 500))
def test_what_was_burned_is_read(camera: int, number: int, width: int, height: int) -> None:
    """Any camera, any number, any size."""
    picture = np.full((height, width, 3), 90, np.uint8)
    burn(picture, camera, number)
    assert read(picture) == (camera, number)


@pytest.mark.parametrize("level", [0, 127, 255])
def test_plain_picture_bears_no_truth(level: int) -> None:
    """Black, grey and white pictures are not read as a number."""
    assert read(np.full((234, 416, 3), level, np.uint8)) is None


def test_torn_picture_is_not_believed() -> None:
    """When top and bottom differ, nothing is read."""
    upper, lower = np.zeros((2, 234, 416, 3), np.uint8)
    burn(upper, 1, 1000)
    burn(lower, 1, 1001)
    upper[117:] = lower[117:]
    assert read(upper) is None


def test_truth_survives_scaling_and_jpeg() -> None:
    """From 1080p down to 416 pixels across, through a lossy codec."""
    picture = np.full((1080, 1920, 3), 90, np.uint8)
    burn(picture, 200, 3_000_000_001)
    _, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 30])
    decoded = cv2.imdecode(encoded, cv2.IMREAD_COLOR)
    assert decoded is not None
    small = cv2.resize(decoded, (416, 234))
    assert read(np.asarray(small, np.uint8)) == (200, 3_000_000_001)


def test_reading_is_cheap() -> None:
    """Well below a millisecond, so that it can be done on every picture."""
    picture = np.full((234, 416, 3), 90, np.uint8)
    burn(picture, 1, 1)
    assert min(timeit.repeat(lambda: read(picture), number=100, repeat=5)) / 100 < 0.0005
