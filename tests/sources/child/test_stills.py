"""What is new in a folder; whole folders are in `test_folder.py`."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from sources import SourceRejected, SourceUnavailable
from sources.child import stills
from sources.child.stills import Folder, StillStream, text_beside
from sources.source import Still


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


def test_a_text_beside_a_still_is_one_short_line(tmp_path: Path) -> None:
    """Of the same name with `.txt`; none, a folder or a link is no text, a long one is cut."""
    still = tmp_path / "crate.jpg"
    assert text_beside(still) == ""
    text = tmp_path / "crate.txt"
    text.write_bytes(b"order 17\r\n  for Bj\xc3\xb6rn \xff")
    assert text_beside(still) == "order 17 for Bj\u00f6rn \ufffd"
    text.write_text("x" * 5000)
    assert len(text_beside(still)) == 1000
    text.unlink()
    (tmp_path / "secret").write_text("secret")
    text.symlink_to(tmp_path / "secret")
    assert text_beside(still) == ""


def test_every_look_at_a_still_bears_its_text(tmp_path: Path) -> None:
    """Until the next one comes, which has its own, or none."""
    for name, text in (("a", "first"), ("b", "")):
        cv2.imwrite(str(tmp_path / f"{name}.png"), np.zeros((16, 16, 3), np.uint8))
        if text:
            (tmp_path / f"{name}.txt").write_text(text)
    stream = StillStream(Folder(tmp_path, skip=False), interval=0.01, looks=2, watch=False)
    pictures = [picture for packet in stream.packets() for picture in stream.decode(packet)]
    told = [(picture.still, picture.beside) for picture in pictures if isinstance(picture, Still)]
    assert [number for number, _ in told] == [0, 0, 1, 1]
    assert sorted(text for _, text in told) == ["", "", "first", "first"]
