"""What happens on the device between pixels and rows."""

from typing import Any

import numpy as np
import pytest

from detectors.families import yolov8
from detectors.families.suppression import suppress
from detectors.torch.program import CANDIDATES, MOST, Program, Wishes

pytestmark = pytest.mark.torch
torch: Any = pytest.importorskip("torch", reason='needs pip install "lookout-daemon[gpu]"')

WANTED = (True, True, False)


def program(layout: Any, output: Any, min_score: float = 0.2) -> Program:
    """Make a program whose model always says the same."""
    wishes = Wishes(min_score, 0.5, WANTED)
    return Program(torch, lambda _: output, layout, wishes, dtype=torch.float32, device="cpu")


def yolo(anchors: int, seed: int = 1) -> Any:
    """Make the output of a head with overlapping boxes of three classes."""
    random = np.random.default_rng(seed)
    boxes = np.concatenate(
        (random.uniform(0, 300, (2, 2, anchors)), random.uniform(20, 90, (2, 2, anchors))), 1
    )
    scores = random.uniform(0, 1, (2, 3, anchors)) ** 4
    return torch.from_numpy(np.concatenate((boxes, scores), axis=1).astype(np.float32))


def look(made: Program, *, patient: bool = False) -> Any:
    """Run a program on two black pictures."""
    return made(torch.zeros(2, 32, 32, 3, dtype=torch.uint8), patient=patient).numpy()


def test_equals_the_families_own_reading() -> None:
    """Boxes, scores and classes are those of plain decoding and suppression on the host."""
    output = yolo(700)
    rows = look(program("yolov8", output), patient=True)
    for picture in range(2):
        found = yolov8.decode(output[picture].numpy(), 0.2)
        found = suppress(found.take(found.number < 2), 0.5, MOST)
        count = int(rows[picture, 0, 0])
        assert count == len(found.score)
        assert rows[picture, 0, 1] == 1
        mine = rows[picture, 1 : 1 + count]
        assert np.allclose(mine[:, :4], found.xyxy, atol=1e-3)
        assert np.allclose(mine[:, 4], found.score)
        assert (mine[:, 5] == found.number).all()
        assert (rows[picture, 1 + count :, 4] == 0).all()


def test_more_candidates_than_the_fixed_program_takes_are_not_final() -> None:
    """A picture that was cut short says so; a patient look is final."""
    output = yolo(8 * CANDIDATES)
    made = program("yolov8", output, min_score=0.01)
    assert look(made)[:, 0, 1].tolist() == [0, 0]
    assert look(made, patient=True)[:, 0, 1].tolist() == [1, 1]


def test_a_head_that_suppresses_by_itself_is_only_sorted() -> None:
    """Weak, unwanted and unknown rows go; what stays comes strongest first."""
    output = torch.zeros(2, 50, 6)
    output[0, :5] = torch.tensor(
        [
            [1, 1, 9, 9, 0.3, 0],
            [2, 2, 9, 9, 0.9, 1],
            [3, 3, 9, 9, 0.8, 2],
            [4, 4, 9, 9, 0.1, 0],
            [5, 5, 9, 9, 0.7, 77],
        ]
    )
    rows = look(program("end_to_end", output))
    assert rows[:, 0, :2].tolist() == [[2, 1], [0, 1]]
    assert rows[0, 1:3, 0].tolist() == [2, 1]
    assert np.allclose(rows[0, 1:3, 4], [0.9, 0.3])


def test_numbers_that_are_none_are_no_objects() -> None:
    """A score that is no number is never reported."""
    output = torch.full((2, 10, 6), torch.nan)
    assert look(program("end_to_end", output))[:, 0, 0].tolist() == [0, 0]
