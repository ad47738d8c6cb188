"""Motion of all tracks at once: a Kalman filter in which every axis stands alone.

Source: SORT (Bewley et al., 2016) and ByteTrack (Zhang et al., 2022) for the constant-velocity
filter over boxes; the noise is that of continuous white acceleration (Bar-Shalom et al., 2001,
chapter 6), so that one step of 0.2 s equals six of 1/30 s. Noise is diagonal and proportional to
the box, x to its width and y to its height. The 8 x 8 covariance then falls apart into four 2 x 2
blocks, which makes the exact filter a handful of products per track, and nothing depends on pixels
or on the picture's aspect.

A state is one float64 array, 5 x 4 x n. Its planes are position, velocity and the blocks' three
numbers (variance of position, covariance, variance of velocity); its rows are the centre's x and
y, width and height; its columns are the tracks.
"""

import math

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

PLANES = 5
POSITION, VELOCITY, VARIANCE, COVARIANCE, VELOCITY_VARIANCE = range(PLANES)

# Standard deviations in box widths and heights; rows as in the state.
MEASURED = np.array([[0.16], [0.06], [0.16], [0.08]]) ** 2
# Per root of a second and per second: how fast velocities wander.
RESTLESS = np.array([[1.5], [0.6], [1.0], [0.6]]) ** 2
# Size changes much slower than place when an object is seen for the first time.
_GROWTH = 0.25
# Seconds after which a change of size has mostly died out: a gait or an occlusion changes the
# box for a moment, and a box that goes on growing while unseen would swallow its neighbours.
_GROWTH_LASTS = 0.5
# Relative to the picture: keeps the noise of a vanishing box above zero.
_THINNEST = 1e-4


def born(measured: Array, speed: float) -> Array:
    """Return the state of objects seen once, 4 x n as `measured`; `speed` in boxes per second."""
    state = np.zeros((PLANES, *measured.shape))
    scale = _scale(measured)
    state[POSITION] = measured
    state[VARIANCE] = MEASURED * scale
    state[VELOCITY_VARIANCE, :2] = speed**2 * scale[:2]
    state[VELOCITY_VARIANCE, 2:] = (_GROWTH * speed) ** 2 * scale[2:]
    return state


def predict(state: Array, seconds: float) -> None:
    """Move every track on by `seconds`, in place."""
    position, velocity, variance, covariance, spread = state
    travel, decay, noise = _step(seconds)
    wander = RESTLESS * _scale(position)
    position += travel * velocity
    velocity *= decay
    np.maximum(position[2:], _THINNEST, out=position[2:])
    variance += travel * (2 * covariance + travel * spread) + noise[0] * wander
    covariance += travel * spread
    covariance *= decay
    covariance += noise[1] * wander
    spread *= decay * decay
    spread += noise[2] * wander


def correct(state: Array, rows: Rows, measured: Array) -> None:
    """Take the measurements, 4 x m, of the tracks `rows`, in place."""
    position, velocity, variance, covariance, spread = some = state[:, :, rows]
    total = variance + MEASURED * _scale(position)
    gain = variance / total
    velocity_gain = covariance / total
    surprise = measured - position
    position += gain * surprise
    np.maximum(position[2:], _THINNEST, out=position[2:])
    velocity += velocity_gain * surprise
    spread -= velocity_gain * covariance
    left = 1 - gain
    variance *= left
    covariance *= left
    state[:, :, rows] = some


def surprise(state: Array, measured: Array) -> Array:
    """Return squared Mahalanobis distances, n x m, of every measurement from every track."""
    position, variance = state[POSITION], state[VARIANCE]
    total = variance + MEASURED * _scale(position)
    apart = position[:, :, None] - measured[:, None, :]
    return np.asarray((apart * apart / total[:, :, None]).sum(axis=0))


def corners(position: Array) -> Array:
    """Turn centre and size into left, top, right, bottom; 4 x n both."""
    half = position[2:] * 0.5
    return np.concatenate((position[:2] - half, position[:2] + half))


def measurement(boxes: Array) -> Array:
    """Turn left, top, right, bottom into centre and size; 4 x n both."""
    return np.concatenate(((boxes[:2] + boxes[2:]) * 0.5, boxes[2:] - boxes[:2]))


def _scale(position: Array) -> Array:
    """Return squared box sizes for the four rows."""
    size = np.maximum(position[2:], _THINNEST)
    size *= size
    return np.concatenate((size, size))


def _step(seconds: float) -> tuple[Array, Array, Array]:
    """Return travel, decay (4 x 1) and the three noise terms (3 x 4 x 1) of one time step.

    The centre keeps its velocity; the velocity of the size fades (integrated Ornstein-Uhlenbeck
    process), whose limit for a long memory is the former.
    """
    t, memory = seconds, _GROWTH_LASTS
    fade = math.exp(-t / memory)
    lost = 1 - fade
    travel = np.array([[t], [t], [memory * lost], [memory * lost]])
    decay = np.array([[1.0], [1.0], [fade], [fade]])
    place = (t**3 / 3, t**2 / 2, t)
    size = (
        memory**3 / 2 * (2 * t / memory - 2 * lost - lost * lost),
        memory**2 / 2 * lost * lost,
        memory / 2 * (1 - fade * fade),
    )
    noise = np.array([[[p], [p], [s], [s]] for p, s in zip(place, size, strict=True)])
    return travel, decay, noise
