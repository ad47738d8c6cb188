"""Privacy polygons."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sources.child.mask import REACH, Mask, covered

TRIANGLE = ((0.2, 0.2), (0.8, 0.3), (0.5, 0.9))
BOW = ((0.2, 0.2), (0.8, 0.8), (0.8, 0.2), (0.2, 0.8))


@given(st.integers(16, 300), st.integers(16, 200))
def test_mask_covers_polygon_and_rim(width: int, height: int) -> None:
    """Every pixel within the polygon is black, and those far from it are not."""
    picture = np.full((height, width, 3), 200, np.uint8)
    Mask((TRIANGLE,)).paint(picture)
    rng = np.random.default_rng(0)
    for weights in rng.dirichlet((1, 1, 1), 50):
        x, y = weights @ np.asarray(TRIANGLE)
        row, column = min(int(y * height), height - 1), min(int(x * width), width - 1)
        assert (picture[row, column] == 0).all()
    left = int(0.2 * width - REACH) - 2
    if left > 0:
        assert (picture[:, :left] == 200).all()


def test_rim_is_as_wide_as_the_reach() -> None:
    """A straight edge is widened by exactly the reach, no less."""
    area = covered([np.asarray(((0.5, 0.0), (1, 0), (1, 1), (0.5, 1)), np.float32)], 100, 20)
    assert area[10].argmax() == 50 - REACH
    assert area[10, 50 - int(REACH) :].all()


def test_polygon_that_crosses_itself_covers_both_halves() -> None:
    """A bow tie is covered in both of its triangles."""
    area = covered([np.asarray(BOW, np.float32)], 100, 100)
    assert area[50, 28]
    assert area[50, 72]


def test_no_polygons_paint_nothing() -> None:
    """Without polygons the picture stays as it is."""
    picture = np.full((20, 30, 3), 7, np.uint8)
    Mask(()).paint(picture)
    assert (picture == 7).all()


def test_every_size_has_its_own_area() -> None:
    """Many sizes in turn are each painted right, though few are remembered."""
    mask = Mask((((0.5, 0.0), (1, 0), (1, 1), (0.5, 1)),))
    for width in (*range(20, 60, 4), 20):
        picture = np.full((16, width, 3), 9, np.uint8)
        mask.paint(picture)
        assert (picture[:, width // 2 :] == 0).all()
        assert (picture[:, : width // 2 - 4] == 9).all()
