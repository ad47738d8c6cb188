"""YOLOv8 and YOLO11 outputs against boxes written down by hand."""

import numpy as np

from detectors.families.yolov8 import decode


def test_rows_become_boxes() -> None:
    """Centre, size and class scores of one column are one box; weak columns are left out."""
    output = np.zeros((4 + 3, 20), np.float32)
    output[:, 4] = [100, 60, 40, 20, 0.1, 0.8, 0.2]
    output[:, 9] = [10, 10, 4, 6, 0.3, 0.2, 0.1]
    output[:, 11] = [10, 10, 4, 6, 0.2, 0.2, 0.1]
    found = decode(output, 0.25)
    assert found.xyxy.tolist() == [[80, 50, 120, 70], [8, 7, 12, 13]]
    assert np.allclose(found.score, [0.8, 0.3])
    assert found.number.tolist() == [1, 0]


def test_nothing_is_nothing() -> None:
    """An output without a strong score gives empty columns of the right shape."""
    found = decode(np.zeros((84, 8400), np.float32), 0.1)
    assert found.xyxy.shape == (0, 4)
    assert found.score.shape == found.number.shape == (0,)
