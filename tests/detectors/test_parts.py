"""Finds of parts, put together."""

import numpy as np
from rig.walkers import detections

from detectors import Box, Detections
from detectors.parts import Glimpse, holds, merged

WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
LEFT: Box = (0.0, 0.0, 0.6, 1.0)
RIGHT: Box = (0.4, 0.0, 1.0, 1.0)


def within(part: Box, box: Box, score: float = 0.8, label: str = "person") -> Detections:
    """Say a box of the picture as a detector would that sees a part alone; None of it outside."""
    wide, high = part[2] - part[0], part[3] - part[1]
    clipped = [
        float(np.clip((edge - part[axis % 2]) / (wide, high)[axis % 2], 0, 1))
        for axis, edge in enumerate(box)
    ]
    return detections(((clipped[0], clipped[1], clipped[2], clipped[3]), score, label))


def test_boxes_come_back_into_the_picture() -> None:
    """What a part shows in its middle lies in the picture where the part's middle is."""
    found = merged(
        [Glimpse((0.5, 0.2, 0.9, 0.4), detections(((0.25, 0.5, 0.5, 0.75), 0.9, "dog")))]
    )
    assert found.label == ("dog",)
    assert np.allclose(found.xyxy, [[0.6, 0.3, 0.7, 0.35]], atol=1e-6)


def test_one_object_in_two_parts_is_one() -> None:
    """An object in the lap of two parts, and in the whole picture, is kept once: the strongest."""
    box: Box = (0.45, 0.3, 0.55, 0.6)
    glimpses = [
        Glimpse(WHOLE, within(WHOLE, box, 0.5)),
        Glimpse(LEFT, within(LEFT, box, 0.9)),
        Glimpse(RIGHT, within(RIGHT, box, 0.7)),
    ]
    found = merged(glimpses)
    assert len(found) == 1
    assert float(found.score[0]) == np.float32(0.9)
    assert np.allclose(found.xyxy[0], box, atol=1e-6)


def test_a_piece_at_a_border_is_no_object() -> None:
    """Of an object that two parts cut, only the view that has it whole is kept."""
    box: Box = (0.55, 0.3, 0.8, 0.6)
    cut, whole = Glimpse(LEFT, within(LEFT, box, 0.95)), Glimpse(RIGHT, within(RIGHT, box, 0.6))
    found = merged([cut, whole])
    assert len(found) == 1
    assert np.allclose(found.xyxy[0], box, atol=1e-6)
    assert len(merged([cut])) == 0


def test_the_picture_s_own_border_cuts_nothing_off() -> None:
    """Someone who leaves the picture, at its edge, is no piece."""
    box: Box = (0.0, 0.7, 0.1, 1.0)
    assert len(merged([Glimpse(LEFT, within(LEFT, box))])) == 1


def test_neighbours_in_one_part_both_stay() -> None:
    """What the detector told apart within a part stays apart; other labels do, too."""
    one, other = ((0.4, 0.3, 0.5, 0.6), 0.8, "person"), ((0.43, 0.3, 0.53, 0.6), 0.7, "person")
    assert len(merged([Glimpse(WHOLE, detections(one, other))])) == 2
    dog = Glimpse(LEFT, within(LEFT, (0.4, 0.3, 0.5, 0.6), 0.6, "dog"))
    assert len(merged([Glimpse(WHOLE, detections(one)), dog])) == 2


def test_the_strongest_come_first_and_nothing_gives_nothing() -> None:
    """The order does not depend on that of the parts."""
    weak = Glimpse(LEFT, within(LEFT, (0.1, 0.1, 0.2, 0.3), 0.3))
    strong = Glimpse(RIGHT, within(RIGHT, (0.7, 0.1, 0.8, 0.3), 0.9))
    assert merged([weak, strong]).score.tolist() == merged([strong, weak]).score.tolist()
    assert merged([weak, strong]).score[0] > merged([weak, strong]).score[1]
    assert len(merged([])) == 0


def test_a_part_holds_what_it_shows_whole() -> None:
    """A box at an inner edge is not held; at the picture's own it is."""
    assert holds(LEFT, (0.0, 0.0, 0.3, 1.0))
    assert not holds(LEFT, (0.3, 0.2, 0.6, 0.5))
    assert not holds(LEFT, (0.5, 0.2, 0.8, 0.5))
