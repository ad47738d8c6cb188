"""Fetching over HTTP from a real server that cuts, changes, redirects and lies."""

import hashlib
from pathlib import Path

import pytest
from rig.broker import free_port
from rig.file_server import FileServer

from daemon.fetch import Fetched, FetchFailed, fetch

CONTENT = bytes(range(256)) * 4000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


def got(
    server: FileServer,
    target: Path,
    path: str = "/file",
    *,
    sha256: str | None = None,
    largest: int = 10**9,
) -> Fetched:
    """Fetch from the server."""
    return fetch(
        server.url + path, target, sha256=sha256, largest=largest, told=lambda _done, _whole: None
    )


def left(folder: Path) -> set[str]:
    """Name what lies in a folder."""
    return {path.name for path in folder.iterdir()}


def test_a_file_arrives_whole(tmp_path: Path) -> None:
    """The file is in its place, hashed, with its progress told and nothing left beside it."""
    seen: list[tuple[int, int | None]] = []
    with FileServer(CONTENT) as server:
        done = fetch(
            f"{server.url}/away",
            tmp_path / "deep" / "m.onnx",
            sha256=DIGEST.upper(),
            largest=10**9,
            told=lambda done, whole: seen.append((done, whole)),
        )
    assert done == Fetched(DIGEST, len(CONTENT), 0)
    assert (tmp_path / "deep" / "m.onnx").read_bytes() == CONTENT
    assert left(tmp_path / "deep") == {"m.onnx"}
    assert seen[-1] == (len(CONTENT), len(CONTENT))


def test_what_was_cut_is_resumed(tmp_path: Path) -> None:
    """The second try asks for the rest only, and the halves make the file."""
    target = tmp_path / "m.onnx"
    with FileServer(CONTENT, cut_after=300_000) as server:
        with pytest.raises(FetchFailed, match="are kept, run it again"):
            got(server, target)
        assert not target.exists()
        done = got(server, target)
        assert 0 < done.resumed_at <= 300_000
        assert server.asked[-1] == ("/file", f"bytes={done.resumed_at}-")
    assert target.read_bytes() == CONTENT
    assert left(tmp_path) == {"m.onnx"}


@pytest.mark.parametrize("change", ["version", "no ranges", "no version", "address"])
def test_halves_of_different_files_are_never_joined(tmp_path: Path, change: str) -> None:
    """Another version, no ranges, no version or another address: it starts anew."""
    target = tmp_path / "m.onnx"
    with FileServer(CONTENT[::-1], cut_after=300_000) as server:
        if change == "no version":
            server.etag = ""
        with pytest.raises(FetchFailed):
            got(server, target, "/away" if change == "address" else "/file")
        server.content = CONTENT
        if change == "version":
            server.etag = '"two"'
        server.ranges = change != "no ranges"
        assert got(server, target).resumed_at == 0
    assert target.read_bytes() == CONTENT


def test_a_wrong_hash_is_thrown_away(tmp_path: Path) -> None:
    """Both hashes are named; what lay in the place before stays."""
    target = tmp_path / "m.onnx"
    target.write_bytes(b"old")
    with FileServer(CONTENT) as server, pytest.raises(FetchFailed) as failed:
        got(server, target, sha256="ab" * 32)
    assert DIGEST in str(failed.value)
    assert "ab" * 32 in str(failed.value)
    assert target.read_bytes() == b"old"
    assert left(tmp_path) == {"m.onnx"}


@pytest.mark.parametrize(
    "away", ["ftp://127.0.0.1/file", "file:///etc/passwd", "gopher://127.0.0.1/"]
)
def test_a_redirect_to_another_scheme_is_refused(tmp_path: Path, away: str) -> None:
    """Nothing but HTTP is followed."""
    with FileServer(CONTENT, away=away) as server, pytest.raises(FetchFailed) as failed:
        got(server, tmp_path / "m.onnx", "/away")
    assert "not followed" in str(failed.value) or "scheme" in str(failed.value).lower()
    assert left(tmp_path) == set()


def test_a_redirect_does_not_leave_the_machine_unvouched(tmp_path: Path) -> None:
    """From this machine plain HTTP leads nowhere else without a hash."""
    with (
        FileServer(CONTENT, away="http://models.example/m") as server,
        pytest.raises(FetchFailed, match="only https"),
    ):
        got(server, tmp_path / "m.onnx", "/away")


def test_a_circle_of_redirects_ends(tmp_path: Path) -> None:
    """A server that leads in a circle is given up."""
    with FileServer(CONTENT, away="/away") as server:
        with pytest.raises(FetchFailed, match="more than 5 times"):
            got(server, tmp_path / "m.onnx", "/away")
        assert len(server.asked) == 6


def test_too_much_is_refused(tmp_path: Path) -> None:
    """A file beyond the limit is refused by its announced length."""
    with FileServer(CONTENT) as server, pytest.raises(FetchFailed, match="too many"):
        got(server, tmp_path / "m.onnx", largest=1000)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """The server's answer is in the message."""
    with FileServer(CONTENT) as server, pytest.raises(FetchFailed, match="answers 404"):
        got(server, tmp_path / "m.onnx", "/none")


def test_plain_http_needs_a_hash() -> None:
    """Without encryption, only this machine or a hash vouches for the content."""
    for url in ("http://models.example/m.onnx", "file:///etc/passwd", "ftp://models.example/m"):
        with pytest.raises(FetchFailed, match="only https"):
            fetch(url, Path("m"), sha256=None, largest=1, told=lambda _done, _whole: None)


def test_nobody_there_is_told(tmp_path: Path) -> None:
    """A refused connection names the address and the remedy."""
    url = f"http://127.0.0.1:{free_port()}/m.onnx"
    with pytest.raises(FetchFailed, match="by hand") as failed:
        fetch(url, tmp_path / "m", sha256=None, largest=1, told=lambda _done, _whole: None)
    assert url in str(failed.value)
    assert "\n" not in str(failed.value)
