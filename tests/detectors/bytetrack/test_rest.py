"""Moving and resting."""

from itertools import pairwise

import numpy as np
import pytest
from rig.walkers import detections

from detectors.bytetrack import ByteConfig, ByteTracker
from detectors.bytetrack.rest import RESTS_AFTER


def states(places: list[float], fps: float) -> list[bool]:
    """Say frame by frame whether a person at these x moves, from the second frame on."""
    tracker = ByteTracker("yard", ByteConfig())
    told = []
    for number, x in enumerate(places):
        box = (x - 0.03, 0.3, x + 0.03, 0.6)
        found = tracker.update(number / fps, detections((box, 0.9, "person")))
        told += [track.moving for track in found]
    return told


@pytest.mark.parametrize("fps", [5.0, 25.0])
def test_who_walks_moves_until_he_has_stood_for_a_second(fps: float) -> None:
    """A walker moves from the start; one who stops rests, not at once; one who goes on moves."""
    walk = [0.2 + 0.1 * k / fps for k in range(int(3 * fps))]
    stand = [walk[-1]] * int(4 * fps)
    on = [walk[-1] + 0.1 * k / fps for k in range(int(3 * fps))]
    told = states(walk + stand + on, fps)
    stopped, went = len(walk) - 1, len(walk) + len(stand) - 1
    assert all(told[1:stopped])
    assert all(told[stopped : stopped + int(RESTS_AFTER * fps)])
    assert not any(told[went - int(fps) : went])
    assert told[-1]
    assert sum(a != b for a, b in pairwise(told[1:])) == 2


def test_noise_is_no_motion() -> None:
    """Boxes that tremble by three hundredths of their size belong to one who rests."""
    random = np.random.default_rng(7)
    told = states((0.5 + random.normal(0, 0.03 * 0.06, 100)).tolist(), 10.0)
    assert not any(told[20:])
