"""`lookout models export`: what is refused, and what is written where."""

import hashlib
import importlib.util
import json
import shutil
from pathlib import Path

import pytest
from rig import lively
from rig.command import Done, lookout
from rig.onnx_models import bright_onnx

from daemon.exits import Exit

EXTRA = importlib.util.find_spec("torch") is not None
bare = pytest.mark.skipif(EXTRA, reason="the extra gpu is installed")


def export(*words: object, within: float = 60) -> Done:
    """Run the command."""
    return lookout("models", "export", *map(str, words), within=within)


def refused(done: Done, *said: str) -> None:
    """Require one line with all of that, and nothing on the other side."""
    assert (done.code, done.out) == (Exit.UNREACHABLE, ""), done
    last = done.err.splitlines()[-1]
    assert last.startswith("lookout: ")
    assert all(words in last for words in said), done.err


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """Write what looks like a .pt."""
    path = tmp_path / "trap.pt"
    path.write_bytes(b"PK\x03\x04 never opened")
    return path


def test_what_cannot_be_exported_is_said_in_one_line(tmp_path: Path, trap: Path) -> None:
    """A missing file, one that is exported already, a pickle that nobody allowed, no checkpoint.

    Nothing is left beside them.
    """
    missing, ready = tmp_path / "none.pt", tmp_path / "ready.onnx"
    bright_onnx(ready, "yolov8")
    text = tmp_path / "text.pt"
    text.write_text("no checkpoint")
    refused(export(missing, "--allow-pickle"), str(missing), "no such file")
    refused(export(ready, "--to", "openvino"), str(ready), "exported already")
    refused(export(trap), str(trap), "runs code", "--allow-pickle")
    refused(export(text, "--allow-pickle"), str(text), "no PyTorch checkpoint")
    assert {path.name for path in tmp_path.iterdir()} == {"trap.pt", "ready.onnx", "text.pt"}


def test_what_is_there_is_not_replaced(trap: Path) -> None:
    """A model that exists stays as it is unless one says so."""
    target = trap.with_suffix(".onnx")
    target.write_bytes(b"mine")
    refused(export(trap, "--allow-pickle"), str(target), "--force")
    assert target.read_bytes() == b"mine"


def test_sizes_and_places_are_checked_first(tmp_path: Path, trap: Path) -> None:
    """A side that no head takes and a folder that is not there cost no minutes."""
    for size in ("640x400", "tall", "64x9999"):
        done = export(trap, "--size", size, "--allow-pickle")
        assert (done.code, "--size" in done.err) == (Exit.USAGE, True), done
    away = tmp_path / "away"
    refused(export(trap, "--allow-pickle", "--out", away), str(away), "--out")


@bare
def test_without_the_extra_the_remedy_is_told(trap: Path) -> None:
    """What is to be installed is named, and nothing is left behind."""
    refused(export(trap, "--allow-pickle", "--to", "openvino"), 'pip install "lookout-daemon[gpu]"')
    assert [path.name for path in trap.parent.iterdir()] == ["trap.pt"]


@pytest.mark.torch
def test_a_model_is_exported_described_and_found(tmp_path: Path) -> None:
    """Both formats lie beside the source, which stays, each with a sheet that says what it is.

    A second run is refused, a forced one replaces; `list` shows names and licence.
    """
    lively.keep_at_home(tmp_path / "ultralytics")
    import torch  # noqa: PLC0415 (only where the extra is)
    from ultralytics import YOLO  # noqa: PLC0415

    torch.set_num_threads(1)
    source = tmp_path / "models" / "own.pt"
    source.parent.mkdir()
    YOLO("yolov8n.yaml").save(source)
    before = hashlib.sha256(source.read_bytes()).hexdigest()
    words = (source, "--allow-pickle", "--size", "96x64", "--json")
    for to, model, sheet in (
        ("onnx", "own.onnx", "own.onnx.json"),
        ("openvino", "own_openvino/own.xml", "own_openvino/export.json"),
    ):
        done = export(*words, "--to", to, within=300)
        assert done.code == 0, done.err
        path = source.parent / model
        assert done.json == json.loads((source.parent / sheet).read_text())
        assert done.json["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert done.json["source"] == {"file": "own.pt", "sha256": before}
        assert (done.json["input"], len(done.json["names"])) == ([96, 64], 80)
        assert done.json["agreement"]["score"] < 1e-3
        assert str(path) in done.json["configuration"]
        assert "exporting" in done.err
    refused(export(*words, "--to", "openvino"), "--force")
    strange = source.parent / "own_openvino" / "notes.txt"
    strange.write_text("mine")
    refused(export(*words, "--to", "openvino", "--force", within=300), "notes.txt")
    strange.unlink()
    assert export(*words, "--to", "openvino", "--force", within=300).code == 0
    listed = {
        Path(one["path"]).name: one
        for one in lookout("models", "list", source.parent.as_posix(), "--json").json
    }
    assert set(listed) == {"own.pt", "own.onnx", "own.xml"}
    assert "AGPL-3.0" in listed["own.onnx"]["licence"]
    assert listed["own.xml"]["input"] == [96, 64]
    assert hashlib.sha256(source.read_bytes()).hexdigest() == before
    assert not [path for path in source.parent.iterdir() if path.name.startswith(".")]
    if not shutil.which("nvidia-smi"):
        refused(export(*words, "--to", "tensorrt", within=120), "TensorRT")
