"""`lookout models` on small real models, and on files that are none."""

import hashlib
import pickle
from pathlib import Path

import pytest
from rig.command import called, lookout
from rig.models import bright_model

from daemon.exits import Exit


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Save a small model with a family's output."""
    return bright_model(tmp_path_factory.mktemp("models") / "bright.xml", "yolov8")


def test_list_shows_each_file_with_its_hash(model: Path) -> None:
    """A model, a file that is none and a pickle are listed with size, hash or problem."""
    folder = model.parent
    (folder / "cut.onnx").write_bytes(b"\x08\x07garbage")
    (folder / "deep").mkdir(exist_ok=True)
    (folder / "deep" / "trap.pt").write_bytes(b"PK\x03\x04 never opened")
    done = called("models", "list", str(folder), "--json")
    assert done.code == Exit.CLEAN, done
    found = {Path(entry["path"]).name: entry for entry in done.json}
    assert set(found) == {"bright.xml", "cut.onnx", "trap.pt"}
    assert found["bright.xml"]["sha256"] == hashlib.sha256(model.read_bytes()).hexdigest()
    assert found["bright.xml"]["kind"] == "ir"
    assert "no ONNX model" in found["cut.onnx"]["problem"]
    assert found["trap.pt"]["problem"] is None
    assert "bright.xml" in called("models", "list", str(folder)).out


def test_list_without_models_says_where_it_looked(tmp_path: Path) -> None:
    """Nothing there is said with the folders, and is no error."""
    done = lookout("models", "list", cwd=tmp_path, env={"STATE_DIRECTORY": str(tmp_path)})
    assert (done.code, done.out) == (Exit.CLEAN, "")
    assert f"{tmp_path}/models" in done.err.replace("\n", "")


def test_list_of_a_folder_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    """A wrong folder is one clear line."""
    done = called("models", "list", str(tmp_path / "none"))
    assert done.code == Exit.CONFIG
    assert done.err == f"lookout: {tmp_path}/none: no such folder; check the path\n"


def test_verify_loads_the_model_in_a_worker(model: Path) -> None:
    """A sound model is loaded once; the worker says input, labels and how long it took."""
    digest = hashlib.sha256(model.read_bytes()).hexdigest()
    done = lookout("models", "verify", str(model), "--sha256", digest.upper(), "--json")
    assert done.code == Exit.CLEAN, done
    assert done.json["sha256"] == digest
    assert done.json["labels"]
    assert "x" in done.json["input"]
    assert done.json["loaded_in_s"] > 0


def test_verify_refuses_another_hash(model: Path) -> None:
    """A file that is not the one meant is refused, with both hashes, before anything loads it."""
    done = lookout("models", "verify", str(model), "--sha256", "0" * 64)
    assert (done.code, done.out) == (Exit.UNREACHABLE, "")
    (line,) = done.err.splitlines()
    assert hashlib.sha256(model.read_bytes()).hexdigest() in line
    assert "0" * 64 in line


def test_verify_does_not_open_a_pickle(tmp_path: Path) -> None:
    """A .pt, which runs code when opened, is refused unopened unless that is asked for."""
    proof = tmp_path / "ran"
    file = tmp_path / "model.pt"

    class Trap:
        def __reduce__(self) -> tuple[object, tuple[object, ...]]:
            return (Path.touch, (proof,))

    file.write_bytes(pickle.dumps(Trap()))
    done = lookout("models", "verify", str(file))
    assert done.code == Exit.UNREACHABLE
    assert "runs code" in done.err
    assert not proof.exists()


def test_verify_of_a_broken_model_is_one_line(tmp_path: Path) -> None:
    """A truncated model is one clear line."""
    file = tmp_path / "model.onnx"
    file.write_bytes(b"\x08\x07garbage")
    done = lookout("models", "verify", str(file))
    assert done.code == Exit.UNREACHABLE
    assert len(done.err.splitlines()) == 1


def test_verify_of_a_real_model(material: Path) -> None:
    """A published model is described as its authors made it."""
    done = lookout("models", "verify", str(material / "models" / "yolox_nano.onnx"), "--json")
    assert done.code == Exit.CLEAN, done
    assert (done.json["input"], len(done.json["labels"])) == ("416x416", 80)
