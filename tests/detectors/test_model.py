"""Model files: found, checked, described, or refused in one line."""

import hashlib
import time
from pathlib import Path

import pytest
import yaml
from rig.models import bright_model

from detectors import model, onnx_file
from detectors.errors import DetectorRejected
from detectors.model import class_numbers, open_model, require_detection

ONNX_WITHOUT_GRAPH = b"\x08\x08\x12\x04test"
ONNX = ONNX_WITHOUT_GRAPH + b"\x3a\x02\x12\x00"
"""The smallest bytes that a walk takes for a model: version, producer, an empty graph."""


def entry(key: bytes, value: bytes) -> bytes:
    """Encode one metadata entry of an ONNX model."""
    inner = b"\x0a" + bytes([len(key)]) + key + b"\x12" + bytes([len(value)]) + value
    return b"\x72" + bytes([len(inner)]) + inner


def refusal(path: Path, **options: object) -> str:
    """Open what must be refused and return the reason: one line, at once, with the path."""
    started = time.monotonic()
    with pytest.raises(DetectorRejected) as caught:
        open_model(path, **options)  # type: ignore[arg-type]  # spelled out by the callers
    assert time.monotonic() - started < 2
    reason = str(caught.value)
    assert str(path) in reason
    assert "\n" not in reason
    return reason


@pytest.mark.fault("F18")
def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """F18: the path and what to do."""
    assert "no such file" in refusal(tmp_path / "none.onnx")


@pytest.mark.fault("F18")
def test_a_wrong_hash_names_both(tmp_path: Path) -> None:
    """F18: what the file has and what the configuration says."""
    path = tmp_path / "model.onnx"
    path.write_bytes(ONNX)
    reason = refusal(path, sha256="AB" * 32)
    assert hashlib.sha256(ONNX).hexdigest() in reason
    assert "ab" * 32 in reason


def test_nothing_is_parsed_before_the_hash_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F18, F55: a file of the wrong hash is refused for its hash even if it is garbage."""
    looked: list[bytes] = []
    monkeypatch.setattr(onnx_file, "scan", looked.append)
    path = tmp_path / "model.onnx"
    path.write_bytes(b"\xff" * 100)
    assert "sha256" in refusal(path, sha256="00" * 32)
    assert looked == []


def test_the_right_hash_is_accepted_in_any_case(tmp_path: Path) -> None:
    """Hashes may be written large or small."""
    path = tmp_path / "model.onnx"
    path.write_bytes(ONNX)
    opened = open_model(path, sha256=hashlib.sha256(ONNX).hexdigest().upper())
    assert (opened.kind, opened.data, opened.names) == ("onnx", ONNX, ())


@pytest.mark.fault("F18")
@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("model.onnx", b"", "empty"),
        ("model.onnx", ONNX[:-1], "truncated"),
        ("model.onnx", ONNX_WITHOUT_GRAPH, "no graph"),
        ("model.onnx", b"<!doctype html><html>", "another kind of file"),
        ("model.onnx", b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        ("model.xml", b"<html></html>", "no <net>"),
        ("model.xml", b"<?xml version='1.0'?><net name='x'><layers>", "truncated"),
        ("model.pt", b"PK\x03\x04", "allow_pickle"),
        ("model.plan", b"x", "use .onnx"),
        ("model.engine", b"x", "pin it with `sha256`"),
        ("model", b"x", "no file type"),
    ],
)
def test_what_is_no_model_is_refused(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    """F18: an empty, truncated, wrong or forbidden file says which it is."""
    path = tmp_path / name
    path.write_bytes(content)
    assert told in refusal(path)


@pytest.mark.fault("F55")
def test_external_data_is_refused(tmp_path: Path) -> None:
    """F55: a model that names other files of this machine is not opened."""
    tensor = b"\x6a\x18" + b"\x0a\x08location" + b"\x12\x0c../../secret" + b"\x70\x01"
    graph = b"\x2a" + bytes([len(tensor)]) + tensor
    path = tmp_path / "model.onnx"
    path.write_bytes(ONNX_WITHOUT_GRAPH + b"\x3a" + bytes([len(graph)]) + graph)
    reason = refusal(path)
    assert "outside the file (../../secret)" in reason


@pytest.mark.fault("F55")
def test_pickle_needs_permission_and_a_checkpoint(tmp_path: Path) -> None:
    """F55: a .pt file is read only if allowed, and only if it can be one."""
    path = tmp_path / "model.pt"
    path.write_bytes(b"PK\x03\x04rest")
    assert open_model(path, allow_pickle=True).kind == "pt"
    path.write_bytes(b"\x80\x04evil")
    assert "no PyTorch checkpoint" in refusal(path, allow_pickle=True)


def test_metadata_of_an_export_is_read(tmp_path: Path) -> None:
    """Names, task and size that Ultralytics writes into ONNX are understood."""
    path = tmp_path / "model.onnx"
    path.write_bytes(
        ONNX
        + entry(b"names", b"{0: 'person', 1: 'car'}")
        + entry(b"task", b"detect")
        + entry(b"imgsz", b"[384, 640]")
    )
    opened = open_model(path)
    assert (opened.names, opened.task, opened.size) == (("person", "car"), "detect", (640, 384))


@pytest.mark.fault("F55")
def test_metadata_is_data_not_code(tmp_path: Path) -> None:
    """F55: what is no literal is ignored, never evaluated."""
    path = tmp_path / "model.onnx"
    path.write_bytes(ONNX + entry(b"names", b"__import__('os').abort()"))
    assert open_model(path).names == ()


def test_an_openvino_model_is_two_files(tmp_path: Path) -> None:
    """Weights and names lie beside the .xml; each hash guards its file."""
    path = bright_model(tmp_path / "m.xml", "yolov8", classes=2, number=0, names=("cat", "dog"))
    opened = open_model(path)
    weights = path.with_suffix(".bin")
    assert opened.names == ("cat", "dog")
    assert opened.weights == weights.read_bytes()
    with pytest.raises(DetectorRejected, match="weights_sha256"):
        open_model(path, weights_sha256="00" * 32)
    weights.unlink()
    with pytest.raises(DetectorRejected, match=r"m\.bin: no such file"):
        open_model(path)


def test_broken_metadata_is_named(tmp_path: Path) -> None:
    """A metadata.yaml that is none is refused with its own path."""
    path = bright_model(tmp_path / "m.xml", "yolov8")
    (tmp_path / "metadata.yaml").write_text("names: [")
    with pytest.raises(DetectorRejected, match=r"metadata\.yaml: no valid YAML"):
        open_model(path)


@pytest.mark.fault("F55")
def test_yaml_beside_a_model_runs_nothing(tmp_path: Path) -> None:
    """A tag that would call a function when loaded is refused as what it is: no metadata."""
    path = bright_model(tmp_path / "m.xml", "yolov8")
    proof = tmp_path / "ran"
    evil = f"names: !!python/object/apply:os.mkdir ['{proof}']"
    (tmp_path / "metadata.yaml").write_text(evil)
    with pytest.raises(DetectorRejected, match=r"metadata\.yaml: no valid YAML"):
        open_model(path)
    assert not proof.exists()
    yaml.unsafe_load(evil)
    assert proof.exists(), "the trap is not armed"


def test_a_folder_stands_for_its_model(tmp_path: Path) -> None:
    """One model is taken, several are refused by name, none is said."""
    assert "no .xml, .onnx or .pt inside" in refusal(tmp_path)
    (tmp_path / "a.onnx").write_bytes(ONNX)
    assert open_model(tmp_path).path == tmp_path / "a.onnx"
    (tmp_path / "b.onnx").write_bytes(ONNX)
    assert "several models (a.onnx, b.onnx)" in refusal(tmp_path)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    """A file beyond reason is refused by its size."""
    path = tmp_path / "model.onnx"
    with path.open("wb") as file:
        file.truncate(model.LARGEST + 1)
    assert "too many" in refusal(path)


def test_class_numbers_have_no_gaps() -> None:
    """Names must be numbered from 0; lists and mappings are understood."""
    assert class_numbers(Path("m"), ["a", "b"]) == ("a", "b")
    assert class_numbers(Path("m"), {1: "b", 0: "a"}) == ("a", "b")
    assert class_numbers(Path("m"), None) == ()
    with pytest.raises(DetectorRejected, match="not numbered"):
        class_numbers(Path("m"), {0: "a", 2: "b"})


def test_only_detection_models_will_do() -> None:
    """A model for something else is refused by its task."""
    require_detection(None)
    require_detection("detect")
    with pytest.raises(DetectorRejected, match="`segment`"):
        require_detection("segment")
