"""Overlapping boxes: the strongest of a class stays."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.families.candidates import Candidates
from detectors.families.suppression import strongest, suppress


def scattered(seed: int, count: int) -> Candidates:
    """Make clusters of overlapping boxes of three classes."""
    generator = np.random.default_rng(seed)
    centre = generator.choice(generator.uniform(40, 600, (6, 2)), count)
    centre = centre + generator.normal(0, 8, (count, 2))
    half = generator.uniform(10, 60, (count, 2))
    return Candidates(
        np.concatenate((centre - half, centre + half), axis=1).astype(np.float32),
        generator.permutation(np.linspace(0.1, 0.99, count)).astype(np.float32),
        generator.integers(0, 3, count),
    )


def overlap(a: list[float], b: list[float]) -> float:
    """Compute intersection over union the plain way."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    area = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
    return shared / (area - shared)


def plainly(candidates: Candidates, iou: float) -> list[int]:
    """Suppress box by box, as the definition says."""
    kept: list[int] = []
    boxes = candidates.xyxy.tolist()
    for row in np.argsort(-candidates.score, kind="stable").tolist():
        same = [other for other in kept if candidates.number[other] == candidates.number[row]]
        if all(overlap(boxes[other], boxes[row]) <= iou for other in same):
            kept.append(row)
    return kept


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 80), iou=st.floats(0.2, 0.9))
def test_equals_the_definition(seed: int, count: int, iou: float) -> None:
    """The result is that of suppressing box by box, in the same order."""
    candidates = scattered(seed, count)
    found = suppress(candidates, iou, 300)
    expected = candidates.take(np.array(plainly(candidates, iou), np.int64))
    assert np.array_equal(found.xyxy, expected.xyxy)
    assert np.array_equal(found.score, expected.score)
    assert np.array_equal(found.number, expected.number)


def test_classes_do_not_suppress_each_other() -> None:
    """A person on a bicycle keeps both boxes; two people in one place keep one."""
    boxes = np.array([[10, 10, 50, 90]] * 3, np.float32)
    candidates = Candidates(boxes, np.array([0.5, 0.9, 0.7], np.float32), np.array([0, 1, 1]))
    found = suppress(candidates, 0.6, 300)
    assert found.number.tolist() == [1, 0]
    assert found.score.tolist() == [np.float32(0.9), np.float32(0.5)]


def test_no_more_than_asked_for() -> None:
    """The strongest stay when there are too many."""
    candidates = scattered(1, 80)
    assert len(suppress(candidates, 0.99, 5).score) == 5
    assert strongest(candidates, 5).score.tolist() == sorted(candidates.score, reverse=True)[:5]


def test_a_model_that_fires_everywhere_stays_bounded() -> None:
    """Thousands of equal boxes cost no more than the strongest of them."""
    count = 50_000
    boxes = np.tile(np.array([[10, 10, 50, 90]], np.float32), (count, 1))
    candidates = Candidates(boxes, np.full(count, 0.5, np.float32), np.zeros(count, np.int64))
    assert len(suppress(candidates, 0.6, 300).score) == 1
