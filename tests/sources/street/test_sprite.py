"""Sprites: laid exactly, cut at the edges, turned around, and with a shadow."""

import numpy as np
import pytest

from sources.street.sprite import Sprite, mirrored, shadow, sprite


@pytest.fixture
def square() -> Sprite:
    """Make a square of 10 pixels that stands on its lower left corner."""
    cover = np.zeros((60, 60), np.uint8)
    cover[15:45, 15:45] = 255
    color = np.zeros((60, 60, 3), np.uint8)
    color[15:45, 15:45] = (200, 100, 50)
    return sprite(color, cover, (15, 45), 3)


def test_a_sprite_covers_what_is_under_it_and_nothing_else(square: Sprite) -> None:
    """Opaque within, untouched without; empty margins are cut off."""
    picture = np.full((40, 40, 3), 90, np.uint8)
    square.lay(picture, 20, 30)
    assert square.color.shape == (10, 10, 3)
    assert (picture[20:30, 20:30] == (200, 100, 50)).all()
    picture[20:30, 20:30] = 90
    assert (picture == 90).all()


@pytest.mark.parametrize("at", [(-5, 5), (36, 38), (500, 500), (-300, 20), (0, 0)])
def test_what_sticks_out_is_cut(square: Sprite, at: tuple[int, int]) -> None:
    """Any place is allowed."""
    picture = np.full((40, 40, 3), 90, np.uint8)
    square.lay(picture, *at)
    left, top, right, bottom = square.box(*at)
    inside = max(min(right, 40) - max(left, 0), 0) * max(min(bottom, 40) - max(top, 0), 0)
    assert int((picture[:, :, 0] == 200).sum()) == inside


def test_a_mirrored_sprite_stands_on_the_same_point(square: Sprite) -> None:
    """Turning twice is no turn."""
    again = mirrored(mirrored(square))
    assert again.anchor == square.anchor
    assert np.array_equal(again.color, square.color)
    assert mirrored(square).anchor != square.anchor


def test_a_shadow_only_darkens(square: Sprite) -> None:
    """No colour of its own, and less than black."""
    made = shadow(square)
    picture = np.full((60, 60, 3), 100, np.uint8)
    made.lay(picture, 20, 30)
    assert picture.max() == 100
    assert 40 < picture.min() < 80
