"""F72: a journal that is damaged, foreign or of a newer schema."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from rig.revisions import revision

from sinks.journal import Journal, JournalFailed, schema


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Leave a journal with 200 events behind, as a clean exit does."""
    path = tmp_path / "journal.db"
    journal = Journal(path)
    journal.open()
    journal.commit([revision(n) for n in range(200)])
    journal.close()
    return path


def damage_in_the_middle(path: Path) -> None:
    """Overwrite some pages."""
    with path.open("r+b") as file:
        file.seek(3 * 4096)
        file.write(b"\xa5" * 3 * 4096)


def damage_the_head(path: Path) -> None:
    """Make it no database at all."""
    with path.open("r+b") as file:
        file.write(b"not a database, not any more....")


def cut_short(path: Path) -> None:
    """Lose the second half, as a disk that lied about fsync does."""
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


@pytest.mark.fault("F72")
@pytest.mark.parametrize("harm", [damage_in_the_middle, damage_the_head, cut_short])
def test_a_damaged_journal_is_moved_aside_with_all_its_bytes(path: Path, harm: object) -> None:
    """The old file is kept as it was, people are told, and work goes on in a new one."""
    assert callable(harm)
    harm(path)
    before = path.read_bytes()
    journal = Journal(path)
    (warning,) = journal.open()
    kept = path.with_name("journal.db.damaged-1")
    assert str(kept) in warning
    assert "damaged" in warning
    assert "\n" not in warning
    assert kept.read_bytes() == before
    assert journal.commit([revision(1)])[0].event.seq == 1
    journal.close()
    assert journal.open() == ()
    journal.close()


def test_a_second_damaged_journal_does_not_replace_the_first(path: Path) -> None:
    """Every damaged file is kept."""
    for number in (1, 2):
        damage_the_head(path)
        journal = Journal(path)
        journal.open()
        journal.commit([revision(number)])
        journal.close()
    assert path.with_name("journal.db.damaged-1").exists()
    assert path.with_name("journal.db.damaged-2").exists()


def test_a_crashed_journal_is_not_damaged(tmp_path: Path) -> None:
    """What lies in the write-ahead log after a crash belongs to the journal."""
    live, copy = tmp_path / "live" / "journal.db", tmp_path / "copy" / "journal.db"
    journal = Journal(live)
    journal.open()
    journal.commit([revision(1)])
    shutil.copytree(live.parent, copy.parent)
    journal.close()
    crashed = Journal(copy)
    assert crashed.open() == ()
    assert [entry.event.id for entry in crashed.after(0, 9)] == ["e1"]
    crashed.close()


@pytest.mark.fault("F72")
def test_a_log_without_its_journal_is_kept(path: Path) -> None:
    """An emptied file beside a log that is not empty is damage; SQLite alone would delete both."""
    path.write_bytes(b"")
    log = path.with_name("journal.db-wal")
    log.write_bytes(b"some bytes of events")
    journal = Journal(path)
    (warning,) = journal.open()
    journal.close()
    assert "empty" in warning
    assert path.with_name("journal.db.damaged-1-wal").read_bytes() == b"some bytes of events"


@pytest.mark.fault("F72")
def test_a_newer_schema_is_refused_untouched(path: Path) -> None:
    """An older version never writes into what it does not understand."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    with pytest.raises(
        JournalFailed, match=rf"newer Lookout \(schema 99, this one knows {schema.VERSION}\)"
    ):
        Journal(path).open()
    assert path.read_bytes() == before


def test_another_programs_database_is_refused_untouched(tmp_path: Path) -> None:
    """A wrong path never costs somebody else's data."""
    path = tmp_path / "photos.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE photo (name TEXT)")
    before = path.read_bytes()
    with pytest.raises(JournalFailed, match="another program"):
        Journal(path).open()
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    """The error names the file and says what to see to."""
    (tmp_path / "state").write_text("a file where a folder should be")
    with pytest.raises(JournalFailed, match=r"journal\.db: .*; see to the folder"):
        Journal(tmp_path / "state" / "journal.db").open()


def test_a_failed_open_lets_go_of_the_lock(path: Path) -> None:
    """After the reason is gone, opening again works in the same process."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")
    journal = Journal(path)
    with pytest.raises(JournalFailed):
        journal.open()
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {schema.VERSION}")
    assert journal.open() == ()
    journal.close()
