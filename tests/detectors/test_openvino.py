"""Models on OpenVINO: made here, and real ones against plain pre- and post-processing."""

from pathlib import Path
from typing import get_args

import cv2
import numpy as np
import numpy.typing as npt
import openvino
import pytest
from openvino import opset13 as ops
from pydantic import ValidationError
from rig.models import Layout, bright_model

from detectors.detection import Detections
from detectors.errors import DetectorRejected
from detectors.openvino import OpenvinoConfig, OpenvinoDetector
from detectors.picture import Picture
from detectors.testing import check_detector

Rgb = npt.NDArray[np.uint8]


def detector(path: Path, **options: object) -> OpenvinoDetector:
    """Build a detector with two threads, as tests share the machine."""
    values = {"model": path, "threads": 2, **options}
    return OpenvinoDetector("test", OpenvinoConfig.model_validate(values))


def look(instance: OpenvinoDetector, *pictures: Rgb) -> list[Detections]:
    """Detect in pictures of one camera."""
    return list(
        instance.detect([Picture("yard", number, rgb) for number, rgb in enumerate(pictures)])
    )


def spot(box: tuple[int, int, int, int], size: tuple[int, int], color: tuple[int, int, int]) -> Rgb:
    """Paint a box (pixels) on black (width, height)."""
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    picture[box[1] : box[3], box[0] : box[2]] = color
    return picture


LAYOUTS: list[Layout] = list(get_args(Layout))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_family_finds_the_bright_box(tmp_path: Path, layout: Layout) -> None:
    """Whatever the output looks like, box, score and label are right, in any picture size."""
    names = tuple(f"class{number}" for number in range(80))
    path = bright_model(tmp_path / "m.xml", layout, names=names, number=5)
    instance = detector(path)
    profile = instance.load()
    assert (profile.width, profile.height) == (128, 96)
    pictures = [
        spot((32, 9, 64, 27), (128, 72), (255,) * 3),
        spot((30, 24, 60, 48), (72, 96), (255,) * 3),
    ]
    wide, tall = look(instance, *pictures)
    assert wide.label == tall.label == ("class5",)
    assert np.allclose(wide.xyxy, [[0.25, 0.125, 0.5, 0.375]], atol=0.012)
    assert np.allclose(tall.xyxy, [[30 / 72, 0.25, 60 / 72, 0.5]], atol=0.012)
    assert np.allclose(wide.score, 0.8)
    assert len(look(instance, np.zeros((72, 128, 3), np.uint8))[0]) == 0


@pytest.mark.parametrize("layout", LAYOUTS)
def test_keeps_the_contract_of_detectors(tmp_path: Path, layout: Layout) -> None:
    """The detector does what every detector promises, with every family."""
    names = tuple(f"class{number}" for number in range(80))
    check_detector(detector(bright_model(tmp_path / "m.xml", layout, names=names)))


@pytest.mark.parametrize(("layout", "first"), [("yolox", "blue"), ("yolov8", "red")])
def test_colours_arrive_in_the_order_of_the_family(
    tmp_path: Path, layout: Layout, first: str
) -> None:
    """YOLOX models see blue first, Ultralytics' red first."""
    path = tmp_path / "m.xml"
    _first_channel_model(path, layout)
    instance = detector(path, classes=("lit",))
    instance.load()
    size = (128, 96)
    red, blue = (spot((0, 0, 128, 96), size, color) for color in ((255, 0, 0), (0, 0, 255)))
    found = {"red": len(look(instance, red)[0]), "blue": len(look(instance, blue)[0])}
    assert found == {"red": int(first == "red"), "blue": int(first == "blue")}


def _first_channel_model(path: Path, layout: Layout) -> None:
    """Save a model whose one score is the mean of the first channel."""
    width, height, length = 128, 96, 5 if layout == "yolov8" else 6
    anchors = sum((width // stride) * (height // stride) for stride in (8, 16, 32))
    picture = ops.parameter([1, 3, height, width], np.float32, name="images")
    mean = ops.reduce_mean(picture, ops.constant(np.array([0, 2, 3])), keep_dims=False)
    first = ops.strided_slice(mean, [0], [1], [1], begin_mask=[0], end_mask=[0])
    score = ops.multiply(
        first, ops.constant(np.array([1 / (255 if length == 6 else 1)], np.float32))
    )
    middle = [ops.constant(np.array([v], np.float32)) for v in (4.0, 4.0, 1.0, 1.0)]
    one = [ops.constant(np.array([1], np.float32))] if length == 6 else []
    row = ops.reshape(
        ops.concat([*middle, *one, score], 0), ops.constant(np.array([1, 1, length])), False
    )
    rest = ops.constant(np.zeros((1, anchors - 1, length), np.float32))
    output = ops.concat([row, rest], 1)
    if length == 5:
        output = ops.transpose(output, ops.constant(np.array([0, 2, 1])))
    openvino.save_model(openvino.Model([output], [picture], "first"), path)


def test_a_picture_leaves_nothing_behind(tmp_path: Path) -> None:
    """A bright part of one picture is not seen in the padding of the next, smaller one."""
    instance = detector(bright_model(tmp_path / "m.xml", "yolov8"))
    instance.load()
    full = np.full((96, 128, 3), 255, np.uint8)
    narrow = np.zeros((96, 32, 3), np.uint8)
    found = look(instance, full, narrow, full, np.zeros((24, 128, 3), np.uint8))
    assert [len(one) for one in found] == [1, 0, 1, 0]


def test_labels_and_scores_are_filtered(tmp_path: Path) -> None:
    """Unwanted labels and weak scores are not reported; the profile lists what can be."""
    path = bright_model(tmp_path / "m.xml", "yolov8")
    bright = np.full((96, 128, 3), 255, np.uint8)
    wanted = detector(path, labels=["car"])
    assert wanted.load().labels == ("car",)
    assert look(wanted, bright)[0].label == ("car",)
    unwanted = detector(path, labels=["person"])
    unwanted.load()
    assert len(look(unwanted, bright)[0]) == 0
    strict = detector(path, min_score=0.9)
    strict.load()
    assert len(look(strict, bright)[0]) == 0


def test_an_open_size_is_settled_by_the_configuration(tmp_path: Path) -> None:
    """A model without a fixed size needs `size`; a fixed one may refuse another."""
    picture = ops.parameter(openvino.PartialShape([-1, 3, -1, -1]), np.float32, name="images")
    flat = ops.constant(np.zeros((1, 300, 6), np.float32))
    nothing = ops.multiply(ops.reduce_max(picture, ops.constant(np.arange(4))), np.float32(0))
    path = tmp_path / "m.xml"
    openvino.save_model(openvino.Model([ops.add(flat, nothing)], [picture], "open"), path)
    with pytest.raises(DetectorRejected, match=r"`size: \[width, height\]`"):
        detector(path, classes=["thing"]).load()
    profile = detector(path, classes=["thing"], size=(320, 192)).load()
    assert (profile.width, profile.height) == (320, 192)
    with pytest.raises(DetectorRejected, match="outside 32 to 1536"):
        detector(path, classes=["thing"], size=(3200, 192)).load()
    fixed = bright_model(tmp_path / "fixed.xml", "yolov8")
    with pytest.raises(DetectorRejected, match="cannot take pictures of 640x640"):
        detector(fixed, size=(640, 640)).load()


def test_a_missing_device_is_named(tmp_path: Path) -> None:
    """The refusal says which devices there are."""
    path = bright_model(tmp_path / "m.xml", "yolov8")
    with pytest.raises(DetectorRejected, match=r"device: GPU\.7.*only CPU"):
        detector(path, device="GPU.7").load()


def test_wrong_models_are_refused_when_loading(tmp_path: Path) -> None:
    """F18: truncated weights, other tasks and unreadable outputs are one line with the path."""
    path = bright_model(tmp_path / "m.xml", "yolov8")
    weights = path.with_suffix(".bin")
    whole = weights.read_bytes()
    weights.write_bytes(whole[:100])
    _refused(path, "Incorrect weights")
    weights.write_bytes(whole)
    (tmp_path / "metadata.yaml").write_text("task: segment\n")
    _refused(path, "`segment`")
    (tmp_path / "metadata.yaml").unlink()
    picture = ops.parameter([1, 3, 96, 128], np.float32, name="images")
    mean = ops.reduce_mean(picture, ops.constant(np.array([2, 3])), keep_dims=False)
    openvino.save_model(openvino.Model([mean], [picture], "classifier"), path)
    _refused(path, "outputs 1x3 at input 128x96 are none we can read")


def _refused(path: Path, reason: str) -> None:
    with pytest.raises(DetectorRejected, match=reason) as caught:
        detector(path).load()
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_numbers_that_are_none_are_refused_when_loading(tmp_path: Path) -> None:
    """A model whose output is not finite never gets to the first frame."""
    picture = ops.parameter([1, 3, 96, 128], np.float32, name="images")
    nothing = ops.multiply(ops.reduce_max(picture, ops.constant(np.arange(4))), np.float32(0))
    flat = ops.constant(np.full((1, 300, 6), np.inf, np.float32))
    path = tmp_path / "m.xml"
    openvino.save_model(openvino.Model([ops.multiply(flat, nothing)], [picture], "nan"), path)
    with pytest.raises(DetectorRejected, match="not made of finite"):
        detector(path, classes=["thing"]).load()


def test_unknown_options_are_refused(tmp_path: Path) -> None:
    """A misspelled option is an error, not ignored."""
    with pytest.raises(ValidationError, match="treads"):
        OpenvinoConfig.model_validate({"model": tmp_path, "treads": 2})


@pytest.mark.material
def test_two_runs_are_identical(material: Path) -> None:
    """Two loads give the same numbers for the same picture, bit by bit."""
    path = material / "models" / "yolox_nano.onnx"
    runs = []
    for _ in range(2):
        instance = detector(path)
        profile = instance.load()
        picture = _fitted(material / "images" / "rfi_crowd.jpg", profile.width, profile.height)
        runs.append(look(instance, picture)[0])
        instance.close()
    assert runs[0].xyxy.tobytes() == runs[1].xyxy.tobytes()
    assert runs[0].score.tobytes() == runs[1].score.tobytes()
    assert runs[0].label == runs[1].label


@pytest.mark.material
def test_a_driver_assistance_model_finds_cars(material: Path) -> None:
    """An SSD model of the Open Model Zoo finds the car on the motorway."""
    path = material / "models" / "omz" / "vehicle-detection-adas-0002.xml"
    instance = detector(path, classes=["vehicle"], min_score=0.5)
    profile = instance.load()
    assert (profile.width, profile.height, profile.labels) == (672, 384, ("vehicle",))
    picture = _fitted(material / "images" / "rfi_license_plate.jpg", 672, 384)
    assert "vehicle" in look(instance, picture)[0].label


def _fitted(path: Path, width: int, height: int) -> Rgb:
    """Read a picture and fit it into a box, as the decoder child does."""
    bgr = cv2.imread(str(path))
    assert bgr is not None
    scale = min(width / bgr.shape[1], height / bgr.shape[0])
    size = (round(bgr.shape[1] * scale), round(bgr.shape[0] * scale))
    fitted = cv2.cvtColor(cv2.resize(bgr, size, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2RGB)
    return np.asarray(fitted, np.uint8)
