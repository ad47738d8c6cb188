"""Outputs that are boxes already."""

import numpy as np

from detectors.families.end_to_end import decode


def test_rows_are_boxes() -> None:
    """Strong rows are taken as they are, with their class as a whole number."""
    output = np.zeros((300, 6), np.float32)
    output[0] = [10, 20, 30, 40, 0.9, 2]
    output[1] = [1, 2, 3, 4, 0.05, 1]
    found = decode(output, 0.1)
    assert found.xyxy.tolist() == [[10, 20, 30, 40]]
    assert np.allclose(found.score, [0.9])
    assert found.number.tolist() == [2]
