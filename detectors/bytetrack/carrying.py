"""Boxes for a frame that nobody looked at: where the objects should be by now, and how surely.

A carried box is worth something while it would still be taken for the object: while the two share
more than half of what they cover together. Shifted along one side, a box does so up to a third of
that side. The filter says how likely the centre is within that third, of width and of height; how
well it has predicted this very object so far (`Population.wobble`) widens or narrows what it says.
The score falls by that likelihood, compared with what it was at the last look.
"""

import math

import numpy as np
import numpy.typing as npt

from detectors.bytetrack import kalman
from detectors.bytetrack.population import Population

Array = npt.NDArray[np.float64]

_WITHIN = 1 / 3
"""Share of a side by which a box may be off and still overlap by half."""


def carry(tracks: Population, seconds: float) -> tuple[Array, Array]:
    """Predict the confirmed tracks `seconds` after the last look; changes nothing.

    Returns:
        Their places as centre and size, 4 x n, and by how much their scores have fallen, n, 0 to 1.
    """
    sure = tracks.confirmed
    state = tracks.state[:, :, :sure].copy()
    # The speed of what rests is noise.
    state[kalman.VELOCITY] *= tracks.moving[:sure]
    moved = kalman.predict(state, seconds)
    wobble = tracks.wobble[:sure]
    trust = _likely(moved, wobble) / _likely(state, wobble)
    return moved[kalman.POSITION], np.minimum(trust, 1.0)


def _likely(state: Array, wobble: Array) -> Array:
    """Return how likely a box of that state still fits its object."""
    off = _WITHIN * state[kalman.POSITION, 2:]
    deviation = np.sqrt(state[kalman.VARIANCE, :2] * wobble)
    ratio = off / (deviation * math.sqrt(2))
    inside = np.array([math.erf(one) for one in ratio.ravel().tolist()]).reshape(ratio.shape)
    return np.asarray(inside[0] * inside[1])
