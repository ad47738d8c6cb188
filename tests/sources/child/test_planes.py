"""A picture as cameras send it."""

import numpy as np
import pytest

from sources.child.planes import Planes


def planes(span: int = 1) -> Planes:
    """Make a picture of 8 x 6 whose pixels all differ."""
    bright = np.arange(48, dtype=np.uint8).reshape(6, 8) + 100
    blue, red = (np.arange(12, dtype=np.uint8).reshape(3, 4) + start for start in (20, 60))
    return Planes(bright, blue, red, matrix=1, span=span)


@pytest.mark.parametrize(("span", "black"), [(1, 16), (2, 0)])
def test_what_is_covered_is_black_and_colourless(span: int, black: int) -> None:
    """Also the colour of a neighbour that shares it; whatever is not covered stays as it is."""
    picture, before = planes(span), planes(span)
    area = np.zeros((6, 8), np.bool_)
    area[3, 3:6] = True
    picture.blacken(area)
    assert (picture.bright[area] == black).all()
    assert (picture.bright[~area] == before.bright[~area]).all()
    coarse = np.zeros((3, 4), np.bool_)
    coarse[1, 1:3] = True
    for plane, old in ((picture.blue, before.blue), (picture.red, before.red)):
        assert (plane[coarse] == 128).all()
        assert (plane[~coarse] == old[~coarse]).all()


def test_a_part_keeps_its_colours() -> None:
    """Colours are cut where the brightness is."""
    part = planes().cut((2, 2, 6, 6))
    assert part.bright.tolist() == [
        [n + 100 for n in range(row, row + 4)] for row in (18, 26, 34, 42)
    ]
    assert part.blue.tolist() == [[25, 26], [29, 30]]
    assert part.red.tolist() == [[65, 66], [69, 70]]


def test_a_turn_takes_everything_along() -> None:
    """Clockwise; four quarters are none."""
    picture = planes()
    turned = picture.turned(90)
    assert turned.bright.shape == (8, 6)
    assert turned.bright[0].tolist() == picture.bright[::-1, 0].tolist()
    assert turned.blue[0].tolist() == picture.blue[::-1, 0].tolist()
    assert (picture.turned(180).turned(180).bright == picture.bright).all()
