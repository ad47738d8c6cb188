"""Engine files: parted, and refused where they cannot run."""

import importlib.util
import json
from pathlib import Path

import pytest

from detectors.errors import DetectorRejected
from detectors.model import open_model
from detectors.torch import UltralyticsConfig, UltralyticsDetector
from detectors.torch.engine import Engine, parse

DESCRIBED = {"task": "detect", "names": {"0": "person", "1": "car"}, "imgsz": [384, 640]}
HERE = all(importlib.util.find_spec(name) for name in ("torch", "ultralytics"))


def engine(described: object, code: bytes = b"plan") -> bytes:
    """Lay a file out as Ultralytics' export does."""
    text = json.dumps(described).encode()
    return len(text).to_bytes(4, "little", signed=True) + text + code


def test_description_and_plan_are_parted() -> None:
    """Names are numbered again, and the plan is what follows, byte for byte."""
    plan = parse(engine(DESCRIBED, b"\x00plan"))
    assert plan.described["names"] == {0: "person", 1: "car"}
    assert plan.described["task"] == "detect"
    assert plan.code == b"\x00plan"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x01",
        b"ftrt\x00\x00plan without description",
        engine([1, 2]),
        b"\x04\x00\x00\x00{no}",
    ],
)
def test_other_files_are_refused(data: bytes) -> None:
    """What does not begin with a description is one clear line, and is not handed to TensorRT."""
    with pytest.raises(DetectorRejected, match="descri"):
        parse(data)


def test_an_engine_must_be_pinned(tmp_path: Path) -> None:
    """F55: machine code is not run unless its hash is named."""
    path = tmp_path / "yolo11n.engine"
    path.write_bytes(engine(DESCRIBED))
    with pytest.raises(DetectorRejected, match="pin it with `sha256`"):
        open_model(path)


def test_an_engine_needs_cuda() -> None:
    """On the CPU the refusal names what runs there."""
    with pytest.raises(DetectorRejected, match=r"CUDA only.*\.pt"):
        Engine(None, parse(engine(DESCRIBED)), "cpu")


@pytest.mark.torch
@pytest.mark.skipif(not HERE, reason='needs pip install "lookout-daemon[gpu]"')
def test_the_detector_says_which_engine_it_refuses(tmp_path: Path) -> None:
    """The path stands before the reason."""
    path = tmp_path / "yolo11n.engine"
    path.write_bytes(engine(DESCRIBED))
    config = UltralyticsConfig(model=path, allow_pickle=True, device="cpu")
    with pytest.raises(DetectorRejected, match=rf"{path}: .*CUDA only"):
        UltralyticsDetector("test", config).load()
