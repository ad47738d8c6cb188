"""What is new in a folder; whole folders are in `test_folder.py`."""

from pathlib import Path

import pytest

from sources import SourceRejected, SourceUnavailable
from sources.child import stills
from sources.child.stills import Folder


def test_file_is_new_once_and_when_it_rests(tmp_path: Path) -> None:
    """Two looks must find it the same; a change makes it new again, a removal is forgotten."""
    folder = Folder(tmp_path, skip=True)
    path = tmp_path / "a.png"
    path.write_bytes(b"1")
    assert folder.look() == []
    assert not folder.settled
    path.write_bytes(b"12")
    assert folder.look() == []
    assert folder.look() == [path]
    assert folder.look() == []
    assert folder.settled
    path.unlink()
    assert folder.look() == []
    path.write_bytes(b"12")
    assert folder.look() == []
    assert folder.look() == [path]


def test_memory_is_bounded_and_folders_may_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flood of files is refused with its remedy; a folder that went away may come back."""
    monkeypatch.setattr(stills, "MOST_FILES", 3)
    folder = Folder(tmp_path, skip=False)
    for number in range(4):
        (tmp_path / f"{number}.png").touch()
    with pytest.raises(SourceRejected, match="clear it"):
        folder.look()
    for path in tmp_path.iterdir():
        path.unlink()
    tmp_path.rmdir()
    with pytest.raises(SourceUnavailable, match="No such file"):
        folder.look()
