"""`lookout models pull` against a real web server."""

import hashlib
import json
from pathlib import Path

import pytest
from rig.broker import free_port
from rig.command import called
from rig.file_server import FileServer
from rig.onnx_models import bright_onnx

from daemon.cli.pull import LOCK
from daemon.exits import Exit


@pytest.fixture
def content(tmp_path: Path) -> bytes:
    """Make a small real model."""
    return bright_onnx(tmp_path / "made.onnx", "yolox").read_bytes()


def test_a_model_is_pinned_on_first_use(tmp_path: Path, content: bytes) -> None:
    """The first fetch pins the hash and says so; a changed file is refused from then on."""
    folder = tmp_path / "models"
    words = ("models", "pull", "yolox_nano", "--folder", str(folder))
    with FileServer(content) as server:
        first = called(*words, "--from", f"{server.url}/file")
        assert first.code == Exit.CLEAN, first
        digest = hashlib.sha256(content).hexdigest()
        assert "pinned now, on first use" in first.err.replace("\n", " ")
        assert f"sha256: {digest}, classes: coco" in first.out
        assert json.loads((folder / LOCK).read_text())["yolox_nano.onnx"]["sha256"] == digest
        again = called(*words, "--from", f"{server.url}/file", "--json")
        assert again.json["hash_from"] == f"as {LOCK} has pinned it"
        server.content = content + b"x"
        changed = called(*words, "--from", f"{server.url}/file")
    assert changed.code == Exit.UNREACHABLE
    assert digest in changed.err
    assert hashlib.sha256(content + b"x").hexdigest() in changed.err
    assert (folder / "yolox_nano.onnx").read_bytes() == content
    listed = called("models", "list", str(folder), "--json").json
    assert [Path(model["path"]).name for model in listed] == ["yolox_nano.onnx"]


def test_a_given_hash_decides(tmp_path: Path, content: bytes) -> None:
    """A file of another hash than the one given is not kept."""
    with FileServer(content) as server:
        done = called(
            *("models", "pull", "mine.onnx", "--folder", str(tmp_path / "m")),
            *("--from", f"{server.url}/file", "--sha256", "0" * 64),
        )
    assert done.code == Exit.UNREACHABLE
    assert "0" * 64 in done.err
    assert not (tmp_path / "m" / "mine.onnx").exists()
    assert not (tmp_path / "m" / LOCK).exists()


def test_offline_is_one_line(tmp_path: Path) -> None:
    """Nobody there ends with 69, naming the address."""
    url = f"http://127.0.0.1:{free_port()}/m.onnx"
    done = called("models", "pull", "m.onnx", "--folder", str(tmp_path), "--from", url)
    assert done.code == Exit.UNREACHABLE
    assert done.err.startswith(f"lookout: {url}: ")
    assert len(done.err.splitlines()) == 1


def test_no_address_is_invented(tmp_path: Path) -> None:
    """A model whose authors publish no such file is refused with what to do instead."""
    done = called("models", "pull", "dfine_n_coco", "--folder", str(tmp_path))
    assert done.code == Exit.CONFIG
    assert "no address of such a file is confirmed" in done.err
    done = called("models", "pull", "yolo99", "--folder", str(tmp_path))
    assert done.code == Exit.CONFIG
    assert "yolox_nano" in done.err


def test_a_name_is_no_path(tmp_path: Path) -> None:
    """Nothing is written outside the folder of models."""
    url = ("--from", "https://models.example/m")
    for name in ("../m.onnx", "/tmp/m.onnx", ".onnx", "m.engine"):  # noqa: S108 (refused)
        done = called("models", "pull", name, "--folder", str(tmp_path), *url)
        assert done.code == Exit.CONFIG


def test_what_nobody_pinned_is_not_overwritten(tmp_path: Path, content: bytes) -> None:
    """A file put there by hand stays unless its replacement is vouched for."""
    (tmp_path / "mine.onnx").write_bytes(b"by hand")
    with FileServer(content) as server:
        words = ("models", "pull", "mine.onnx", "--folder", str(tmp_path))
        done = called(*words, "--from", f"{server.url}/file")
        assert server.asked == []
    assert done.code == Exit.UNREACHABLE
    assert "not pinned" in done.err


def test_known_models_are_listed() -> None:
    """Freely licensed models come first, with licence and address or the lack of one."""
    listed = called("models", "known", "--json").json
    assert listed[0]["name"] == "yolox_nano"
    assert listed[0]["licence"] == "Apache-2.0"
    assert {model["licence"] for model in listed} == {"Apache-2.0", "AGPL-3.0"}
    assert "yolox_nano" in called("models", "known").out
