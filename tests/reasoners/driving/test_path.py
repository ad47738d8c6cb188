"""The own path as geometry."""

import pytest

from reasoners.driving.path import Path

CORNERS = ((0.3, 1.0), (0.48, 0.55), (0.52, 0.55), (0.7, 1.0))


def test_sides_meet_at_the_horizon() -> None:
    """Where the sides meet is the horizon and the heading; a given horizon takes its place."""
    path = Path.of(CORNERS)
    assert (path.heading, path.horizon) == pytest.approx((0.5, 0.5))
    assert path.sides(1.0) == pytest.approx((0.3, 0.7))
    assert Path.of(CORNERS, 0.45).horizon == 0.45
    assert path.corners(0.9)[0] == pytest.approx((0.34, 0.9))


def test_a_point_is_on_it_between_its_sides_and_before_its_end() -> None:
    """Beside it, and beyond its far edge, is not on it; a margin widens it."""
    path = Path.of(CORNERS)
    assert path.contains(0.5, 0.8)
    assert not path.contains(0.5, 0.54)
    assert not path.contains(0.75, 0.9)
    assert path.contains(0.75, 1.0, margin=0.2)
