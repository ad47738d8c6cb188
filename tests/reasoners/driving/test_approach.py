"""Time to contact from how a box grows."""

import pytest

from reasoners.driving.approach import Approach
from reasoners.driving.traffic import ROAD


def box(z: float, x: float = 0.0) -> tuple[float, float, float, float]:
    """Return the box of a car 1.5 m high and 1.8 m wide, seen from 1.3 m at a focal length of 1."""
    return (0.5 + (x - 0.9) / z, 0.5 - 0.2 / z, 0.5 + (x + 0.9) / z, 0.5 + 1.3 / z)


def watched(*ways: float, fps: float = 10.0, x: float = 0.0) -> Approach:
    """Return what has seen it at these distances."""
    approach = Approach(ROAD["car"])
    for number, z in enumerate(ways):
        approach.note(number / fps, box(z, x), 1.0, 0.5, 0.0)
    return approach


@pytest.mark.parametrize("fps", [5.0, 10.0, 30.0])
def test_an_even_approach_is_told_exactly(fps: float) -> None:
    """Without noise the time to contact is distance by speed, at any rate."""
    count = round(2 * fps) + 1
    approach = watched(*(40 - 10 * number / fps for number in range(count)), fps=fps, x=0.5)
    told = approach.judge((count - 1) / fps)
    assert told is not None
    assert told.ttc == pytest.approx(2.0, abs=0.02)
    assert told.aside == pytest.approx(0.5, abs=0.02)
    assert told.drift == pytest.approx(0, abs=0.05)
    assert told.grown == pytest.approx(2.0, rel=0.1)
    assert told.soonest is not None
    assert told.soonest < 2.0


def test_what_stays_or_goes_is_never_reached() -> None:
    """A constant distance, or a growing one, has no time to contact."""
    still = watched(*[20.0] * 15).judge(1.4)
    going = watched(*(20.0 + number for number in range(15))).judge(1.4)
    assert still is not None
    assert going is not None
    assert still.ttc is None
    assert going.ttc is None
    assert going.growth < 0


def test_braking_is_seen() -> None:
    """Who brakes to a stop in time reaches nothing, though boxes still grow."""

    def braking(at: float) -> float:
        return 5 + 3.0 / 2 * (3.0 - at) ** 2

    told = watched(*(braking(number / 10) for number in range(22))).judge(2.1)
    assert told is not None
    assert told.growth > 0.2
    assert told.ttc is None


def test_what_only_gets_wider_turns() -> None:
    """A vehicle that turns gets wider and not higher: that is no approach."""
    approach = Approach(ROAD["car"])
    for number in range(15):
        wide = 0.1 * 1.05**number
        approach.note(number / 10, (0.5 - wide, 0.5, 0.5 + wide, 0.7), 1.0, 0.5, 0.0)
    told = approach.judge(1.4)
    assert told is not None
    assert told.ttc is None or told.ttc > 10


def test_too_little_is_not_judged() -> None:
    """A few looks, a short while, or looks that are long over say nothing."""
    assert watched(20.0, 19.0, 18.0).judge(0.2) is None
    assert watched(*(20.0 - number / 10 for number in range(6)), fps=60).judge(0.1) is None
    old = watched(*(20.0 - number for number in range(10)))
    assert old.judge(0.9) is not None
    assert old.judge(3.0) is None
    assert old.expected(3.0) is None
