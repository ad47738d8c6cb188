"""The backdrop: textured, lit, and of any size."""

import numpy as np
import pytest

from sources.street.backdrop import draw_backdrop, grain, make_props
from sources.street.ground import Ground


@pytest.mark.parametrize("size", [(160, 90), (200, 400), (1280, 300)])
def test_any_shape_is_filled(size: tuple[int, int]) -> None:
    """No empty (black) areas, and detail everywhere."""
    picture = draw_backdrop(Ground(*size), 1)
    assert picture.shape == (size[1], size[0], 3)
    assert (picture.max(axis=2) > 10).mean() > 0.99
    assert picture.std() > 15


def test_props_stand_within_the_street_and_are_the_same_for_a_seed() -> None:
    """From far to near, each drawn."""
    ground = Ground(640, 360)
    props, again = make_props(ground, 4), make_props(ground, 4)
    assert len(props) >= 4
    for one, other in zip(props, again, strict=True):
        assert np.array_equal(one.sprite.color, other.sprite.color)
        assert abs(one.x) <= ground.edge(one.line)


def test_grain_is_around_one() -> None:
    """A texture neither brightens nor darkens on the whole."""
    texture = grain(np.random.default_rng(1), 200, 300, 4, 0.05)
    assert texture.shape == (200, 300)
    assert abs(float(texture.mean()) - 1) < 0.01
    assert 0.01 < float(texture.std()) < 0.1
