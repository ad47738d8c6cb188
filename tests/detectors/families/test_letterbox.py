"""Pictures go into the input and boxes come back to where they were."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.families.letterbox import GRAY, Letterbox

sides = st.integers(16, 1536)
inputs = st.integers(1, 48).map(lambda number: 32 * number)


@given(width=sides, height=sides, across=inputs, down=inputs, centred=st.booleans())
def test_a_picture_fits_and_keeps_its_shape(
    width: int, height: int, across: int, down: int, centred: bool
) -> None:
    """The place lies inside the input, touches two of its sides, and has the picture's shape."""
    place = Letterbox.fit((width, height), (across, down), centred=centred)
    assert 0 <= place.left <= across - place.width
    assert 0 <= place.top <= down - place.height
    assert place.width == across or place.height == down
    scale = min(across / width, down / height)
    assert abs(place.width - width * scale) <= 1
    assert abs(place.height - height * scale) <= 1
    if not centred:
        assert (place.left, place.top) == (0, 0)


@given(
    width=sides,
    height=sides,
    centred=st.booleans(),
    box=st.tuples(*[st.floats(0, 1, width=32)] * 4),
)
def test_boxes_come_back(
    width: int, height: int, centred: bool, box: tuple[float, float, float, float]
) -> None:
    """A relative box survives the way into the input and back to float precision."""
    place = Letterbox.fit((width, height), (640, 384), centred=centred)
    boxes = np.array([box], np.float32)
    assert np.allclose(place.relative(place.absolute(boxes)), boxes, atol=2e-5)


def test_boxes_beyond_the_picture_are_clipped() -> None:
    """A box that reaches into the padding ends at the picture's edge."""
    place = Letterbox.fit((640, 320), (640, 640), centred=True)
    boxes = np.array([[-10, 100, 700, 500]], np.float32)
    assert place.relative(boxes).tolist() == [[0, 0, 1, 1]]


def test_a_fitted_picture_is_copied_as_it_is() -> None:
    """A picture of the place's own size is not scaled, and the padding stays."""
    picture = np.random.default_rng(0).integers(0, 255, (48, 128, 3), np.uint8)
    canvas = np.full((96, 128, 3), GRAY, np.uint8)
    Letterbox.fit((128, 48), (128, 96), centred=True).place(picture, canvas)
    assert np.array_equal(canvas[24:72], picture)
    assert (canvas[:24] == GRAY).all()
    assert (canvas[72:] == GRAY).all()


def test_other_sizes_are_scaled() -> None:
    """A small picture is enlarged smoothly, a large one reduced by area, as OpenCV does it."""
    generator = np.random.default_rng(0)
    for shape, how in (((24, 64), cv2.INTER_LINEAR), ((192, 256), cv2.INTER_AREA)):
        picture = generator.integers(0, 255, (*shape, 3), np.uint8)
        canvas = np.zeros((96, 128, 3), np.uint8)
        place = Letterbox.fit((shape[1], shape[0]), (128, 96), centred=False)
        place.place(picture, canvas)
        expected = cv2.resize(picture, (place.width, place.height), interpolation=how)
        assert np.array_equal(canvas[: place.height, : place.width], expected)


@pytest.mark.parametrize("size", [(64, 48), (32, 24)])
def test_colours_are_swapped_where_the_canvas_wants_blue_first(size: tuple[int, int]) -> None:
    """Whether it fits or is scaled, each pixel arrives with its colours turned round."""
    rgb = np.empty((size[1], size[0], 3), np.uint8)
    rgb[:] = (10, 20, 30)
    canvas = np.zeros((64, 64, 3), np.uint8)
    Letterbox(0, 8, 64, 48).place(rgb, canvas, swapped=True)
    assert (canvas[8:56] == (30, 20, 10)).all()
    assert not canvas[:8].any()
    assert not canvas[56:].any()


def test_stretching_fills_the_input() -> None:
    """Stretched pictures have no padding and boxes are shares of the input."""
    place = Letterbox.stretch((672, 384))
    boxes = np.array([[0, 0, 336, 96]], np.float32)
    assert place.relative(boxes).tolist() == [[0, 0, 0.5, 0.25]]
