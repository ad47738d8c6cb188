"""Lines: which side is which, how far, and what leads over them."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from reasoners import LineConfig
from reasoners.scene.line import Line

GATE = Line("gate", LineConfig(points=((0.2, 0.6), (0.8, 0.6))))
unit = st.floats(0, 1, allow_nan=False)


def test_the_right_hand_side_of_a_line_from_left_to_right_is_below_it() -> None:
    """Walking along it, the right hand points down the picture; distances are picture heights."""
    assert GATE.offset((0.5, 0.7), 1.0) == pytest.approx(0.1)
    assert GATE.offset((0.5, 0.4), 1.0) == pytest.approx(-0.2)
    assert abs(GATE.offset((0.9, 0.6), 2.0)) == pytest.approx(0.2)


def test_the_way_around_the_end_does_not_lead_over_the_line() -> None:
    """Only what passes between its ends crosses a line."""
    assert GATE.parts((0.5, 0.5), (0.5, 0.7))
    assert not GATE.parts((0.9, 0.5), (0.9, 0.7))
    assert not GATE.parts((0.5, 0.5), (0.6, 0.59))


def test_a_bent_line_has_two_sides_all_along() -> None:
    """Beside every segment and at the bend, left stays left."""
    bent = Line("bent", LineConfig(points=((0.1, 0.5), (0.5, 0.5), (0.5, 0.9))))
    for left in ((0.3, 0.4), (0.6, 0.7), (0.6, 0.4), (0.51, 0.49)):
        assert bent.offset(left, 1.0) < 0
    for right in ((0.3, 0.6), (0.4, 0.7), (0.49, 0.51)):
        assert bent.offset(right, 1.0) > 0
    assert bent.parts((0.4, 0.6), (0.6, 0.6))


@given(unit, unit, unit, unit, st.floats(0.5, 3))
def test_turning_a_line_round_swaps_its_sides(
    x: float, y: float, left: float, top: float, aspect: float
) -> None:
    """The same line drawn from the other end measures the same distance with the other sign."""
    ends = ((left, top), (1 - left / 2, 1 - top / 2))
    (dx, dy) = (ends[1][0] - left, ends[1][1] - top)
    # On the line's own extension there is no side.
    assume(math.hypot(dx, dy) > 0.01 and abs(dx * (y - top) - dy * (x - left)) > 1e-6)
    there, back = (Line("a", LineConfig(points=points)) for points in (ends, ends[::-1]))
    one, other = there.offset((x, y), aspect), back.offset((x, y), aspect)
    assert abs(one) == pytest.approx(abs(other), abs=1e-9)
    assert one * other <= 1e-9


def test_a_line_without_length_is_refused() -> None:
    """Points at one place are named as such."""
    with pytest.raises(ValidationError, match="all at one place"):
        LineConfig(points=((0.5, 0.5), (0.5, 0.5)))


def test_a_one_way_line_permits_one_way() -> None:
    """`way` says which."""
    points = ((0.2, 0.6), (0.8, 0.6))
    assert GATE.permits("forward")
    assert GATE.permits("backward")
    assert not Line("a", LineConfig(points=points, way="forward")).permits("backward")
    assert Line("a", LineConfig(points=points, way="forward")).permits("forward")
