"""Models on ONNX Runtime: made here byte by byte, and what is refused."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from pydantic import ValidationError
from rig.onnx_models import OnnxLayout, bright_onnx

from detectors.detection import Detections
from detectors.errors import DetectorRejected
from detectors.onnx import OnnxConfig, OnnxDetector
from detectors.openvino import OpenvinoConfig, OpenvinoDetector
from detectors.picture import Picture
from detectors.testing import check_detector

Rgb = npt.NDArray[np.uint8]
LAYOUTS: list[OnnxLayout] = [
    *("yolov8", "end_to_end", "yolox", "ssd"),
    *("found", "queries", "scored"),
]


def detector(path: Path, **options: object) -> OnnxDetector:
    """Build a detector with one thread, as tests share the machine."""
    values = {"model": path, "threads": 1, "provider": "cpu", "classes": "coco", **options}
    return OnnxDetector("test", OnnxConfig.model_validate(values))


def on_openvino(path: Path) -> OpenvinoDetector:
    """Build the other back end for the same file."""
    values = {"model": path, "threads": 1, "classes": "coco"}
    return OpenvinoDetector("test", OpenvinoConfig.model_validate(values))


def look(instance: OnnxDetector | OpenvinoDetector, *pictures: Rgb) -> list[Detections]:
    """Detect in pictures of one camera."""
    return list(
        instance.detect([Picture("yard", number, rgb) for number, rgb in enumerate(pictures)])
    )


def spot(box: tuple[int, int, int, int], size: tuple[int, int]) -> Rgb:
    """Paint a white box (pixels) on black (width, height)."""
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    picture[box[1] : box[3], box[0] : box[2]] = 255
    return picture


@pytest.mark.parametrize("backend", [detector, on_openvino], ids=["onnx", "openvino"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_family_finds_the_bright_box(
    tmp_path: Path,
    layout: OnnxLayout,
    backend: Callable[[Path], OnnxDetector | OpenvinoDetector],
) -> None:
    """Whatever the output looks like, box, score and label are right on both back ends."""
    instance = backend(bright_onnx(tmp_path / "m.onnx", layout, number=5))
    profile = instance.load()
    assert (profile.width, profile.height) == (128, 96)
    pictures = [spot((32, 12, 64, 36), (128, 96)), spot((15, 12, 30, 24), (72, 96))]
    whole, tall = look(instance, *pictures)
    assert whole.label == tall.label == ("bus",)
    assert np.allclose(whole.xyxy, [[0.25, 0.125, 0.5, 0.375]], atol=0.012)
    assert np.allclose(tall.xyxy, [[15 / 72, 0.125, 30 / 72, 0.25]], atol=0.015)
    assert np.allclose(whole.score, 0.8, atol=1e-3)
    assert len(look(instance, np.zeros((72, 128, 3), np.uint8))[0]) == 0
    instance.close()


def test_keeps_the_contract_of_detectors(tmp_path: Path) -> None:
    """The detector does what every detector promises."""
    for layout in ("yolov8", "found"):
        check_detector(detector(bright_onnx(tmp_path / "m.onnx", layout)))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_batch_gives_what_single_pictures_give(tmp_path: Path, layout: OnnxLayout) -> None:
    """Three pictures in one call of four are the same as three calls, in order."""
    path = bright_onnx(tmp_path / "m.onnx", layout)
    pictures = [spot((x, 8, x + 24, 40), (128, 96)) for x in (0, 40, 80)]
    alone = look(detector_loaded(path), *pictures)
    batched = detector(path, max_batch=4)
    profile = batched.load()
    assert profile.max_batch == 4
    for one, other in zip(alone, look(batched, *pictures, pictures[0]), strict=False):
        assert np.array_equal(one.xyxy, other.xyxy)
        assert np.array_equal(one.score, other.score)
    assert len({one.xyxy.tobytes() for one in alone}) == 3


def detector_loaded(path: Path, **options: object) -> OnnxDetector:
    """Build and load."""
    instance = detector(path, **options)
    instance.load()
    return instance


def test_a_fixed_batch_is_one(tmp_path: Path) -> None:
    """A model exported for one picture is asked for one at a time, whatever is wished."""
    path = bright_onnx(tmp_path / "m.onnx", "yolov8", batch=1)
    assert detector(path, max_batch=4).load().max_batch == 1


def test_a_picture_leaves_nothing_behind(tmp_path: Path) -> None:
    """A bright part of one picture is not seen in the padding of the next, smaller one."""
    instance = detector_loaded(bright_onnx(tmp_path / "m.onnx", "yolov8"))
    full = np.full((96, 128, 3), 255, np.uint8)
    narrow = np.zeros((96, 32, 3), np.uint8)
    found = look(instance, full, narrow, full, np.zeros((24, 128, 3), np.uint8))
    assert [len(one) for one in found] == [1, 0, 1, 0]


def test_pixels_are_centred_where_the_model_wants_it(tmp_path: Path) -> None:
    """With `imagenet` white arrives as 2.25 to 2.64 and mid-gray near 0: only white is bright."""
    path = bright_onnx(tmp_path / "m.onnx", "queries")
    gray = np.full((96, 128, 3), 240, np.uint8)
    assert len(look(detector_loaded(path), gray)[0]) == 1
    dark = np.full((96, 128, 3), 140, np.uint8)
    assert len(look(detector_loaded(path, pixels="imagenet"), gray)[0]) == 1
    assert len(look(detector_loaded(path, pixels="imagenet"), dark)[0]) == 0


def test_names_come_from_the_metadata(tmp_path: Path) -> None:
    """An export that names its classes needs no configuration."""
    names = {"names": "{0: 'cat', 1: 'dog', 2: 'fox'}", "task": "detect"}
    path = bright_onnx(tmp_path / "m.onnx", "yolov8", classes=3, metadata=names)
    instance = detector(path, classes=None)
    assert instance.load().labels == ("cat", "dog", "fox")
    assert look(instance, np.full((96, 128, 3), 255, np.uint8))[0].label == ("fox",)


def test_a_provider_that_is_not_installed_is_named(tmp_path: Path) -> None:
    """The refusal says which providers there are."""
    path = bright_onnx(tmp_path / "m.onnx", "yolov8")
    with pytest.raises(DetectorRejected, match=r"provider: tensorrt.*only cpu"):
        detector(path, provider="tensorrt").load()
    assert "on CPU" in detector(path, provider="auto").load().description


def test_wrong_models_are_refused_when_loading(tmp_path: Path) -> None:
    """F18: other tasks, unreadable outputs and graphs that are none: one line with the path."""
    path = bright_onnx(tmp_path / "m.onnx", "yolov8", metadata={"task": "segment"})
    _refused(path, "`segment`")
    path.write_bytes(path.read_bytes().replace(b"ReduceMax", b"ReduceMux"))
    path.write_bytes(path.read_bytes().replace(b"segment", b"detect!").replace(b"task", b"tusk"))
    _refused(path, "ONNX Runtime cannot use it")
    path = bright_onnx(tmp_path / "m.onnx", "yolov8", width=160)
    _refused(path, "cannot take pictures of 640x640", size=(640, 640))
    path = bright_onnx(tmp_path / "m.onnx", "yolov8", classes=3)
    _refused(path, "does not name its 3 classes", classes=None)


def _refused(path: Path, reason: str, **options: object) -> None:
    with pytest.raises(DetectorRejected, match=reason) as caught:
        detector(path, **options).load()
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_unknown_options_are_refused(tmp_path: Path) -> None:
    """A misspelled option is an error, not ignored."""
    with pytest.raises(ValidationError, match="treads"):
        OnnxConfig.model_validate({"model": tmp_path, "treads": 2})
