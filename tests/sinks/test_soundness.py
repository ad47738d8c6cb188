"""Looking over what was kept finds each kind of damage, and nothing where there is none."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import av
import numpy as np
import pytest
from rig.revisions import revision

from reasoners import Media
from sinks.journal import Journal, JournalReader
from sinks.media import MediaStore
from sinks.soundness import Findings, look_over

JPEG = b"\xff\xd8\xff" + bytes(200) + b"\xff\xd9"


def clip(path: Path) -> bytes:
    """Make a short fragmented MP4."""
    options = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    with av.open(str(path), "w", options=options) as made:
        stream = made.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 64
        for _ in range(10):
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), "rgb24")
            made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    return path.read_bytes()


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    """Keep three events, two with pictures, of these one with a forecast, one with a clip."""
    journal = Journal(tmp_path / "journal.sqlite")
    journal.open()
    journal.register(["mqtt"])
    store = MediaStore(tmp_path / "media")
    for number in (1, 2, 3):
        pictures = store.put(f"e{number}", 1, JPEG) if number < 3 else None
        film = f"/events/e{number}/clip.mp4" if number == 2 else None
        foreseen = store.put("e1", 1, JPEG, "forecast") if number == 1 else None
        media = Media(snapshot=pictures, forecast=foreseen, clip=film)
        journal.commit([revision(number, media=media)])
    (tmp_path / "media/events/e2/clip.mp4").write_bytes(clip(tmp_path / "made.mp4"))
    yield tmp_path
    journal.close()


def looked(state: Path) -> Findings:
    """Look everything over."""
    with JournalReader(state / "journal.sqlite") as reader:
        return look_over(reader, state / "media")


def test_what_is_whole_is_found_whole(state: Path) -> None:
    """Beside a journal that is open for writing; everything is counted."""
    assert looked(state) == Findings(revisions=3, pictures=4)


def test_a_picture_gone_with_the_quota_is_no_damage(state: Path) -> None:
    """It is counted; the rest goes on."""
    (state / "media/events/e1/snapshot.jpg").unlink()
    assert looked(state) == Findings(revisions=3, pictures=4, expired=1)


def test_a_missing_folder_of_media_is_no_damage(tmp_path: Path) -> None:
    """A daemon without pictures has none."""
    journal = Journal(tmp_path / "journal.sqlite")
    journal.open()
    journal.close()
    assert looked(tmp_path) == Findings()


@pytest.mark.parametrize(
    ("name", "keep", "said"),
    [
        ("e1/snapshot.jpg", 150, "no whole JPEG (150 bytes)"),
        ("e1/snapshot.jpg", 0, "no whole JPEG (0 bytes)"),
        ("e1/forecast.jpg", 90, "no whole JPEG (90 bytes)"),
        ("e2/clip.mp4", -3, "cut off in box"),
        ("e2/clip.mp4", 40, "cut off in box"),
        ("e2/clip.mp4", 0, "no whole MP4"),
    ],
)
def test_a_torn_file_is_damage(state: Path, name: str, keep: int, said: str) -> None:
    """Pictures and clips that end too early are named."""
    path = state / "media/events" / name
    path.write_bytes(path.read_bytes()[:keep])
    (damage,) = looked(state).damage
    assert damage.startswith(f"media /events/{name}: ")
    assert said in damage


def test_a_file_that_nothing_names_is_told_apart_from_damage(state: Path) -> None:
    """Half-written ones too; the daemon removes them when it starts."""
    (state / "media/events/e3").mkdir()
    for name in ("forecast.jpg", "snapshot.jpg", "snapshot-2.jpg.part"):
        (state / "media/events/e3" / name).write_bytes(b"half")
    found = looked(state)
    assert found.damage == []
    orphans = ("forecast.jpg", "snapshot-2.jpg.part", "snapshot.jpg")
    assert found.orphans == [f"/events/e3/{name}" for name in orphans]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM entry WHERE position = 2", "camera porch: seq 3 after 1"),
        ("UPDATE sink SET delivered = 1", "sink mqtt: 3 committed, but 4 accounted for"),
        (
            "UPDATE entry SET body = json_set(body, '$.id', 'e1') WHERE position = 2",
            "event e1: revision 1 after 1",
        ),
        (
            "UPDATE entry SET body = json_set(body, '$.media.clip', '/../x') WHERE position = 3",
            "media '/../x': no reference of ours",
        ),
    ],
)
def test_accounts_and_numbers_that_do_not_fit_are_damage(
    state: Path, statement: str, said: str
) -> None:
    """Whatever somebody changed behind the journal's back is said in one sentence."""
    with closing(sqlite3.connect(state / "journal.sqlite")) as db:
        db.execute(statement)
        db.commit()
    assert said in looked(state).damage


def test_a_damaged_file_is_not_read_any_further(state: Path) -> None:
    """Its own check speaks first."""
    path = state / "journal.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'entry'").fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * size + 8)
        file.write(b"\xff" * 64)
    found = looked(state)
    assert found.damage
    assert all(line.startswith("journal: ") for line in found.damage)
