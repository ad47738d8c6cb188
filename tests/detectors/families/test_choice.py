"""Which family a model belongs to."""

import numpy as np
import pytest

from detectors.errors import DetectorRejected
from detectors.families.choice import choose, settle, with_pixels
from detectors.families.family import FamilyName
from detectors.families.reading import Reading, place_for
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
        ((1, 300, 84), "detr", 80),
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
        [(300,), (300, 4), (200,)],
        [(1, 300, 4), (1, 200, 80)],
        [(1, 300, 4), (1, 300, 4)],
        [(100, 5), (99,)],
        [(1, 100, 5), (100,)],
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


@pytest.mark.parametrize(
    ("shapes", "names", "classes"),
    [
        ([(300,), (300, 4), (300,)], ["labels", "boxes", "scores"], 0),
        ([(1, 300), (1, 300, 4), (1, 300)], ["scores", "boxes", "labels"], 0),
        ([(-1,), (-1, 4), (300,)], [], 0),
        ([(1, 300, 4), (1, 300, 91)], ["dets", "labels"], 91),
        ([(1, 300, 80), (1, 300, 4)], ["logits", "pred_boxes"], 80),
    ],
)
def test_detr_types_are_known_by_their_outputs_together(
    shapes: list[tuple[int, ...]], names: list[str], classes: int
) -> None:
    """Labels, boxes and scores, or logits and boxes, in any order, with or without batch axis."""
    family = choose(shapes, SIZE, names=names)
    assert (family.name, family.classes, family.overlaps) == ("detr", classes, False)
    assert (family.mean != (0, 0, 0)) == ("dets" in names)


def test_the_configuration_decides_about_pixels() -> None:
    """ImageNet's mean comes in the order of the model's colours; `scaled` takes it off again."""
    family = choose([(1, 300, 4), (1, 300, 91)], SIZE, names=["dets", "labels"])
    assert family.mean == (0.485, 0.456, 0.406)
    assert with_pixels(family, "scaled").mean == (0, 0, 0)
    assert with_pixels(family, None) is family
    assert with_pixels(choose([(1, ANCHORS, 85)], SIZE), "imagenet").mean == (0.406, 0.456, 0.485)


def test_a_wish_settles_what_looks_like_two_families() -> None:
    """Rows of six are a head without suppression, or a DETR type of two classes if one says so."""
    assert choose([(1, 300, 6)], SIZE, "detr").classes == 2


@pytest.mark.parametrize(
    "shapes",
    [[(100, 5), (100,)], [(100,), (100, 5)], [(1, -1, 5), (1, -1)], [(1, 100, 5), (1, 100)]],
)
def test_boxes_beside_labels_are_of_the_zoo(shapes: list[tuple[int, ...]]) -> None:
    """In any order, with or without batch axis, with an open number of rows; pixels as they are."""
    family = choose(shapes, SIZE)
    assert (family.name, family.rgb, family.divisor, family.fit) == ("ssd", False, 1, "stretched")
    boxes = np.array([[64, 38.4, 128, 76.8, 0.9], [0, 0, 1, 1, 0.05]], np.float32)
    labels = np.array([1, 0])
    outputs = [boxes, labels] if len(shapes[0]) > len(shapes[1]) else [labels, boxes]
    place = place_for(family, (1280, 768), SIZE)
    for names, expected in ((("person",), ("person",)), (("vehicle", "person"), ("person",))):
        found = Reading(family, names, None, 0.1, 0.6).read(family.join(outputs), place)
        assert found.label == expected
        assert np.allclose(found.xyxy, [[0.1, 0.1, 0.2, 0.2]])


def test_where_the_background_is_decides_about_class_0() -> None:
    """Rows of class 0 are nothing, or the first name, as the graph says."""
    output = np.zeros((1, 10, 7), np.float32)
    output[0, 0] = [0, 0, 0.9, 0, 0, 0.5, 1]
    shapes = [(1, 1, 10, 7)]
    assert len(choose(shapes, SIZE).decode(output, 0.5).score) == 0
    assert choose(shapes, SIZE, background=False).decode(output, 0.5).number.tolist()[0] == 0
