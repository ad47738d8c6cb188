"""The self-test of the size signal."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.child.gate.calibration import EACH, FRAMES, Calibration, area, sustained


def compared(loudness: float, *, seed: int = 3, visits: int = 6) -> Calibration:
    """Compare 120 s at 25 per second; during visits of 4 s the sizes rise by `loudness`."""
    chance = np.random.default_rng(seed)
    calibration = Calibration()
    for number in range(3000):
        at = number / 25
        moved = at % 20 < 4 and at // 20 < visits
        deviation = float(chance.normal(loudness if moved else 0, 0.7))
        calibration.add(at, deviation, surge=False, moved=moved)
    return calibration


def test_sizes_that_follow_motion_are_believed() -> None:
    """AUC near one, a threshold that misses nothing."""
    verdict = compared(15).judge()
    assert verdict is not None
    assert verdict.reliable
    assert verdict.auc > 0.98
    assert verdict.missed <= 0.01


@pytest.mark.parametrize("loudness", [0.0, -8.0])
def test_sizes_that_do_not_separate_are_not_believed(loudness: float) -> None:
    """Neither where motion leaves no trace, nor where it makes packets smaller: never inverted."""
    verdict = compared(loudness).judge()
    assert verdict is not None
    assert not verdict.reliable
    assert verdict.auc < 0.6


def test_threshold_that_wakes_all_the_time_is_not_chosen() -> None:
    """Ranks may be good while the noise of a still scene still crosses every threshold."""
    calibration = Calibration()
    chance = np.random.default_rng(5)
    for number in range(3000):
        moved = number % 500 < 100
        deviation = float(chance.normal(30 if moved else 0, 1)) + (14 if number % 50 < 2 else 0)
        calibration.add(number / 25, deviation, surge=False, moved=moved)
    verdict = calibration.judge()
    assert verdict is not None
    assert not verdict.reliable


def test_too_few_pictures_of_either_kind_say_nothing() -> None:
    """2,000 and 50 of each are the least."""
    calibration = Calibration()
    for number in range(FRAMES - 1):
        calibration.add(number / 25, 0.0, surge=False, moved=number % 10 == 0)
    assert calibration.judge() is None
    calm = Calibration()
    for number in range(FRAMES * 2):
        calm.add(number / 25, 0.0, surge=False, moved=number < EACH - 1)
    assert calm.judge() is None


@given(
    st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=2, max_size=60).filter(
        lambda rows: len({moved for _, moved in rows}) == 2
    )
)
def test_area_is_the_chance_that_a_moving_picture_ranks_higher(
    rows: list[tuple[int, bool]],
) -> None:
    """The formula by ranks equals counting all pairs, ties half."""
    score = np.asarray([value for value, _ in rows], np.float64)
    moved = np.asarray([kind for _, kind in rows])
    pairs = [(a > b) + (a == b) / 2 for a in score[moved] for b in score[~moved]]
    assert area(score, moved) == pytest.approx(float(np.mean(pairs)))


def test_sign_needs_two_of_the_last_three() -> None:
    """One alone is noise."""
    above = np.asarray([1, 0, 0, 1, 0, 1, 1, 0], np.bool_)
    assert sustained(above).tolist() == [False] * 5 + [True, True, False]
