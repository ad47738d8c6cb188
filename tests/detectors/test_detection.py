"""Detections as columns and as rows."""

import numpy as np

from detectors.detection import Detection, Detections


def test_none_is_empty_in_every_column() -> None:
    """A picture without objects has columns of the right shape and no rows."""
    nothing = Detections.none()
    assert len(nothing) == 0
    assert nothing.xyxy.shape == (0, 4)
    assert nothing.score.shape == (0,)
    assert list(nothing) == []


def test_rows_are_plain_numbers_in_order() -> None:
    """Iterating gives one detection per row, of Python's own numbers."""
    boxes = np.array([[0, 0.25, 0.5, 1], [0.5, 0.5, 0.75, 0.75]], np.float32)
    found = Detections(boxes, np.array([0.75, 0.5], np.float32), ("person", "car"))
    assert list(found) == [
        Detection((0.0, 0.25, 0.5, 1.0), 0.75, "person"),
        Detection((0.5, 0.5, 0.75, 0.75), 0.5, "car"),
    ]
    assert all(type(value) is float for row in found for value in (*row.xyxy, row.score))
