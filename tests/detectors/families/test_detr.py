"""DETR types in their three forms."""

import math

import numpy as np
import pytest

from detectors.families.coco import by_category
from detectors.families.detr import decode_queries, decode_scored, join_found, join_queries
from detectors.families.family import of_picture

SIZE = (400, 200)


def test_labels_boxes_and_scores_become_rows() -> None:
    """Whatever the order of the outputs, a row is box, score, class; the batch axis may be gone."""
    labels = np.array([3, 0], np.int64)
    boxes = np.array([[1, 2, 3, 4], [5, 6, 7, 8]], np.float32)
    scores = np.array([0.9, 0.5], np.float32)
    rows = join_found([scores, labels, boxes], (1, 2, 0))
    assert rows.tolist() == [[1, 2, 3, 4, pytest.approx(0.9), 3], [5, 6, 7, 8, 0.5, 0]]
    with_batch = of_picture([labels[None], boxes[None], scores[None]], 0, 1)
    assert np.array_equal(join_found(with_batch, (0, 1, 2)), rows)
    squeezed = of_picture([labels, boxes, scores], 0, 1)
    assert np.array_equal(join_found(squeezed, (0, 1, 2)), rows)


def test_a_query_counts_once_per_class() -> None:
    """Logits become scores class by class; relative centre and size become corners in pixels."""
    logits = np.full((3, 2), -9, np.float32)
    logits[1] = [math.log(3), 0.0]
    boxes = np.zeros((3, 4), np.float32)
    boxes[1] = [0.5, 0.5, 0.5, 0.25]
    found = decode_queries(join_queries([boxes, logits], (1, 0)), 0.4, SIZE)
    assert found.number.tolist() == [0, 1]
    assert np.allclose(found.score, [0.75, 0.5])
    assert found.xyxy.tolist() == [[100, 75, 300, 125]] * 2
    assert len(decode_queries(join_queries([boxes, logits], (1, 0)), 0.8, SIZE).score) == 0


def test_scores_of_ultralytics_count_once() -> None:
    """The one-output form reports a query's best class only."""
    output = np.zeros((300, 6), np.float32)
    output[7] = [0.5, 0.5, 0.5, 0.25, 0.6, 0.7]
    found = decode_scored(output, 0.5, SIZE)
    assert (found.number.tolist(), found.xyxy.tolist()) == ([1], [[100, 75, 300, 125]])


def test_categories_keep_their_gaps() -> None:
    """Numbers as in COCO's annotation files: 91 with 80 names."""
    names = by_category()
    assert len(names) == 91
    assert sum(name != "" for name in names) == 80
    assert (names[17], names[44], names[67]) == ("cat", "bottle", "dining table")
