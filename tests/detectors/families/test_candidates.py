"""Columns of boxes as a model says them."""

import numpy as np

from detectors.families.candidates import best_class, corners


def test_the_best_class_counts() -> None:
    """Rows whose best class is strong enough are named, with that class."""
    classes = np.array([[0.1, 0.6, 0.3], [0.2, 0.5, 0.9]], np.float32)
    rows, number = best_class(classes, 0.5)
    assert rows.tolist() == [1, 2]
    assert number.tolist() == [0, 1]


def test_scores_that_are_no_numbers_are_left_out() -> None:
    """NaN is never strong enough."""
    rows, _ = best_class(np.array([[np.nan, 0.6]], np.float32), 0.5)
    assert rows.tolist() == [1]


def test_corners_surround_the_centre() -> None:
    """Centre and size become left, top, right, bottom."""
    assert corners(np.array([[50, 40, 20, 10]], np.float32)).tolist() == [[40, 35, 60, 45]]
