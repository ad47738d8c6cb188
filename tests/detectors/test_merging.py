"""What several detectors found, as one."""

import numpy as np

from detectors import Detections
from detectors.merging import merged


def found(*rows: tuple[float, float, str]) -> Detections:
    """Make detections: left edge, score, label; all of one size."""
    boxes = np.array([(left, 0.1, left + 0.2, 0.5) for left, _, _ in rows], np.float32)
    score = np.array([score for _, score, _ in rows], np.float32)
    return Detections(boxes.reshape(-1, 4), score, tuple(label for _, _, label in rows))


def test_one_object_named_alike_by_two_stays_once() -> None:
    """The stronger box stays; another name, or another place, is another object."""
    both = merged(
        [
            found((0.1, 0.8, "person"), (0.5, 0.6, "person")),
            found((0.11, 0.9, "person"), (0.1, 0.7, "dog")),
        ]
    )
    assert both.label == ("person", "dog", "person")
    assert both.score.tolist() == np.array([0.9, 0.7, 0.6], np.float32).tolist()


def test_neighbours_of_one_detector_are_left_alone() -> None:
    """What one detector itself let stand is not thinned out by another's presence."""
    crowd = found((0.1, 0.9, "person"), (0.12, 0.8, "person"))
    assert len(merged([crowd, found((0.7, 0.5, "car"))])) == 3


def test_order_of_detectors_does_not_matter_where_scores_differ() -> None:
    """The result follows from what was found."""
    one, two = found((0.1, 0.8, "person")), found((0.1, 0.9, "person"), (0.6, 0.3, "car"))
    first, second = merged([one, two]), merged([two, one])
    assert first.label == second.label
    assert np.array_equal(first.xyxy, second.xyxy)
    assert len(merged([])) == len(merged([Detections.none()])) == 0
