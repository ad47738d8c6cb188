"""Assignment against trying everything."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from rig.mot import iou

from detectors.bytetrack.association import assign, overlap

LEAST = 0.3


@given(
    arrays(
        np.float64,
        st.tuples(st.integers(1, 5), st.integers(1, 5)),
        elements=st.integers(0, 20).map(lambda n: n / 20),
    )
)
def test_assignment_is_the_best_of_all_when_tried_one_by_one(similarity: np.ndarray) -> None:
    """No other set of allowed pairs has a greater sum above the limit."""
    rows, columns = assign(similarity, LEAST)
    assert len(set(rows.tolist())) == len(rows)
    assert len(set(columns.tolist())) == len(columns)
    assert (similarity[rows, columns] >= LEAST).all()
    gain = np.maximum(similarity - LEAST, 0)
    if gain.shape[0] > gain.shape[1]:
        gain = gain.T
    short, long = gain.shape
    best = max(sum(gain[range(short), chosen]) for chosen in permutations(range(long), short))
    assert (similarity[rows, columns] - LEAST).sum() == pytest.approx(best, abs=1e-6)


def test_overlap_equals_a_plain_loop() -> None:
    """All pairs at once give what one pair at a time gives."""
    random = np.random.default_rng(3)
    low = random.uniform(0, 0.7, (12, 2))
    all_boxes = np.concatenate((low, low + random.uniform(0.05, 0.3, (12, 2))), axis=1)
    a, b = all_boxes[:5], all_boxes[5:]
    np.testing.assert_allclose(overlap(a.T, b.T), iou(a, b))


def test_nothing_is_paired_when_nothing_is_similar() -> None:
    """Below the limit there are no pairs."""
    rows, columns = assign(np.full((4, 3), 0.29), LEAST)
    assert len(rows) == len(columns) == 0
