"""What the automatic detector picks, and what it says of it."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
from rig.models import bright_model
from rig.onnx_models import bright_onnx

from detectors import auto
from detectors.auto import AutoConfig, AutoDetector
from detectors.errors import DetectorRejected
from detectors.picture import Picture
from detectors.testing import check_detector

HAS_EXTRA = all(importlib.util.find_spec(name) for name in ("torch", "ultralytics"))


def detector(models: Path | None, **options: object) -> AutoDetector:
    """Build an automatic detector for a folder."""
    values = {"models": models, "threads": 1, **options}
    return AutoDetector("test", AutoConfig.model_validate(values))


@pytest.fixture
def no_gpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the machine have no NVIDIA device."""
    monkeypatch.setattr(auto, "NVIDIA", tmp_path / "no such device")


@pytest.fixture
def gpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the machine look as if it had an NVIDIA device."""
    device = tmp_path / "nvidiactl"
    device.touch()
    monkeypatch.setattr(auto, "NVIDIA", device)


def test_without_models_the_embedded_detector_works(no_gpu: None) -> None:
    """No weights are needed, and the profile says what would be better."""
    instance = detector(None)
    profile = instance.load()
    assert "no folder `models`" in profile.description
    assert "better: an ONNX model" in profile.description
    instance.close()


def test_an_empty_folder_is_said_to_be_empty(no_gpu: None, tmp_path: Path) -> None:
    """A folder without models leaves the embedded detector, aloud."""
    assert "no usable model" in detector(tmp_path).load().description


def test_a_missing_folder_is_refused(no_gpu: None, tmp_path: Path) -> None:
    """A path that is no folder is a mistake, not a wish for the embedded detector."""
    with pytest.raises(DetectorRejected, match=r"`models`: .*none is no folder"):
        detector(tmp_path / "none").load()


def test_a_model_is_picked_and_used(no_gpu: None, tmp_path: Path) -> None:
    """A model in the folder runs on OpenVINO, with the options given here."""
    bright_model(tmp_path / "bright.xml", "yolov8", number=2)
    instance = detector(tmp_path, labels=["car"])
    profile = instance.load()
    assert profile.description.startswith("bright.xml (yolov8, 128x96) with OpenVINO")
    assert profile.description.endswith("(picked)")
    assert profile.labels == ("car",)
    white = Picture("yard", 0, np.full((96, 128, 3), 255, np.uint8))
    assert instance.detect([white])[0].label == ("car",)
    instance.close()
    check_detector(detector(tmp_path))


def test_the_order_is_fixed(no_gpu: None, tmp_path: Path) -> None:
    """Of several models the first by name is picked, folders of models included."""
    bright_model(tmp_path / "b.xml", "yolov8")
    (tmp_path / "c").mkdir()
    bright_model(tmp_path / "c" / "z.xml", "yolox")
    assert detector(tmp_path).load().description.startswith("b.xml")
    (tmp_path / "a").mkdir()
    bright_model(tmp_path / "a" / "z.xml", "yolox")
    assert detector(tmp_path).load().description.startswith("z.xml (yolox")


def test_a_broken_model_is_passed_over_aloud(no_gpu: None, tmp_path: Path) -> None:
    """A file that is refused does not stop the next, and its reason is in the profile."""
    (tmp_path / "a.xml").write_text("<net>")
    bright_model(tmp_path / "b.xml", "yolov8")
    description = detector(tmp_path).load().description
    assert description.startswith("b.xml")
    assert f"passed over: {tmp_path / 'a.xml'}: is truncated" in description


def test_model_quantised_at_work_goes_to_onnx_runtime(no_gpu: None, tmp_path: Path) -> None:
    """The file decides: what OpenVINO computes in floats runs where there are kernels for it."""
    pytest.importorskip("onnxruntime", reason="needs the extra onnx")
    bright_onnx(tmp_path / "m.onnx", "yolox")
    assert "with OpenVINO" in detector(tmp_path).load().description
    bright_onnx(tmp_path / "m.onnx", "yolox", quantised=True)
    instance = detector(tmp_path)
    assert "with ONNX Runtime" in instance.load().description
    white = Picture("yard", 0, np.full((96, 128, 3), 255, np.uint8))
    assert instance.detect([white])[0].label == ("car",)


def test_without_onnx_runtime_it_goes_to_openvino(
    no_gpu: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slower is better than not at all, and the profile says what would be faster."""
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    bright_onnx(tmp_path / "m.onnx", "yolox", quantised=True)
    description = detector(tmp_path).load().description
    assert "with OpenVINO" in description
    assert "quantised at work: `type: onnx` is faster" in description


def test_what_one_runtime_refuses_is_offered_to_the_other(no_gpu: None, tmp_path: Path) -> None:
    """A model that neither takes is passed over twice, each with its own reason."""
    pytest.importorskip("onnxruntime", reason="needs the extra onnx")
    path = bright_onnx(tmp_path / "m.onnx", "yolox")
    path.write_bytes(path.read_bytes().replace(b"ReduceMax", b"ReduceMux"))
    description = detector(tmp_path).load().description
    assert description.count("passed over") == 2
    assert "ONNX Runtime cannot use it" in description
    assert "OpenVINO cannot use it" in description


@pytest.mark.skipif(HAS_EXTRA, reason="the extra gpu is installed")
def test_a_gpu_without_the_extra_is_mentioned(gpu: None, tmp_path: Path) -> None:
    """Where a device lies idle the profile says what is missing."""
    bright_model(tmp_path / "b.xml", "yolov8")
    description = detector(tmp_path, allow_pickle=True).load().description
    assert 'pip install "lookout-daemon[gpu]"' in description


def test_pickles_are_not_touched_without_permission(gpu: None, tmp_path: Path) -> None:
    """F55: a .pt file in the folder is not opened unless the configuration allows it."""
    (tmp_path / "a.pt").write_bytes(b"PK\x03\x04")
    bright_model(tmp_path / "b.xml", "yolov8")
    description = detector(tmp_path).load().description
    assert description.startswith("b.xml")
    assert "passed over" not in description


def test_detecting_before_loading_is_a_bug() -> None:
    """Nothing is picked until `load`."""
    with pytest.raises(RuntimeError, match="comes first"):
        detector(None).detect([])
