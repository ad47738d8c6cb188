"""Whether a followed object moves or rests: by its speed in own sizes, and not by every twitch."""

import math

import numpy as np

from detectors.bytetrack import kalman
from detectors.bytetrack.population import Population

MOVES, RESTS = 0.3, 0.12
"""Own widths or heights per second above which an object moves, and below which it rests. In
between it goes on doing what it did."""

MOVES_AFTER, RESTS_AFTER = 0.3, 1.0
"""Seconds for which that must hold."""


def settle(tracks: Population, at: float) -> None:
    """Decide, for the tracks seen at `at` (seconds), between moving and resting.

    What is not confirmed yet has no habit to stick to: it moves unless it clearly rests.
    """
    state = tracks.state
    paces = np.abs(state[kalman.VELOCITY, :2]) / state[kalman.POSITION, 2:]
    pace = np.maximum(paces[0], paces[1])
    moving = tracks.moving
    turns = np.where(moving, pace < RESTS, pace > MOVES) & tracks.present
    since = np.where(turns, np.minimum(tracks.turning, at), math.inf)
    done = at - since >= np.where(moving, RESTS_AFTER, MOVES_AFTER)
    tracks.turning = np.where(done, math.inf, since)
    moving ^= done
    sure = tracks.confirmed
    moving[sure:] = pace[sure:] > RESTS
