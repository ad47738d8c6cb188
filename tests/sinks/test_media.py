"""Pictures on disk."""

import errno
import os
import resource
import signal
import stat
from pathlib import Path

import pytest

from sinks.media import MediaFull, MediaStore


def names(folder: Path) -> list[str]:
    """Return what is in a folder."""
    return sorted(path.name for path in folder.iterdir())


def test_the_first_picture_and_better_ones_have_references_of_their_own(tmp_path: Path) -> None:
    """A reference names one file that is complete; none is ever replaced by another revision's."""
    store = MediaStore(tmp_path)
    assert store.put("e1", 1, b"first") == "/events/e1/snapshot.jpg"
    assert store.put("e1", 3, b"better") == "/events/e1/snapshot-3.jpg"
    first = store.find("/events/e1/snapshot.jpg")
    better = store.find("/events/e1/snapshot-3.jpg")
    assert first is not None
    assert better is not None
    assert (first.read_bytes(), better.read_bytes()) == (b"first", b"better")
    assert store.size == len(b"first") + len(b"better")


def test_a_forecast_lies_beside_its_snapshot(tmp_path: Path) -> None:
    """Found by its reference, swept and expired as pictures are."""
    store = MediaStore(tmp_path)
    assert store.put("e1", 1, b"now") == "/events/e1/snapshot.jpg"
    assert store.put("e1", 1, b"then", "forecast") == "/events/e1/forecast.jpg"
    assert store.put("e1", 2, b"later", "forecast") == "/events/e1/forecast-2.jpg"
    kept = {"/events/e1/snapshot.jpg", "/events/e1/forecast-2.jpg"}
    assert store.sweep(kept.__contains__) == 1
    found = store.find("/events/e1/forecast-2.jpg")
    assert found is not None
    assert found.read_bytes() == b"later"
    os.utime(found, (100.0, 100.0))
    assert store.expire({".jpg": 200.0}) == 1
    assert store.find("/events/e1/forecast-2.jpg") is None


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    """Pictures of people are private."""
    MediaStore(tmp_path / "media").put("e1", 1, b"x")
    for path in (tmp_path / "media").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", ".hidden", "a\0b", "x" * 65, "é"])
def test_an_unsafe_id_is_refused(tmp_path: Path, name: str) -> None:
    """An id never becomes a path of its own."""
    with pytest.raises(ValueError, match="cannot name a folder"):
        MediaStore(tmp_path).put(name, 1, b"x")


@pytest.mark.parametrize(
    "reference",
    [
        "/events/e1/../e1/snapshot.jpg",
        "/events/e1/snapshot.jpg\n",
        "events/e1/snapshot.jpg",
        "/events/e1/secret",
        "/events/e1/snapshot-0.jpg",
        "/etc/passwd",
        "/events/e2/snapshot.jpg",
        "/events/link/snapshot.jpg/x",
    ],
)
def test_nothing_else_is_found(tmp_path: Path, reference: str) -> None:
    """Only whole references of files that are there lead to a file."""
    store = MediaStore(tmp_path)
    store.put("e1", 1, b"x")
    (tmp_path / "events" / "e1" / "secret").write_text("x")
    assert store.find(reference) is None


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """Neither to read nor to remove what lies elsewhere."""
    secret = tmp_path / "secret"
    secret.write_text("keep")
    store = MediaStore(tmp_path / "media")
    store.put("e1", 1, b"x")
    (tmp_path / "media" / "events" / "e1" / "snapshot-2.jpg").symlink_to(secret)
    assert store.find("/events/e1/snapshot-2.jpg") is None
    store.sweep(lambda _: False)
    assert secret.read_text() == "keep"


def test_sweep_removes_what_a_crash_left(tmp_path: Path) -> None:
    """Half-written and unreferenced files go, referenced and foreign ones stay."""
    store = MediaStore(tmp_path)
    kept = store.put("e1", 1, b"kept")
    store.put("e1", 2, b"lost")
    store.put("e2", 1, b"lost")
    (tmp_path / "events" / "e1" / "snapshot-3.jpg.part").write_bytes(b"half")
    (tmp_path / "events" / "e1" / "notes.txt").write_text("not ours")
    again = MediaStore(tmp_path)
    assert again.sweep(lambda reference: reference == kept) == 3
    assert again.find(kept) is not None
    assert not (tmp_path / "events" / "e2").exists()
    assert names(tmp_path / "events" / "e1") == ["notes.txt", "snapshot.jpg"]
    assert again.size == len(b"kept") + len(b"not ours")


def test_the_oldest_events_make_room(tmp_path: Path) -> None:
    """The quota holds after every put; what went is counted."""
    store = MediaStore(tmp_path, quota=1000)
    for number in range(10):
        store.put(f"e{number}", 1, b"x" * 300)
        assert store.size <= 1000
    assert names(tmp_path / "events") == ["e7", "e8", "e9"]
    assert store.removed == 7


def test_what_is_locked_stays(tmp_path: Path) -> None:
    """Neither the quota nor a journal that forgot it takes it away, over a restart as well."""
    store = MediaStore(tmp_path, quota=1000)
    for number in range(10):
        store.put(f"e{number}", 1, b"x" * 200)
        if number == 1:
            store.lock("e1")
    assert store.find("/events/e1/snapshot.jpg") is not None
    assert store.find("/events/e2/snapshot.jpg") is None
    assert store.size <= 1000
    again = MediaStore(tmp_path, quota=1000)
    again.sweep(lambda _: False)
    assert names(tmp_path / "events") == ["e1"]
    assert again.figures()["locked"] == 1
    assert again.figures()["bytes"] == 200


def test_locked_events_leave_room_for_others(tmp_path: Path) -> None:
    """They take half of the quota at most: the oldest is released, counted, and goes as others."""
    store = MediaStore(tmp_path, quota=1000)
    for number in range(5):
        clip = store.begin(f"e{number}")
        store.lock(clip.event)
        store.reserve(clip, 240)
        clip.append(b"x" * 240)
        assert clip.seal()
        store.adopt(clip)
    assert store.figures()["locked"] == 2
    assert store.figures()["released"] == 3
    store.put("new", 1, b"x" * 500)
    assert names(tmp_path / "events") == ["e3", "e4", "new"]


def test_a_locked_clip_that_comes_to_nothing_leaves_nothing(tmp_path: Path) -> None:
    """An empty folder is not kept for its lock."""
    store = MediaStore(tmp_path)
    clip = store.begin("e1")
    store.lock("e1")
    assert not clip.seal()
    store.adopt(clip)
    assert names(tmp_path / "events") == []
    assert store.figures()["locked"] == 0


def test_a_picture_above_the_quota_is_refused(tmp_path: Path) -> None:
    """Neither a single picture nor those of one event may pass the quota."""
    store = MediaStore(tmp_path, quota=1000)
    with pytest.raises(MediaFull, match="above the quota"):
        store.put("e1", 1, b"x" * 1001)
    store.put("e1", 1, b"x" * 600)
    with pytest.raises(MediaFull, match="alone fills the quota"):
        store.put("e1", 2, b"x" * 600)
    assert store.find("/events/e1/snapshot.jpg") is not None


def test_a_full_disk_is_said_and_leaves_nothing_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No reference, no file, and the next picture is stored once there is room."""
    store = MediaStore(tmp_path)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(MediaFull, match="disk is full"):
            store.put("e1", 1, b"x")
    assert list((tmp_path / "events").iterdir()) == []
    assert store.put("e1", 1, b"x") == "/events/e1/snapshot.jpg"


def test_a_write_that_stops_midway_leaves_nothing(tmp_path: Path) -> None:
    """The kernel takes a part and refuses the rest."""
    store = MediaStore(tmp_path)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, hard))
    try:
        with pytest.raises(Exception, match="media folder"):
            store.put("e1", 1, b"x" * 10_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert list((tmp_path / "events").iterdir()) == []


def test_each_kind_has_an_age_of_its_own(tmp_path: Path) -> None:
    """Old snapshots go, old clips may stay; what is locked or being written always does."""
    store = MediaStore(tmp_path)
    for event in ("e1", "e2", "e3"):
        store.put(event, 1, b"\xff\xd8\xff")
        clip = store.begin(event)
        clip.append(b"clip")
        if event != "e3":
            clip.seal()
            store.adopt(clip)
    store.lock("e2")
    for file in tmp_path.rglob("events/*/*.*"):
        os.utime(file, (100.0, 100.0))
    store.put("e4", 1, b"\xff\xd8\xff")
    assert store.expire({".jpg": 200.0}) == 1
    assert store.find("/events/e1/snapshot.jpg") is None
    assert store.find("/events/e1/clip.mp4") is not None
    assert store.expire({".jpg": 200.0, ".mp4": 200.0}) == 1
    assert not (tmp_path / "events" / "e1").exists()
    left = {"e2/snapshot.jpg", "e2/clip.mp4", "e3/snapshot.jpg", "e4/snapshot.jpg"}
    assert all(store.find(f"/events/{name}") for name in left)


def test_a_sweep_while_running_leaves_what_is_young_or_growing(tmp_path: Path) -> None:
    """Only what nobody names and nobody has touched for a while goes."""
    store = MediaStore(tmp_path)
    for event in ("old", "named", "young"):
        store.put(event, 1, b"\xff\xd8\xff")
    store.begin("growing").append(b"clip")
    for file in tmp_path.rglob("events/*/*.*"):
        if file.parent.name != "young":
            os.utime(file, (100.0, 100.0))
    assert store.sweep({"/events/named/snapshot.jpg"}.__contains__, before=200.0) == 1
    assert {path.name for path in (tmp_path / "events").iterdir()} == {"named", "young", "growing"}
