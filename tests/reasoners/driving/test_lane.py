"""Leaving the lane."""

from reasoners.driving.config import DrivingConfig
from reasoners.driving.lane import Departure, Lane
from sources import LaneMark

SCALE = 1.3 / 0.5 * 16 / 9
"""Metres aside of a mark that meets the bottom one picture width beside the heading."""


def mark(side: str, metres: float, sure: float = 0.8) -> LaneMark:
    """Return a mark so many metres to the right of the camera."""
    return LaneMark("left" if side == "left" else "right", 0.5 + metres / SCALE, 0.5, sure)


def drift(lane: Lane, start: float, speed: float, seconds: float, **how: float) -> list[Departure]:
    """Drive towards the left mark from `start` metres right of the middle of a lane of 3.5 m."""
    told = []
    for number in range(round(seconds * 20)):
        offset = start - speed * number / 20
        marks = (mark("left", -1.75 - offset, **how), mark("right", 1.75 - offset, **how))
        told += lane.observe(number / 20, marks, 16 / 9)
    return told


def test_drifting_over_a_mark_is_told_once_before_it_happens() -> None:
    """The wheel is still inside, and near; going on over the mark says nothing more."""
    told = drift(Lane(DrivingConfig()), 0.4, 0.5, 3.0)
    assert [one.side for one in told] == ["left"]
    assert -0.05 < told[0].room < 0.4
    assert 0.4 < told[0].drift < 0.6


def test_keeping_the_lane_or_seeing_no_marks_is_silent() -> None:
    """Swaying inside, marks hardly seen, and none at all give no warning."""
    assert drift(Lane(DrivingConfig()), 0.1, 0.0, 3.0) == []
    assert drift(Lane(DrivingConfig()), 0.4, 0.5, 3.0, sure=0.2) == []
    lane = Lane(DrivingConfig())
    assert [lane.observe(number / 20, (), 16 / 9) for number in range(60)] == [[]] * 60


def test_marks_that_make_no_lane_are_not_believed() -> None:
    """Two lines 1.5 m apart are no lane, wherever they go."""
    lane = Lane(DrivingConfig())
    for number in range(60):
        offset = number / 40
        marks = (mark("left", -0.9 + offset), mark("right", 0.6 + offset))
        assert lane.observe(number / 20, marks, 16 / 9) == []
