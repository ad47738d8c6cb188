"""What is new in a folder; whole folders are in `test_folder.py`."""

import struct
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


def test_dicom_without_an_ending_is_found(tmp_path: Path) -> None:
    """Scanners name files by number or not at all; what else has no ending is none of ours."""
    mark = bytes(128) + b"DICM"
    (tmp_path / "IM0001").write_bytes(mark)
    (tmp_path / "1.2.840.17").write_bytes(mark)
    (tmp_path / "README").write_text("nothing to see")
    (tmp_path / "notes.v2").write_bytes(mark)
    folder = Folder(tmp_path, skip=False)
    assert folder.look() == []
    assert {path.name for path in folder.look()} == {"IM0001", "1.2.840.17"}
    (tmp_path / "README").write_bytes(mark)
    folder.look()
    assert [path.name for path in folder.look()] == ["README"]


def test_still_is_seen_as_the_phone_was_held(tmp_path: Path) -> None:
    """EXIF turns a picture; its number and its text go with it."""
    picture = np.zeros((60, 100, 3), np.uint8)
    picture[:30, :50] = (255, 255, 255)
    _, encoded = cv2.imencode(".jpg", picture)
    tags = b"Exif\0\0II*\0" + struct.pack("<IHHHIHHI", 8, 1, 0x112, 3, 1, 6, 0, 0)
    data = bytes(encoded)
    head = b"\xff\xe1" + (len(tags) + 2).to_bytes(2, "big")
    (tmp_path / "held.jpg").write_bytes(data[:2] + head + tags + data[2:])
    (tmp_path / "held.txt").write_text("order 17")
    folder = Folder(tmp_path, skip=False)
    stream = StillStream(folder, interval=0.01, looks=2, watch=False)
    (packet,) = stream.packets()
    first, second = stream.decode(packet)
    assert (first.width, first.height) == (60, 100)
    rgb = first.rgb(60, 100)
    assert rgb[25, 45].min() > 200
    assert rgb[25, 15].max() < 50
    assert isinstance(second, Still)
    assert (second.still, second.beside) == (0, "order 17")


def test_file_that_gives_no_picture_is_named(tmp_path: Path) -> None:
    """Which and why; of many at once one is told, and all are counted."""
    for name in ("a.jpg", "b.jpg", "c.png"):
        (tmp_path / name).write_bytes(b"\xff\xd8\xff rubbish")
    stream = StillStream(Folder(tmp_path, skip=False), interval=0.01, looks=1, watch=False)
    for packet in stream.packets():
        assert list(stream.decode(packet)) == []
    assert stream.mishaps.damaged == 3
    assert stream.info.details["passed_over"] == "a.jpg: a JPEG that is cut short"
