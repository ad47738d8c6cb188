"""`lookout fsck` says whether what was kept is whole, by its exit code too."""

import json
from pathlib import Path

import pytest
from rig.command import called
from rig.revisions import revision

from daemon.exits import Exit
from reasoners import Media
from sinks.journal import Journal
from sinks.media import MediaStore

JPEG = b"\xff\xd8\xff" + bytes(200) + b"\xff\xd9"


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """Keep one event with a picture; return its file."""
    journal = Journal(tmp_path / "journal.sqlite")
    journal.open()
    reference = MediaStore(tmp_path / "media").put("e1", 1, JPEG)
    journal.commit([revision(1, media=Media(snapshot=reference))])
    journal.close()
    return tmp_path / "media" / reference.lstrip("/")


def test_all_whole_ends_well(picture: Path, tmp_path: Path) -> None:
    """One line, code 0."""
    assert picture.is_file()
    done = called("fsck", "--state-dir", str(tmp_path))
    assert (done.code, done.out) == (Exit.CLEAN, "1 revisions, 1 pictures and clips: all whole\n")


def test_damage_is_named_and_ends_with_65(picture: Path, tmp_path: Path) -> None:
    """For people a line each, for programs one object."""
    picture.write_bytes(JPEG[:100])
    done = called("fsck", "--state-dir", str(tmp_path))
    assert done.code == Exit.DAMAGED
    assert "damaged: media /events/e1/snapshot.jpg: no whole JPEG (100 bytes)" in done.out
    done = called("fsck", "--state-dir", str(tmp_path), "--json")
    assert done.code == Exit.DAMAGED
    assert json.loads(done.out)["damage"] == [
        "media /events/e1/snapshot.jpg: no whole JPEG (100 bytes)"
    ]


def test_no_journal_is_one_line(tmp_path: Path) -> None:
    """Which file was looked for, and code 69."""
    done = called("fsck", "--state-dir", str(tmp_path))
    assert done.code == Exit.UNREACHABLE
    assert str(tmp_path / "journal.sqlite") in done.err
    assert "Traceback" not in done.err
