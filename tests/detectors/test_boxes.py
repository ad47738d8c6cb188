"""Box arithmetic: small, exact, and independent of the order given."""

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detectors.boxes import Boxes, areas, distinct, merged, overlap, relative, shared

_edge = st.integers(0, 40)
_size = st.integers(1, 30)
_boxes = st.lists(st.tuples(_edge, _edge, _size, _size), min_size=1, max_size=9, unique=True)


def made(rows: list[tuple[int, int, int, int]]) -> Boxes:
    """Turn left, top, width, height into boxes."""
    return np.array([(x, y, x + w, y + h) for x, y, w, h in rows], np.float32)


def test_overlap_of_known_boxes() -> None:
    """A quarter shared of two equal squares is a seventh of their union."""
    a, b = made([(0, 0, 10, 10)]), made([(5, 5, 10, 10), (20, 20, 5, 5)])
    assert areas(a).tolist() == [100]
    assert shared(a, b).tolist() == [[25, 0]]
    assert np.allclose(overlap(a, b), [[25 / 175, 0]])


@given(rows=_boxes, order=st.randoms(use_true_random=False))
def test_the_choice_does_not_depend_on_the_order(
    rows: list[tuple[int, int, int, int]], order: random.Random
) -> None:
    """Suppression keeps the same boxes however they are shuffled, and no two kept ones overlap."""
    boxes = made(rows)
    score = (areas(boxes) % 7).astype(np.float32)
    turned = np.array(sorted(range(len(rows)), key=lambda _: order.random()))
    kept = {tuple(boxes[i].tolist()) for i in distinct(boxes, score, 0.4)}
    if len({(*b[:2], s) for b, s in zip(boxes.tolist(), score.tolist(), strict=True)}) == len(rows):
        shuffled = distinct(boxes[turned], score[turned], 0.4)
        assert {tuple(boxes[turned][i].tolist()) for i in shuffled} == kept
    left = np.array(sorted(kept), np.float32)
    assert (np.triu(overlap(left, left), 1) <= 0.4).all()


@given(rows=_boxes, gap=st.integers(0, 5))
def test_joined_boxes_cover_all_and_are_apart(
    rows: list[tuple[int, int, int, int]], gap: int
) -> None:
    """Every box lies in a joined one, and joined ones are further apart than the gap."""
    boxes = made(rows)
    joined = merged(boxes, gap)
    assert (shared(boxes, joined).max(axis=1) == areas(boxes)).all()
    wide = joined + np.array([-gap, -gap, 0, 0], np.float32)
    assert not np.triu(shared(wide, joined), 1).any()


def test_detections_are_relative_clipped_and_strongest_first() -> None:
    """Pixels become shares of the picture."""
    found = relative(made([(0, 0, 10, 10), (90, 40, 30, 30)]), np.array([0.2, 0.9], np.float32),
                     ["a", "b"], 100, 50)  # fmt: skip
    assert found.label == ("b", "a")
    assert found.xyxy[0].tolist() == np.array([0.9, 0.8, 1, 1], np.float32).tolist()
