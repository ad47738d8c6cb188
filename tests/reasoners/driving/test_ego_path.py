"""The own path, by lane marks or by configuration."""

import pytest

from reasoners.driving.config import DrivingConfig
from reasoners.driving.ego_path import EgoPath
from sources import LaneMark

METRE = 0.5 / 1.3 / (16 / 9)


def marks(left: float, right: float, sure: float = 0.8) -> tuple[LaneMark, LaneMark]:
    """Return marks so many metres to the right."""
    return (
        LaneMark("left", 0.5 + left * METRE, 0.5, sure),
        LaneMark("right", 0.5 + right * METRE, 0.5, sure),
    )


def test_the_lane_is_the_path_while_its_marks_are_seen() -> None:
    """Two plain marks make the path; a second after the last of them the usual one holds again."""
    path, usual = EgoPath(DrivingConfig()), DrivingConfig().strip
    path.observe(0.0, marks(-1.0, 2.5), 16 / 9)
    assert path.strip.left == pytest.approx(0.5 - METRE)
    assert path.strip.right == pytest.approx(0.5 + 2.5 * METRE)
    path.observe(0.5, (), 16 / 9)
    assert path.strip != usual
    path.observe(1.6, (), 16 / 9)
    assert path.strip == usual


def test_it_moves_smoothly_and_believes_no_odd_lane() -> None:
    """A mark that leaps moves it a little at a time; what is no lane, or unsure, not at all."""
    path = EgoPath(DrivingConfig())
    path.observe(0.0, marks(-1.75, 1.75), 16 / 9)
    before = path.strip
    path.observe(0.1, marks(-1.4, 2.1), 16 / 9)
    assert before.left < path.strip.left < before.left + 0.1 * METRE
    before = path.strip
    path.observe(0.2, marks(-0.5, 0.7), 16 / 9)
    path.observe(0.3, marks(-1.0, 2.5, sure=0.2), 16 / 9)
    assert path.strip == before
