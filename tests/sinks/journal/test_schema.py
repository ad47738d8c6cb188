"""Tables and migrations."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from rig.revisions import revision

from sinks.journal import Journal, JournalReader, Limits, schema


def test_every_older_version_has_a_way_to_the_next() -> None:
    """No version is left without its migration."""
    assert set(schema.MIGRATIONS) == set(range(1, schema.VERSION))


def test_an_older_schema_is_migrated_at_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Steps run one after the other, and the file says its new version."""
    path = tmp_path / "journal.db"
    journal = Journal(path)
    journal.open()
    journal.close()
    now = schema.VERSION
    monkeypatch.setattr(schema, "VERSION", now + 2)
    monkeypatch.setattr(
        schema,
        "MIGRATIONS",
        {now: "CREATE TABLE two (a);", now + 1: "ALTER TABLE two ADD COLUMN b;"},
    )
    journal.open()
    journal.close()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (now + 2,)
        assert db.execute("SELECT a, b FROM two").fetchall() == []


def test_our_files_are_told_from_others() -> None:
    """The file carries our mark and our version."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        schema.create(db)
        assert db.execute("PRAGMA application_id").fetchone() == (schema.APPLICATION,)
        assert db.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)


def test_a_journal_of_the_first_schema_keeps_its_events_and_learns_to_search(
    tmp_path: Path,
) -> None:
    """What an older version wrote is found by its words, and so is what comes after."""
    path = tmp_path / "journal.db"
    old = revision(1, explanation="A courier left a parcel", seq=1)
    with closing(sqlite3.connect(path)) as db:
        db.executescript((Path(__file__).parent / "version1.sql").read_text())
        db.execute(
            "INSERT INTO entry (id, revision, camera, rule, updated_at, size, body) "
            "VALUES (?, 1, 'porch', 'presence', 1001.0, 1, ?)",
            (old.id, old.wire()),
        )
        db.commit()
    journal = Journal(path)
    journal.open()
    journal.commit([revision(2, explanation="A parcel was taken")])
    journal.close()
    with JournalReader(path) as reader:
        assert reader.integrity() == []
        assert [entry.event.id for entry in reader.events()] == ["e1", "e2"]
        assert [entry.event.id for entry in reader.events(words="PARCEL cour")] == ["e1"]


def test_what_expires_is_found_no_more(tmp_path: Path) -> None:
    """The index keeps no word of an entry that is gone."""
    path = tmp_path / "journal.db"
    journal = Journal(path, Limits(count=1))
    journal.open()
    journal.commit([revision(1, explanation="a courier"), revision(2, explanation="a cat")])
    journal.expire(2000.0)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT rowid, text FROM words").fetchall() == [
            (2, "a cat\n\nperson\n\n")
        ]
    journal.close()
