"""SSD rows as the Open Model Zoo writes them."""

import numpy as np

from detectors.families.ssd import decode, join_boxes


def test_rows_end_at_a_negative_picture() -> None:
    """Rows after the end mark are not read; corners become pixels; class 1 is the first name."""
    output = np.zeros((1, 200, 7), np.float32)
    output[0, 0] = [0, 1, 0.9, 0.25, 0.5, 0.5, 1]
    output[0, 1] = [0, 3, 0.7, 0, 0, 0.5, 0.5]
    output[0, 2] = [-1, 0, 0, 0, 0, 0, 0]
    output[0, 3] = [0, 1, 0.99, 0, 0, 1, 1]
    found = decode(output, 0.5, (400, 200))
    assert found.xyxy.tolist() == [[100, 100, 200, 200], [0, 0, 200, 100]]
    assert found.number.tolist() == [0, 2]


def test_background_is_nothing() -> None:
    """Class 0 is the background and never reported."""
    output = np.zeros((1, 10, 7), np.float32)
    output[0, 0] = [0, 0, 0.99, 0, 0, 1, 1]
    assert len(decode(output, 0.1, (400, 200)).score) == 0


def test_without_a_background_class_0_is_the_first_name() -> None:
    """Models whose background is last, or left out, number their classes from 0."""
    output = np.zeros((1, 10, 7), np.float32)
    output[0, 0] = [0, 0, 0.9, 0, 0, 0.5, 1]
    output[0, 1] = [-1, 0, 0, 0, 0, 0, 0]
    found = decode(output, 0.1, (400, 200), first=0)
    assert found.number.tolist() == [0]
    assert found.xyxy.tolist() == [[0, 0, 200, 200]]


def test_boxes_and_labels_are_put_side_by_side() -> None:
    """In either order, with or without a batch axis, whole labels or not."""
    boxes = np.array([[1, 2, 3, 4, 0.9], [5, 6, 7, 8, 0.2]], np.float32)
    labels = np.array([0, 2], np.int64)
    expected = [[1, 2, 3, 4, 0.9, 0], [5, 6, 7, 8, 0.2, 2]]
    assert np.allclose(join_boxes([boxes, labels], (0, 1)), expected)
    assert np.allclose(join_boxes([labels[None], boxes[None]], (1, 0)), expected)
