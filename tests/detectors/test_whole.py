"""A picture as a whole, as one object."""

import numpy as np

from detectors.picture import Picture
from detectors.whole import WholeConfig, WholeDetector


def test_every_picture_is_one_object() -> None:
    """From edge to edge, surely, under the name it was given; whatever is on it."""
    detector = WholeDetector("whole", WholeConfig(label="x-ray"))
    assert detector.load().labels == ("x-ray",)
    dark = Picture("scans", 1, np.zeros((8, 16, 3), np.uint8))
    (first,), (second,) = detector.detect([dark, dark])
    assert first == second
    assert (first.xyxy, first.score, first.label) == ((0.0, 0.0, 1.0, 1.0), 1.0, "x-ray")
    detector.close()
