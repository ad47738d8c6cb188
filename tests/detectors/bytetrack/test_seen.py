"""What the tracker takes of a frame's detections."""

import numpy as np

from detectors import Detections
from detectors.bytetrack.label import Ballot
from detectors.bytetrack.seen import usable

LIMITS = -np.array([0.5, 0.4, 0.1])


def test_rows_keep_together_when_they_are_ordered() -> None:
    """Empty, weak and not finite rows go; box, score, label and mark of the others stay a row."""
    boxes = [(0.1, 0.1, 0.2, 0.2), (0.3, 0.3, 0.3, 0.4), (0.5, 0.5, 1.5, 0.9), (0.0, 0.0, 0.1, 0.1)]
    found = Detections(
        np.array([*boxes, (0.6, 0.6, 0.7, 0.7)], np.float32),
        np.array([0.45, 0.9, 0.8, np.nan, 0.05], np.float32),
        ("cat", "dog", "dog", "cat", "cat"),
        np.array([True, False, False, True, True]),
    )
    ballot = Ballot(5.0, 1.5)
    seen = usable(found, ballot, LIMITS)
    assert [ballot.names[number] for number in seen.label] == ["dog", "cat"]
    assert np.allclose(seen.boxes.T, [(0.5, 0.5, 1.0, 0.9), (0.1, 0.1, 0.2, 0.2)])
    assert (seen.starting, seen.strong) == (1, 2)
    assert seen.carried is not None
    assert seen.carried.tolist() == [False, True]
