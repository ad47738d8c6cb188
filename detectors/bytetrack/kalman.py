"""Motion of all tracks at once: a Kalman filter in which every axis stands alone.

Source: SORT (Bewley et al., 2016) and ByteTrack (Zhang et al., 2022) for the constant-velocity
filter over boxes; the noise is that of continuous white acceleration (Bar-Shalom et al., 2001,
chapter 6), so that one step of 0.2 s equals six of 1/30 s. Noise is diagonal and proportional to
the box, x to its width and y to its height. The 8 x 8 covariance then falls apart into four 2 x 2
blocks, which makes the exact filter a handful of products per track, and nothing depends on pixels
or on the picture's aspect.

A state is one float64 array, 6 x 4 x n. Its planes are position, velocity, the block's three
numbers (variance of position, covariance, variance of velocity) and how fast the velocity wanders;
its rows are the centre's x and y, width and height; its columns are the tracks. With the
last plane a prediction is one matrix product, which matters: for a few tracks the time of numpy
is the number of calls.
"""

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

PLANES = 6
POSITION, VELOCITY, VARIANCE, COVARIANCE, VELOCITY_VARIANCE, WANDER = range(PLANES)

MEASURED = np.array([[0.16], [0.06], [0.16], [0.08]]) ** 2
"""Variances of a detection's rows, in squared box sizes."""

RESTLESS = np.array([[1.5], [0.6], [1.0], [0.6]]) ** 2
"""Densities with which the rows' velocities wander, in squared box sizes per cubic second."""

# Size changes much slower than place when an object is seen for the first time.
_GROWTH = 0.25
# Seconds after which a change of size has mostly died out: a gait or an occlusion changes the
# box for a moment, and a box that goes on growing while unseen would swallow its neighbours.
_GROWTH_LASTS = 0.5
# Relative to the picture: keeps the noise of a vanishing box above zero.
_THINNEST = 1e-4

# Microseconds: equal frame intervals differ by less, and share one cached step.
_DIGITS = 6

_MEASURED_PER_WANDER = MEASURED / RESTLESS
_RESTLESS_PAIRS = RESTLESS.reshape(2, 2, 1)
_CORNERS = np.array([[1, 0, -0.5, 0], [0, 1, 0, -0.5], [1, 0, 0.5, 0], [0, 1, 0, 0.5]])
_OUTER = np.array([[1, 0, -0.5, 0], [0, 1, 0, -0.5], [-1, 0, -0.5, 0], [0, -1, 0, -0.5]])
_EDGES = np.array([[1.0], [1.0], [0.0], [0.0]])
_CENTRE = np.array([[0.5, 0, 0.5, 0], [0, 0.5, 0, 0.5], [-1, 0, 1, 0], [0, -1, 0, 1]])


def born(measured: Array, speed: float) -> Array:
    """Return the state of objects seen once, 4 x n as `measured`; `speed` in boxes per second."""
    state = np.zeros((PLANES, *measured.shape))
    size = np.maximum(measured[2:], _THINNEST)
    scale = np.concatenate((size, size)) ** 2
    state[POSITION] = measured
    state[VARIANCE] = MEASURED * scale
    state[VELOCITY_VARIANCE, :2] = speed**2 * scale[:2]
    state[VELOCITY_VARIANCE, 2:] = (_GROWTH * speed) ** 2 * scale[2:]
    state[WANDER] = RESTLESS * scale
    return state


def predict(state: Array, seconds: float) -> Array:
    """Return the state moved on by `seconds`."""
    # Numpy lays out what it picked by index in another order, of which no view by kind exists.
    state = np.ascontiguousarray(state)
    size = state[POSITION, 2:]
    wander = state[WANDER].reshape(2, 2, -1)
    np.multiply(_RESTLESS_PAIRS, size * size, out=wander)
    moved = np.empty(state.shape)
    np.matmul(_step(round(seconds, _DIGITS)), _by_kind(state), out=_by_kind(moved))
    size = moved[POSITION, 2:]
    np.maximum(size, _THINNEST, out=size)
    return moved


def correct(state: Array, measured: Array, seen: npt.NDArray[np.bool_]) -> Array:
    """Take the measurements, 4 x n, of the tracks that were `seen`, in place.

    The others' measurements must be finite and change nothing: a gain of zero for them is cheaper
    than picking the seen ones out and putting them back.

    Returns:
        How far each centre was from its prediction: squared, in variances, mean of x and y; n.
    """
    total = _MEASURED_PER_WANDER * state[WANDER]
    total += state[VARIANCE]
    # Gains of position and velocity side by side, as the planes they come from and act on.
    gain = state[VARIANCE : COVARIANCE + 1] / total
    gain *= seen
    apart = measured - state[POSITION]
    off = apart[:2] * apart[:2] / total[:2]
    state[: VELOCITY + 1] += gain * apart
    state[VELOCITY_VARIANCE] -= gain[1] * state[COVARIANCE]
    state[VARIANCE : COVARIANCE + 1] *= 1 - gain[0]
    size = state[POSITION, 2:]
    np.maximum(size, _THINNEST, out=size)
    return np.asarray((off[0] + off[1]) / 2)


def surprise(state: Array, measured: Array) -> Array:
    """Return squared Mahalanobis distances, n x m, of every measurement from every track."""
    total = state[VARIANCE] + _MEASURED_PER_WANDER * state[WANDER]
    apart = state[POSITION, :, :, None] - measured[:, None, :]
    return np.asarray((apart * apart / total[:, :, None]).sum(axis=0))


def corners(position: Array) -> Array:
    """Turn centre and size into left, top, right, bottom; 4 x n both."""
    return _CORNERS @ position


def outside(position: Array) -> npt.NDArray[np.bool_]:
    """Tell which boxes, 4 x n as centre and size, have left the picture."""
    return np.asarray(np.logical_or.reduce(_OUTER @ position >= _EDGES))


def measurement(boxes: Array) -> Array:
    """Turn left, top, right, bottom into centre and size; 4 x n both."""
    return _CENTRE @ boxes


def _by_kind(state: Array) -> Array:
    """View a state as 2 (place, size) x planes x 2n."""
    return state.reshape(PLANES, 2, -1).swapaxes(0, 1)


@lru_cache(maxsize=64)
def _step(seconds: float) -> Array:
    """Return the transition of one time step over the planes: 2 (place, size) x 6 x 6.

    The centre keeps its velocity; the velocity of the size fades (integrated Ornstein-Uhlenbeck
    process), whose limit for a long memory is the former.
    """
    t, memory = seconds, _GROWTH_LASTS
    fade = math.exp(-t / memory)
    lost = 1 - fade
    place = _transition(t, 1.0, (t**3 / 3, t**2 / 2, t))
    size = _transition(
        memory * lost,
        fade,
        (
            # Rounding takes this difference below zero for the shortest steps.
            max(0.0, memory**3 / 2 * (2 * t / memory - 2 * lost - lost * lost)),
            memory**2 / 2 * lost * lost,
            memory / 2 * (1 - fade * fade),
        ),
    )
    return np.array([place, size])


def _transition(travel: float, fade: float, noise: tuple[float, float, float]) -> list[list[float]]:
    """Return the 6 x 6 map of one axis' planes."""
    return [
        [1, travel, 0, 0, 0, 0],
        [0, fade, 0, 0, 0, 0],
        [0, 0, 1, 2 * travel, travel * travel, noise[0]],
        [0, 0, 0, fade, fade * travel, noise[1]],
        [0, 0, 0, 0, fade * fade, noise[2]],
        [0, 0, 0, 0, 0, 1],
    ]
