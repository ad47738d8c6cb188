"""A clip while it is being written."""

import errno
import os
import stat
from pathlib import Path

import pytest

from sinks.clip import ClipFile
from sinks.media import MediaFull, MediaStore


def test_a_clip_has_its_name_when_it_is_whole(tmp_path: Path) -> None:
    """Until then it is a part that a crash leaves behind and a start removes."""
    store = MediaStore(tmp_path)
    clip = store.begin("e1")
    store.reserve(clip, 6)
    clip.append(b"one")
    clip.append(b"two")
    assert store.find("/events/e1/clip.mp4") is None
    assert clip.seal()
    assert store.adopt(clip) == "/events/e1/clip.mp4"
    found = store.find("/events/e1/clip.mp4")
    assert found is not None
    assert found.read_bytes() == b"onetwo"
    assert stat.S_IMODE(found.stat().st_mode) == 0o600
    assert store.size == 6
    assert list((tmp_path / "events" / "e1").iterdir()) == [found]


def test_an_empty_clip_leaves_nothing(tmp_path: Path) -> None:
    """Neither file nor folder."""
    store = MediaStore(tmp_path)
    clip = store.begin("e1")
    assert not clip.seal()
    store.adopt(clip)
    assert list((tmp_path / "events").iterdir()) == []


def test_a_start_removes_what_nothing_refers_to(tmp_path: Path) -> None:
    """A clip cut short by a crash and one without a row go; one with a row stays."""
    store = MediaStore(tmp_path)
    for event in ("kept", "lost"):
        clip = store.begin(event)
        clip.append(b"x")
        clip.seal()
        store.adopt(clip)
    store.begin("torn").append(b"x")
    again = MediaStore(tmp_path)
    assert again.sweep(lambda reference: reference == "/events/kept/clip.mp4") == 2
    assert [folder.name for folder in (tmp_path / "events").iterdir()] == ["kept"]


def test_a_piece_that_does_not_fit_leaves_the_ones_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk fills up in the middle of a piece: what is there stays whole, and is kept."""
    clip = ClipFile(tmp_path / "clip.mp4")
    clip.append(b"whole")
    write = os.write
    taken: list[int] = []

    def full(file: int, data: memoryview) -> int:
        if taken:
            raise OSError(errno.ENOSPC, "No space left on device")
        taken.append(write(file, data[:2]))
        return 2

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(OSError, match="No space"):
            clip.append(b"torn")
    clip.append(b" again")
    assert clip.seal()
    assert (tmp_path / "clip.mp4").read_bytes() == b"whole again"


def test_a_clip_in_the_making_does_not_leave_for_room(tmp_path: Path) -> None:
    """Others go first, by age; and it counts against the quota as it grows."""
    store = MediaStore(tmp_path, quota=1000)
    clip = store.begin("first")
    store.put("second", 1, b"x" * 500)
    store.reserve(clip, 600)
    assert store.find("/events/second/snapshot.jpg") is None
    clip.append(b"x" * 600)
    with pytest.raises(MediaFull, match="fills the quota"):
        store.put("third", 1, b"x" * 500)
    with pytest.raises(MediaFull, match="fills the quota"):
        store.reserve(clip, 500)
    assert clip.seal()
    store.adopt(clip)
    assert store.put("third", 1, b"x" * 500)
    assert store.find("/events/first/clip.mp4") is None
