"""The pictures of one request, from slots to what was found in them."""

import os

import numpy as np
import pytest
from rig.worker import Camera, camera

from detectors.detection import Detections
from detectors.message import Detect, ItemPart
from detectors.worker.cameras import Cameras
from detectors.worker.question import Question
from sources import ChannelBroken

ONE = Detections(np.array([[0, 0, 0.5, 1]], np.float32), np.ones(1, np.float32), ("person",))
BLACK = np.zeros((40, 80, 3), np.uint8)


def mapped(yard: Camera) -> Cameras:
    """Map a camera's slots as the worker does."""
    cameras = Cameras()
    cameras.map(yard.name, yard.slots.count, os.dup(yard.fd))
    return cameras


def test_pictures_are_taken_in_calls_of_any_size() -> None:
    """However they are cut into calls, each item gets its own; what is gone gets none."""
    with camera("yard") as yard:
        gone = yard.put(0, 1, BLACK)
        items = (yard.put(0, 2, BLACK), gone, yard.put(1, 3, BLACK))
        question = Question(Detect(id=7, items=items), mapped(yard))
        assert [picture.index for picture in question.take(1)] == [2]
        question.add([ONE])
        assert (question.waiting, question.answered) == (True, False)
        assert [picture.index for picture in question.take(5)] == [3]
        question.add([Detections.none()])
        assert (question.waiting, question.answered) == (False, True)
        assert [one if one is None else len(one) for one in question.found()] == [1, None, 0]


def test_picture_written_anew_meanwhile_is_not_believed() -> None:
    """The slot is looked at once more at the end."""
    with camera("yard") as yard:
        question = Question(Detect(id=1, items=(yard.put(0, 1, BLACK),)), mapped(yard))
        question.take(1)
        yard.put(0, 2, BLACK)
        question.add([ONE])
        assert question.found() == [None]


def test_parts_become_one_picture_again() -> None:
    """What was found in a part is told relative to the camera's picture."""
    part = ItemPart(region=(0.5, 0, 1, 1), place=(0, 0, 40, 40))
    with camera("yard") as yard:
        item = yard.put(0, 1, BLACK).model_copy(update={"parts": (part,)})
        question = Question(Detect(id=1, items=(item,)), mapped(yard))
        [picture] = question.take(9)
        assert picture.rgb.shape == (40, 40, 3)
        question.add([ONE])
        [found] = question.found()
        assert found is not None
        assert np.allclose(found.xyxy, [[0.5, 0, 0.75, 1]])


def test_part_outside_of_its_picture_is_no_honest_daemons() -> None:
    """Nothing is read beyond what the camera wrote."""
    part = ItemPart(region=(0, 0, 1, 1), place=(60, 0, 40, 40))
    with camera("yard") as yard:
        item = yard.put(0, 1, BLACK).model_copy(update={"parts": (part,)})
        with pytest.raises(ChannelBroken, match="lies outside"):
            Question(Detect(id=1, items=(item,)), mapped(yard))
