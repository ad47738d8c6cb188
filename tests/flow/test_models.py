"""F18, F55: model files that must not be used, through `lookout check` and `lookout run`."""

import hashlib
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rig.accounts import check
from rig.command import lookout, written
from rig.lookout import Lookout
from rig.models import bright_model
from rig.onnx_models import bright_onnx

from daemon.exits import Exit
from detectors.errors import DetectorRejected
from detectors.model import open_model

STREET = {"street": {"source": {"type": "synthetic"}}}
ZEROS = "0" * 64
Trap = tuple[dict[str, Any], tuple[str, ...]]
"""A `detector:` section, and what its refusal must name."""


def missing(folder: Path) -> Trap:
    """Name a file that is not there."""
    path = folder / "none.onnx"
    return {"type": "openvino", "model": str(path)}, (str(path), "no such file")


def truncated(folder: Path) -> Trap:
    """Cut a model in the middle of its graph."""
    path = bright_onnx(folder / "cut.onnx", "yolox")
    path.write_bytes(path.read_bytes()[:-1000])
    return {"type": "onnx", "model": str(path)}, (str(path), "truncated")


def wrong_hash(folder: Path) -> Trap:
    """Expect another file than garbage that no parser would take: the hash must speak first."""
    path = folder / "wrong.onnx"
    path.write_bytes(b"\xff" * 5000)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return {"type": "onnx", "model": str(path), "sha256": ZEROS}, (str(path), digest, ZEROS)


def outside(folder: Path) -> Trap:
    """Let a model read its weights from another file of the machine."""
    path = bright_onnx(folder / "outside.onnx", "yolox")
    entry = b"\x0a\x08location" + b"\x12\x0b/etc/passwd"
    tensor = b"\x08\x01\x10\x01\x42\x06stolen" + b"\x6a" + bytes([len(entry)]) + entry + b"\x70\x01"
    graph = b"\x2a" + bytes([len(tensor)]) + tensor
    # Fields of a message may come in several pieces: this one joins the graph that is there.
    path.write_bytes(path.read_bytes() + b"\x3a" + bytes([len(graph)]) + graph)
    return {"type": "openvino", "model": str(path)}, (str(path), "/etc/passwd")


class Touch:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, proof: Path) -> None:
        self._proof = proof

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return (Path.touch, (self._proof,))


def pickled(folder: Path) -> Trap:
    """Offer a .pt that runs code when it is opened."""
    path = folder / "evil.pt"
    path.write_bytes(pickle.dumps(Touch(folder / "ran")))
    return {"type": "ultralytics", "model": str(path)}, (str(path), "runs code")


def pickled_of_another_hash(folder: Path) -> Trap:
    """Allow pickles, but only one of another hash."""
    section, _ = pickled(folder)
    path = Path(section["model"])
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    told = (str(path), digest, ZEROS)
    return {**section, "allow_pickle": True, "sha256": ZEROS}, told


TRAPS = [missing, truncated, wrong_hash, outside, pickled, pickled_of_another_hash]


@pytest.mark.fault("F18", "F55")
@pytest.mark.parametrize("trap", TRAPS)
def test_check_refuses_a_model(tmp_path: Path, trap: Callable[[Path], Trap]) -> None:
    """`check` ends with 69 and one line that names the file and, for a hash, both hashes."""
    section, told = trap(tmp_path)
    file = written(tmp_path, {"detector": section, "cameras": STREET})
    done = lookout("check", "--config", file, "--json")
    assert done.code == Exit.UNREACHABLE, done
    (refused,) = [result for result in done.json["results"] if result["what"].startswith("detec")]
    line = str(refused)
    assert all(text in line for text in told), line
    assert not (tmp_path / "ran").exists()


def test_the_pickle_would_run(tmp_path: Path) -> None:
    """The trap is armed: whoever opens it leaves the file behind that must not be there."""
    section, _ = pickled(tmp_path)
    pickle.loads(Path(section["model"]).read_bytes())  # noqa: S301 (that is the trap)
    assert (tmp_path / "ran").exists()


SPY = """
import importlib, sys
sys.path[:0] = ["."]
from detectors.errors import DetectorRejected
parsers = {"openvino", "onnxruntime", "onnx", "torch", "ultralytics", "tensorrt"}
module, backend, options = sys.argv[1], sys.argv[2], eval(sys.argv[3])
kind = getattr(importlib.import_module(module), backend)
before = parsers & set(sys.modules)
try:
    kind("spy", kind.Config(**options)).load()
except DetectorRejected as error:
    print(sorted(parsers & set(sys.modules)), sorted(before), "sha256" in str(error))
"""


@pytest.mark.fault("F18", "F55")
@pytest.mark.parametrize(
    ("module", "backend", "name", "more"),
    [
        ("detectors.openvino", "OpenvinoDetector", "m.onnx", {}),
        ("detectors.openvino", "OpenvinoDetector", "m.xml", {}),
        ("detectors.onnx", "OnnxDetector", "m.onnx", {}),
        ("detectors.torch", "UltralyticsDetector", "m.pt", {"allow_pickle": True}),
        ("detectors.torch", "UltralyticsDetector", "m.engine", {}),
    ],
)
def test_no_parser_is_even_loaded_before_the_hash_is_checked(
    tmp_path: Path, module: str, backend: str, name: str, more: dict[str, Any]
) -> None:
    """A file of another hash meets none of the libraries that could read it: 0 bytes parsed."""
    path = tmp_path / name
    if name == "m.onnx":
        bright_onnx(path, "yolox")
    elif name == "m.xml":
        bright_model(path, "yolox")
    else:
        path.write_bytes(pickle.dumps(Touch(tmp_path / "ran")))
    options = repr({"model": str(path), "sha256": ZEROS, **more})
    done = subprocess.run(
        [sys.executable, "-c", SPY, module, backend, options],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[] [] True", done
    assert not (tmp_path / "ran").exists()


@pytest.mark.fault("F55")
def test_run_refuses_a_model_and_goes_on(tmp_path: Path) -> None:
    """The daemon keeps running without that detector, says why, and runs nothing of the file."""
    section, told = pickled_of_another_hash(tmp_path)
    with Lookout(tmp_path / "home", {"detector": section, "cameras": STREET}) as daemon:
        daemon.wait(lambda: all(text in daemon.text() for text in told), what="the refusal")
        daemon.wait_for_log("street: online")
        assert daemon.running
        assert daemon.stop() == Exit.CLEAN
    check(daemon)
    assert not (tmp_path / "ran").exists()


@pytest.mark.fault("F18")
def test_a_worker_refuses_within_two_seconds(tmp_path: Path) -> None:
    """From reading the file to the refusal: 200 MB of another hash, none of it parsed."""
    path = tmp_path / "large.onnx"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    before = os.times().user
    started = time.monotonic()
    with pytest.raises(DetectorRejected, match=ZEROS):
        open_model(path, sha256=ZEROS)
    assert min(os.times().user - before, time.monotonic() - started) <= 2
