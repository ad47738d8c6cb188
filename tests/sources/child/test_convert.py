"""Rotation, crop, size."""

from dataclasses import dataclass

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.child.convert import WHOLE, Converter, Region, Size, unrotated
from sources.child.mask import Mask
from sources.source import Rgb


@dataclass
class ArrayPicture:
    """A picture that is an array."""

    array: Rgb
    time: float | None = 0.0
    corrupt: bool = False
    captured: float | None = None

    @property
    def width(self) -> int:
        """Pixels across."""
        return int(self.array.shape[1])

    @property
    def height(self) -> int:
        """Pixels down."""
        return int(self.array.shape[0])

    def rgb(self, width: int, height: int) -> Rgb:
        """Scale."""
        return np.asarray(
            cv2.resize(self.array, (width, height), interpolation=cv2.INTER_AREA), np.uint8
        )


def quarters(width: int = 160, height: int = 80) -> ArrayPicture:
    """Make a picture with red, green, blue and white in its corners, row by row."""
    array = np.zeros((height, width, 3), np.uint8)
    array[: height // 2, : width // 2] = (255, 0, 0)
    array[: height // 2, width // 2 :] = (0, 255, 0)
    array[height // 2 :, : width // 2] = (0, 0, 255)
    array[height // 2 :, width // 2 :] = (255, 255, 255)
    return ArrayPicture(array)


NAMES: dict[tuple[int, ...], str] = {
    (255, 0, 0): "R",
    (0, 255, 0): "G",
    (0, 0, 255): "B",
    (255, 255, 255): "W",
}


def corners(rgb: Rgb) -> str:
    """Name the colours in the corners, row by row."""
    height, width = rgb.shape[:2]
    spots = ((2, 2), (2, width - 3), (height - 3, 2), (height - 3, width - 3))
    return "".join(NAMES.get(tuple(int(v) for v in rgb[spot]), "?") for spot in spots)


@pytest.mark.parametrize(
    ("rotate", "seen", "shape"),
    [
        (0, "RGBW", (40, 80)),
        (90, "BRWG", (80, 40)),
        (180, "WBGR", (40, 80)),
        (270, "GWRB", (80, 40)),
    ],
)
def test_rotation_is_clockwise(rotate: int, seen: str, shape: tuple[int, int]) -> None:
    """Each corner comes to lie where a picture hung up turned would show it."""
    rgb = Converter(Mask(()), rotate).fit(quarters(), 80, 80)
    assert rgb.shape[:2] == shape
    assert corners(rgb) == seen


@pytest.mark.parametrize(
    ("rotate", "crop", "colour"),
    [
        (0, (0.5, 0, 1, 0.5), "G"),
        (90, (0, 0, 0.5, 0.5), "B"),
        (180, (0, 0, 0.5, 0.5), "W"),
        (270, (0.5, 0.5, 1, 1), "B"),
    ],
)
def test_crop_is_relative_to_the_rotated_picture(rotate: int, crop: Region, colour: str) -> None:
    """The quarter that is asked for is the one that is seen."""
    rgb = Converter(Mask(()), rotate, crop).fit(quarters(), 416, 416)
    assert corners(rgb) == colour * 4


def test_mask_turns_with_the_picture() -> None:
    """A polygon over the first corner as the camera sends it stays over that corner's content."""
    mask = Mask((((0, 0), (0.45, 0), (0.45, 0.45), (0, 0.45)),))
    rgb = Converter(mask, 90).fit(quarters(), 80, 80)
    assert corners(rgb) == "B?WG"
    assert not (rgb[:30, -12:]).any()


@given(st.integers(1, 4000), st.integers(1, 4000), st.integers(16, 1536), st.integers(16, 1536))
def test_fitted_size_keeps_the_shape_and_never_grows(
    width: int, height: int, box_width: int, box_height: int
) -> None:
    """Within the box, not above the picture, aspect kept to half a pixel."""
    size = Size(width, height).fitted(box_width, box_height)
    assert 1 <= size.width <= min(box_width, width)
    assert 1 <= size.height <= min(box_height, height)
    scale = min(box_width / width, box_height / height, 1)
    assert abs(size.width - width * scale) <= 1
    assert abs(size.height - height * scale) <= 1


@given(
    st.sampled_from((0, 90, 180, 270)),
    st.tuples(st.floats(0, 0.8), st.floats(0, 0.8)),
    st.floats(0.05, 0.2),
    st.integers(16, 200),
)
def test_any_cut_has_the_size_asked_for(
    rotate: int, corner: tuple[float, float], side: float, pixels: int
) -> None:
    """Rounding never makes a cut smaller than announced."""
    converter = Converter(Mask(()), rotate, (0.1, 0.2, 0.93, 0.87))
    region = (corner[0], corner[1], corner[0] + side, corner[1] + side)
    size = converter.size(quarters()).part(region).fitted(pixels, pixels)
    assert converter.cut(quarters(), region, size).shape == (size.height, size.width, 3)


def test_whole_region_stays_whole() -> None:
    """Turning nothing back changes nothing."""
    for rotate in (0, 90, 180, 270):
        assert unrotated(WHOLE, rotate) == WHOLE
