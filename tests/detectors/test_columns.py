"""Rows between worker and daemon."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.columns import from_rows, to_rows
from detectors.detection import Detections
from detectors.message import MOST

LABELS = ("person", "car", "dog")
NUMBERS = {label: number for number, label in enumerate(LABELS)}


def found(seed: int, count: int) -> Detections:
    """Make detections with boxes inside the picture."""
    generator = np.random.default_rng(seed)
    corners = np.sort(generator.uniform(0, 1, (count, 2, 2)), axis=1).reshape(count, 4)
    labels = tuple(LABELS[number] for number in generator.integers(0, len(LABELS), count))
    scores = generator.uniform(0, 1, count).astype(np.float32)
    return Detections(corners.astype(np.float32), scores, labels)


@given(counts=st.lists(st.integers(-1, 6), max_size=6), seed=st.integers(0, 1000))
def test_rows_come_back_as_they_were(counts: list[int], seed: int) -> None:
    """Boxes, scores and labels of each picture survive; torn pictures stay None."""
    sent = [None if count < 0 else found(seed + n, count) for n, count in enumerate(counts)]
    blob = b"".join(to_rows(one, NUMBERS) for one in sent if one is not None)
    back = from_rows(counts, np.frombuffer(blob, np.float32).tolist(), LABELS)
    assert len(back) == len(sent)
    for one, other in zip(sent, back, strict=True):
        if one is None or other is None:
            assert one is other
            continue
        assert np.array_equal(one.xyxy, other.xyxy)
        assert np.array_equal(one.score, other.score)
        assert one.label == other.label


@pytest.mark.parametrize(
    ("counts", "numbers", "told"),
    [
        ([1], [0.0] * 5, "do not fit"),
        ([1, -1], [0.0] * 12, "do not fit"),
        ([1], [0, 0, 1, 1, float("nan"), 0], "no number"),
        ([1], [0, 0, 1, 1, 0.5, 3], "does not exist"),
        ([1], [0, 0, 1, 1, 0.5, -1], "does not exist"),
        ([MOST + 1], [0.0] * 6 * (MOST + 1), "more than 1024"),
    ],
)
def test_what_no_honest_worker_sends_is_refused(
    counts: list[int], numbers: list[float], told: str
) -> None:
    """Sizes that do not fit, numbers that are none and unknown labels are refused whole."""
    with pytest.raises(ValueError, match=told):
        from_rows(counts, numbers, LABELS)


def test_only_the_strongest_travel() -> None:
    """Of more objects than anybody could follow, the first, which are the strongest, are sent."""
    many = found(1, MOST + 5)
    numbers = np.frombuffer(to_rows(many, NUMBERS), np.float32).tolist()
    [back] = from_rows([MOST], numbers, LABELS)
    assert back is not None
    assert np.array_equal(back.score, many.score[:MOST])
    assert back.label == many.label[:MOST]


def test_boxes_beyond_the_picture_are_clipped() -> None:
    """Coordinates and scores end at 0 and 1."""
    [one] = from_rows([1], [-3, 0.5, 7, 2, 1.5, 1], LABELS)
    assert one is not None
    assert one.xyxy.tolist() == [[0, 0.5, 1, 1]]
    assert one.score.tolist() == [1]
