"""The motion filter against the textbook."""

import numpy as np
import numpy.typing as npt
import pytest

from detectors.bytetrack import kalman

Array = npt.NDArray[np.float64]
ALL = np.ones(3, np.bool_)


def box(count: int = 3) -> Array:
    """Return some measurements, 4 x n."""
    random = np.random.default_rng(1)
    return np.concatenate(
        (random.uniform(0.2, 0.8, (2, count)), random.uniform(0.1, 0.2, (2, count)))
    )


def test_update_equals_the_full_matrix_filter_when_written_out() -> None:
    """The five numbers per axis are the 2 x 2 Kalman filter of the textbook."""
    state = kalman.born(box(1), 2.0)
    state = kalman.predict(state, 0.1)
    mean = state[:2, 0, 0].copy()
    p, c, v = state[2:5, 0, 0]
    covariance = np.array([[p, c], [c, v]])
    width = state[kalman.POSITION, 2, 0]

    dt, q = 0.2, kalman.RESTLESS[0, 0] * width**2
    step = np.array([[1, dt], [0, 1]])
    wander = q * np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
    mean = step @ mean
    covariance = step @ covariance @ step.T + wander
    state = kalman.predict(state, dt)
    assert state[:2, 0, 0] == pytest.approx(mean)
    assert state[2:5, 0, 0] == pytest.approx(covariance[[0, 0, 1], [0, 1, 1]])

    measured = state[kalman.POSITION] + 0.01
    see = np.array([[1.0, 0.0]])
    total = see @ covariance @ see.T + kalman.MEASURED[0, 0] * width**2
    gain = covariance @ see.T / total
    mean = mean + (gain * (measured[0, 0] - mean[0])).ravel()
    covariance = (np.eye(2) - gain @ see) @ covariance
    kalman.correct(state, measured, np.array([True]))
    assert state[:2, 0, 0] == pytest.approx(mean)
    assert state[2:5, 0, 0] == pytest.approx(covariance[[0, 0, 1], [0, 1, 1]])


def test_prediction_is_the_same_when_the_time_is_cut_into_steps() -> None:
    """One step of 0.24 s predicts what six of 0.04 s predict."""
    once = kalman.born(box(), 2.0)
    once[kalman.VELOCITY, :2] = 0.1
    often = once.copy()
    once = kalman.predict(once, 0.24)
    for _ in range(6):
        often = kalman.predict(often, 0.04)
    np.testing.assert_allclose(often, once, rtol=1e-9)


def test_growth_fades_when_unseen() -> None:
    """A box that was growing comes to rest, and its variance stays positive."""
    state = kalman.born(box(), 2.0)
    state[kalman.VELOCITY, 2:] = 0.1
    size = state[kalman.POSITION, 2:].copy()
    for _ in range(100):
        state = kalman.predict(state, 0.1)
    np.testing.assert_allclose(state[kalman.POSITION, 2:], size + 0.05, rtol=1e-6)
    assert (state[kalman.VARIANCE] > 0).all()


def test_filter_does_not_care_when_an_axis_is_stretched() -> None:
    """Stretching the picture stretches the states and changes no distance."""
    stretch = np.array([[2.0], [0.5], [2.0], [0.5]])
    shifted = box() + 0.02
    plain, wide = (kalman.predict(kalman.born(box() * factor, 2.0), 0.2) for factor in (1, stretch))
    kalman.correct(plain, shifted, ALL)
    kalman.correct(wide, shifted * stretch, ALL)
    np.testing.assert_allclose(wide[:2], plain[:2] * stretch)
    np.testing.assert_allclose(
        kalman.surprise(wide, shifted * stretch), kalman.surprise(plain, shifted)
    )


def test_velocity_is_found_when_motion_is_steady() -> None:
    """After a second of steady motion the velocity is known within a few per cent."""
    state = kalman.born(box(), 2.0)
    for step in range(1, 11):
        state = kalman.predict(state, 0.1)
        moved = box()
        moved[0] += 0.02 * step
        kalman.correct(state, moved, ALL)
    np.testing.assert_allclose(state[kalman.VELOCITY, 0], 0.2, rtol=0.05)
    np.testing.assert_allclose(state[kalman.VELOCITY, 1], 0, atol=1e-12)


def test_box_survives_the_way_there_and_back() -> None:
    """Corners and centre with size are two writings of one box."""
    np.testing.assert_allclose(kalman.measurement(kalman.corners(box())), box())


def test_unseen_track_is_left_alone() -> None:
    """A correction changes only the tracks that were seen."""
    state = kalman.predict(kalman.born(box(), 2.0), 0.1)
    before = state.copy()
    kalman.correct(state, box() + 0.05, np.array([False, True, False]))
    np.testing.assert_array_equal(state[:, :, [0, 2]], before[:, :, [0, 2]])
    assert (state[kalman.POSITION, :, 1] != before[kalman.POSITION, :, 1]).all()


def test_box_is_outside_only_when_no_part_is_seen() -> None:
    """Each of the four edges counts; touching is outside."""
    places = np.array([[0.5, -0.06, 1.06, 0.5, 0.5, 0.98], [0.5, 0.5, 0.5, -0.06, 1.06, 0.5]])
    position = np.concatenate((places, np.full((2, 6), 0.1)))
    assert kalman.outside(position).tolist() == [False, True, True, True, True, False]


def test_prediction_does_not_depend_on_memory_layout() -> None:
    """A state that numpy laid out otherwise is predicted alike."""
    state = kalman.born(box(), 2.0)
    picked = state[:, :, np.array([0, 1, 2])]
    assert not picked.flags.c_contiguous
    np.testing.assert_array_equal(kalman.predict(picked, 0.1), kalman.predict(state, 0.1))
