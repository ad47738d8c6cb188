"""One object: size, speed, heading, motion."""

from collections.abc import Callable

import pytest

from detectors import Track
from reasoners.scene.thing import MOVES_AFTER, RESTS_AFTER, Stay, Thing

MakeTrack = Callable[..., Track]


@pytest.mark.parametrize(
    ("velocity", "heading"),
    [((0.0, -0.5), 0), ((0.5, 0.0), 90), ((0.0, 0.5), 180), ((-0.5, 0.0), 270)],
)
def test_heading_is_clockwise_from_up(
    track: MakeTrack, velocity: tuple[float, float], heading: int
) -> None:
    """Up is 0, right 90, down 180, left 270."""
    thing = Thing.of(track(velocity=velocity), 1, 0, 16 / 9, first=False)
    assert thing.heading == heading


def test_heading_is_that_of_the_picture_not_of_relative_coordinates(track: MakeTrack) -> None:
    """On a picture twice as wide, equal relative speeds point further to the side."""
    thing = Thing.of(track(velocity=(0.5, -0.5)), 1, 0, 2.0, first=False)
    assert thing.heading == 63


def test_speed_is_in_diagonals(track: MakeTrack) -> None:
    """Crossing the whole picture from left to right in a second is its width by its diagonal."""
    thing = Thing.of(track(velocity=(1.0, 0.0)), 1, 0, 4 / 3, first=False)
    assert thing.speed == pytest.approx(4 / 5)


def test_motion_settles_with_hysteresis(track: MakeTrack) -> None:
    """It takes a while to be believed, and then dates from when it began."""
    thing = Thing.of(track(), 1, 0, 16 / 9, first=False)
    thing.velocity = (0.5, 0.0)
    assert not thing.settle(1.0)
    assert thing.settle(1.0 + MOVES_AFTER)
    assert (thing.moving, thing.motion_since) == (True, 1.0)
    thing.velocity = (0.04, 0.0)
    assert not thing.settle(2.0)
    assert not thing.settle(2.0 + RESTS_AFTER + 1)
    thing.velocity = (0.0, 0.0)
    assert not thing.settle(5.0)
    assert thing.settle(5.0 + RESTS_AFTER)
    assert thing.heading is None


def test_boxes_are_cut_to_the_picture(track: MakeTrack) -> None:
    """A predicted box may stick out; an object's box never does."""
    thing = Thing.of(track(x=0.99, y=1.3), 1, 0, 16 / 9, first=False)
    assert thing.box == pytest.approx((0.94, 1.0, 1.0, 1.0))


def test_confidence_of_a_stay_grows_with_depth() -> None:
    """On the border 0.5; half an own size inside, certain."""
    border, deep = Stay("step", 0.0), Stay("step", 0.0)
    border.note(0.0, 0.2)
    deep.note(0.1, 0.2)
    assert (border.confidence, deep.confidence) == (0.5, 1.0)
    deep.note(float("inf"), 0.2)
    assert deep.confidence == 1.0
