"""From outputs to detections."""

import numpy as np
import pytest

from detectors.errors import DetectorRejected
from detectors.families.choice import choose
from detectors.families.letterbox import Letterbox
from detectors.families.reading import MOST, Reading, place_for

SIZE = (640, 640)
NAMES = ("person", "bicycle", "car")


def output_of(*rows: list[float]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Make a YOLOv8 output with these rows and nothing else."""
    output = np.zeros((8400, 4 + len(NAMES)), np.float32)
    for number, row in enumerate(rows):
        output[number * 7] = row
    return np.ascontiguousarray(output.T)


def reading(wanted: tuple[str, ...] | None = None) -> Reading:
    """Read a model of three classes."""
    return Reading(choose([(1, 7, 8400)], SIZE), NAMES, wanted, min_score=0.2, iou=0.5)


def test_boxes_are_relative_to_the_picture() -> None:
    """Padding is taken off, duplicates go, the strongest comes first."""
    place = Letterbox.fit((1280, 640), SIZE, centred=True)
    found = reading().read(
        output_of(
            [320, 320, 320, 160, 0.5, 0, 0],
            [322, 320, 320, 160, 0.4, 0, 0],
            [160, 240, 64, 32, 0, 0, 0.9],
        ),
        place,
    )
    assert found.label == ("car", "person")
    assert np.allclose(found.xyxy, [[0.2, 0.2, 0.3, 0.3], [0.25, 0.25, 0.75, 0.75]], atol=1e-6)
    assert np.allclose(found.score, [0.9, 0.5])


def test_only_wanted_labels_are_reported() -> None:
    """The filter holds for results and for the profile's labels."""
    filtered = reading(("car",))
    assert filtered.labels == ("car",)
    rows = ([100, 100, 20, 20, 0.9, 0, 0], [300, 300, 20, 20, 0, 0, 0.6])
    assert filtered.read(output_of(*rows), Letterbox.stretch(SIZE)).label == ("car",)


def test_an_unknown_label_is_refused() -> None:
    """A wish that the model cannot fulfil names what it has."""
    with pytest.raises(DetectorRejected, match="no class cat; it has person, bicycle, car"):
        reading(("cat", "car"))


def test_boxes_in_the_padding_vanish() -> None:
    """What lies wholly outside the picture has no area there."""
    place = Letterbox.fit((1280, 320), SIZE, centred=True)
    assert len(reading().read(output_of([320, 40, 30, 30, 0.9, 0, 0]), place)) == 0


def test_results_are_bounded() -> None:
    """A model that fires everywhere reports no more than a fixed number of objects."""
    output = np.zeros((7, 8400), np.float32)
    output[0] = np.linspace(0, 640, 8400)
    output[1] = np.tile(np.linspace(0, 640, 120), 70)
    output[2:4] = 3
    output[4] = 0.5
    assert len(reading().read(output, Letterbox.stretch(SIZE))) == MOST


def test_class_numbers_beyond_the_names_are_left_out() -> None:
    """Rows of a head that names classes by number are checked against the names."""
    family = choose([(1, 300, 6)], SIZE)
    rows = np.zeros((300, 6), np.float32)
    rows[0] = [0, 0, 64, 64, 0.9, 7]
    rows[1] = [0, 0, 64, 64, 0.8, -3]
    rows[2] = [0, 0, 64, 64, 0.7, 1]
    found = Reading(family, NAMES, None, 0.2, 0.5).read(rows, Letterbox.stretch(SIZE))
    assert found.label == ("bicycle",)


def test_each_family_has_its_place() -> None:
    """Ultralytics pads on both sides, YOLOX right and below, SSD stretches."""
    wide = (640, 320)
    yolov8, yolox, ssd = (
        choose([shape], SIZE) for shape in ((1, 84, 8400), (1, 8400, 85), (1, 1, 200, 7))
    )
    assert place_for(yolov8, wide, SIZE) == Letterbox(0, 160, 640, 320)
    assert place_for(yolox, wide, SIZE) == Letterbox(0, 0, 640, 320)
    assert place_for(ssd, wide, SIZE) == Letterbox(0, 0, 640, 640)
