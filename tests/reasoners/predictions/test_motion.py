"""Where an object's foot is and will be."""

import math
from random import Random

import pytest

from reasoners.predictions.motion import WHOLE, Motion


def _box(x: float, y: float) -> tuple[float, float, float, float]:
    return x - 0.03, y - 0.2, x + 0.03, y


def _walk(seconds: float, noise: float, seed: int = 1, fps: int = 10) -> Motion:
    random = Random(seed)
    size = math.sqrt(0.06 * 0.2)
    motion = Motion(0.0, _box(0.2, 0.7), (0.0, 0.0), size)
    for number in range(1, round(seconds * fps) + 1):
        at = number / fps
        x, y = 0.2 + 0.1 * at, 0.7 - 0.03 * at
        shaken = x + random.gauss(0, noise * 0.06), y + random.gauss(0, noise * 0.2)
        motion.see(at, _box(*shaken), size, WHOLE)
    return motion


def test_it_finds_the_velocity() -> None:
    """After two seconds of a straight walk with shaken boxes the velocity is about right."""
    motion = _walk(2.0, 0.02)
    assert motion.vx == pytest.approx(0.1, abs=0.02)
    assert motion.vy == pytest.approx(-0.03, abs=0.02)
    assert motion.speed == pytest.approx(math.hypot(motion.vx, motion.vy))


def test_the_future_is_less_sure_the_farther_it_is() -> None:
    """The variance grows with every second ahead."""
    motion = _walk(2.0, 0.02)
    variances = [motion.ahead(seconds)[2:] for seconds in (0.0, 1.0, 2.0, 5.0)]
    for axis in (0, 1):
        assert sorted(one[axis] for one in variances) == [one[axis] for one in variances]


def test_the_frame_rate_hardly_matters() -> None:
    """Five and thirty frames a second lead to the same place in three seconds."""
    few, many = (_walk(3.0, 0.0, fps=fps).ahead(3.0) for fps in (5, 30))
    assert few[0] == pytest.approx(many[0], abs=0.03)
    assert few[2] == pytest.approx(many[2], rel=0.3)


def test_what_the_border_cuts_goes_as_fast_as_its_free_side() -> None:
    """Someone who comes into the picture is not taken for half as fast as he is."""
    cut = (True, False, False)
    motion = Motion(0.0, (0.0, 0.5, 0.005, 0.7), (0.05, 0.0), 0.1, cut)
    for number in range(1, 10):
        right = 0.005 + 0.1 * number / 10
        motion.see(number / 10, (0.0, 0.5, right, 0.7), 0.1, cut)
    assert motion.vx == pytest.approx(0.1, rel=0.2)


def test_who_goes_out_keeps_his_width() -> None:
    """The middle of someone who was seen whole stays half his width from his free side."""
    size = math.sqrt(0.06 * 0.2)
    motion = Motion(0.0, _box(0.8, 0.7), (0.1, 0.0), size)
    for number in range(1, 25):
        x = 0.8 + 0.01 * number
        left, top, right, bottom = _box(x, 0.7)
        cut = (False, right > 1, False)
        motion.see(number / 10, (left, top, min(right, 1.0), bottom), size, cut)
    assert motion.x == pytest.approx(1.04, abs=0.01)
    assert motion.vx == pytest.approx(0.1, abs=0.01)


def test_a_frame_that_is_not_later_changes_nothing() -> None:
    """The same frame twice is the same frame."""
    motion = _walk(1.0, 0.0)
    before = motion.ahead(1.0)
    motion.see(1.0, _box(0.9, 0.9), 0.1, WHOLE)
    assert motion.ahead(1.0) == before
