"""Which family a model belongs to."""

import numpy as np
import pytest

from detectors.errors import DetectorRejected
from detectors.families.choice import choose, settle
from detectors.families.family import FamilyName
from detectors.families.yolox import Grid

SIZE = (640, 384)
ANCHORS = 80 * 48 + 40 * 24 + 20 * 12


@pytest.mark.parametrize(
    ("shape", "name", "classes"),
    [
        ((1, 84, ANCHORS), "yolov8", 80),
        ((1, 6, ANCHORS), "yolov8", 2),
        ((1, 84, ANCHORS + 10 * 6), "yolov8", 80),
        ((1, 300, 6), "end_to_end", 0),
        ((1, ANCHORS, 85), "yolox", 80),
        ((1, ANCHORS, 6), "yolox", 1),
        ((1, 1, 200, 7), "ssd", 0),
    ],
)
def test_the_shape_tells(shape: tuple[int, ...], name: FamilyName, classes: int) -> None:
    """Each family is known by its output's shape at the input's size."""
    family = choose([shape], SIZE)
    assert (family.name, family.classes) == (name, classes)
    assert choose([shape], SIZE, name).name == name


@pytest.mark.parametrize(
    "shapes",
    [
        [(1, 84, 8400)],
        [(1, 1000)],
        [(1, 84, ANCHORS), (1, 32, 96, 160)],
        [(300,), (300, 4), (300,)],
        [],
    ],
)
def test_unknown_outputs_are_one_clear_error(shapes: list[tuple[int, ...]]) -> None:
    """What we cannot read is refused, naming shapes and what would do."""
    with pytest.raises(DetectorRejected, match=r"none we can read.*YOLOX"):
        choose(shapes, SIZE)


def test_a_wrong_wish_is_refused() -> None:
    """A configured family that does not fit the outputs is named with the one that does."""
    with pytest.raises(DetectorRejected, match=r"family: yolox.*yolov8"):
        choose([(1, 84, ANCHORS)], SIZE, "yolox")


def test_yolox_that_decodes_itself_is_settled_by_its_output() -> None:
    """The first real output tells whether the grid is applied already."""
    grid = Grid.over(*SIZE)
    output = np.zeros((ANCHORS, 85), np.float32)
    family = choose([(1, ANCHORS, 85)], SIZE)
    assert settle(family, output, SIZE) is family
    output[:, :2] = (grid.cell + 0.5) * grid.stride
    output[:, 2:4] = grid.stride
    output[0, 4:6] = 1
    settled = settle(family, output, SIZE)
    assert settled.decode(output, 0.5).xyxy.tolist() == [[0, 0, 8, 8]]
