"""Folders of still images, through a real child."""

import os
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from rig.child import Child
from rig.clip import Clip
from rig.dicom import dicom_file

from sources.folder import FolderConfig, FolderSource
from sources.message import Ended, Failed, Given, State, StreamInfo
from sources.testing import check_source, read

FOLDER = "sources.folder:FolderSource"
QUICK = {"interval": 0.05}
CLIP = Clip(width=320, height=240)


def still(folder: Path, number: int, ending: str = ".png") -> Path:
    """Write a numbered picture at once, under its final name."""
    path = folder / f"{number:04d}{ending}"
    hidden = folder / f".{number}{ending}"
    assert cv2.imwrite(str(hidden), CLIP.picture(number)[..., ::-1])
    hidden.rename(path)
    return path


def shown(child: Child) -> list[int]:
    """Take every picture until the end; return their numbers."""
    numbers = []
    while isinstance(answer := child.next(deadline=20), Given):
        found = read(child.picture(answer))
        assert found is not None
        numbers.append(found[1])
    return numbers


def test_what_lies_there_is_shown_in_turn(tmp_path: Path) -> None:
    """PNG, JPEG and TIFF, oldest first, as often as asked, turned and cropped, then the end."""
    for number, ending in enumerate((".png", ".jpg", ".tiff")):
        path = still(tmp_path, number, ending)
        os.utime(path, (number, number))
    (tmp_path / "notes.txt").write_text("no picture")
    config = {"path": str(tmp_path), "begin": "all", "watch": False, **QUICK}
    with Child() as child:
        child.open(FOLDER, config)
        assert shown(child) == [0, 0, 1, 1, 2, 2]
    with Child() as child:
        child.open(FOLDER, {**config, "looks": 1}, rotate=270, crop=(0, 0, 0.5, 1))
        given = child.next()
        assert isinstance(given, Given)
        assert (given.full_width, given.full_height) == (120, 320)


def test_new_stills_are_waited_for(tmp_path: Path) -> None:
    """Old ones are not shown, a new one is, and none is lost while nobody asks."""
    still(tmp_path, 0)
    with Child() as child:
        child.open(FOLDER, {"path": str(tmp_path), "looks": 1, **QUICK})
        number = child.ask()
        state = child.wait_for(State, lambda m: m.state == "online")
        assert state.reason == "waits for new files"
        child.wait(lambda m: m.kind == "pulse")
        child.wait(lambda m: m.kind == "pulse")
        for new in (1, 2, 3):
            still(tmp_path, new)
        answer = child.wait(lambda m: isinstance(m, Given) and m.id == number)
        assert isinstance(answer, Given)
        numbers = [read(child.picture(answer))]
        for _ in range(2):
            given = child.next()
            assert isinstance(given, Given)
            numbers.append(read(child.picture(given)))
        assert numbers == [(1, 1), (1, 2), (1, 3)]


def test_half_written_file_is_waited_for(tmp_path: Path) -> None:
    """A file that grows is shown once, when it is whole."""
    whole = still(tmp_path, 5).read_bytes()
    (tmp_path / "0005.png").unlink()
    with Child() as child:
        child.open(FOLDER, {"path": str(tmp_path), "looks": 1, "interval": 0.3})
        child.ask()
        child.wait_for(State, lambda m: m.state == "online")
        with (tmp_path / "new.png").open("wb") as file:
            for at in range(0, len(whole), len(whole) // 8):
                file.write(whole[at : at + len(whole) // 8])
                file.flush()
                time.sleep(0.05)
        answer = child.wait(lambda m: isinstance(m, Given))
        assert isinstance(answer, Given)
        assert read(child.picture(answer)) == (1, 5)
        assert answer.counts.decoded == 1


def test_broken_files_are_counted_and_passed_over(tmp_path: Path) -> None:
    """Empty, damaged, huge, lying and linked files end nothing; bombs are not unpacked."""
    good = still(tmp_path, 0).read_bytes()
    bomb = bytearray(good)
    bomb[16:24] = (40_000).to_bytes(4, "big") * 2
    broken: dict[str, bytes] = {
        "a.jpg": b"",
        "b.png": good[:200],
        "c.jpg": b"hello",
        "d.png": bytes(bomb),
        "e.dcm": bytes(128) + b"DICM" + bytes(50),
    }
    for name, data in broken.items():
        (tmp_path / name).write_bytes(data)
    with (tmp_path / "f.png").open("wb") as sparse:
        sparse.truncate(65 << 20)
    (tmp_path / "g.png").symlink_to("/etc/hostname")
    os.mkfifo(tmp_path / "h.png")
    os.utime(tmp_path / "0000.png")
    with Child() as child:
        config = {"path": str(tmp_path), "begin": "all", "watch": False, "looks": 1, **QUICK}
        child.open(FOLDER, config)
        assert shown(child) == [0]
        ended = child.next()
        assert isinstance(ended, Ended)
        assert ended.counts.damaged == len(broken) + 1
        told = [m for m in child.messages if isinstance(m, StreamInfo)][-1]
        name, _, reason = str(told.details["passed_over"]).partition(": ")
        assert name in {*broken, "f.png"}
        assert reason


def test_missing_folder_is_unavailable(tmp_path: Path) -> None:
    """A share that is not mounted may come back; a file is no folder."""
    file = tmp_path / "x.png"
    file.touch()
    for path, remedy in ((tmp_path / "none", "unavailable"), (file, "rejected")):
        with Child() as child:
            child.open(FOLDER, {"path": str(path)})
            assert child.wait_for(Failed).remedy == remedy


def test_contract_is_kept(tmp_path: Path) -> None:
    """A folder is a source like any other."""
    for number in range(3):
        still(tmp_path, number)
    options: dict[str, Any] = {"path": str(tmp_path), "begin": "all", "watch": False, **QUICK}
    check_source(FolderSource, options)
    watched = FolderSource("a", FolderConfig(path=tmp_path))
    assert (watched.live, watched.finite, watched.quiet) == (False, False, float("inf"))


@pytest.mark.parametrize("bits", [8, 16])
def test_dicom_is_shown_through_its_window(tmp_path: Path, bits: int) -> None:
    """A file made by pydicom becomes a picture, window and inversion as its tags ask."""
    grey = 255 - CLIP.picture(9)[..., 1]
    if bits == 8:
        dicom_file(tmp_path / "scan.dcm", grey, inverted=True)
    else:
        deep = grey.astype(np.uint16) * 10 + 1000
        dicom_file(tmp_path / "scan.dcm", deep, inverted=True, window=(2275, 2550))
    with Child() as child:
        config = {"path": str(tmp_path), "begin": "all", "watch": False, "looks": 1, **QUICK}
        child.open(FOLDER, config)
        assert shown(child) == [9]
