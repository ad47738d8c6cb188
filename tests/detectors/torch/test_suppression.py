"""Suppression by matrix products against the greedy loop it stands for."""

from typing import Any

import numpy as np
import pytest

from detectors.torch.suppression import ROUNDS, covers, keep

pytestmark = pytest.mark.torch
torch: Any = pytest.importorskip("torch", reason='needs pip install "lookout-daemon[gpu]"')


def crowd(seed: int, count: int = 200) -> tuple[Any, Any]:
    """Make many overlapping boxes of three classes in two pictures."""
    random = np.random.default_rng(seed)
    centre = random.uniform(0, 200, (2, count, 2))
    size = random.uniform(20, 80, (2, count, 2))
    boxes = np.concatenate((centre - size / 2, centre + size / 2), axis=2).astype(np.float32)
    return torch.from_numpy(boxes), torch.from_numpy(random.integers(0, 3, (2, count)))


def greedy(boxes: Any, number: Any, iou: float) -> list[bool]:
    """Suppress in one picture, box by box, as it is always described."""
    kept: list[int] = []
    for i, box in enumerate(boxes.tolist()):
        if not any(number[i] == number[j] and _iou(box, boxes[j].tolist()) > iou for j in kept):
            kept.append(i)
    return [i in kept for i in range(len(boxes))]


def _iou(a: list[float], b: list[float]) -> float:
    width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b))
    return width * height / (areas - width * height)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("iou", [0.1, 0.45, 0.7])
def test_equals_the_greedy_loop(seed: int, iou: float) -> None:
    """What stays is what greedy suppression keeps, class by class, in every picture."""
    boxes, number = crowd(seed)
    kept, final = keep(
        covers(torch, boxes, number, iou), torch.ones(2, 200, dtype=torch.bool), None
    )
    assert final.all()
    for picture in range(2):
        assert kept[picture].tolist() == greedy(boxes[picture], number[picture], iou)


def test_rows_that_are_no_boxes_cover_nothing() -> None:
    """A row without a score neither stays nor drops another."""
    boxes = torch.tensor([[[0.0, 0, 10, 10], [0, 0, 10, 10]]])
    covered = covers(torch, boxes, torch.zeros(1, 2, dtype=torch.int64), 0.5)
    kept, final = keep(covered, torch.tensor([[False, True]]), ROUNDS)
    assert (kept.tolist(), final.tolist()) == ([[False, True]], [True])


def test_a_chain_longer_than_the_rounds_says_so() -> None:
    """Boxes that cover each other like tiles need as many rounds as the chain is long."""
    left = torch.arange(40.0)[None] * 3
    boxes = torch.stack((left, left * 0, left + 10, left * 0 + 10), dim=2)
    covered = covers(torch, boxes, torch.zeros(1, 40, dtype=torch.int64), 0.5)
    alive = torch.ones(1, 40, dtype=torch.bool)
    _, final = keep(covered, alive, ROUNDS)
    assert final.tolist() == [False]
    kept, final = keep(covered, alive, None)
    assert final.tolist() == [True]
    assert kept[0].tolist() == [number % 2 == 0 for number in range(40)]
