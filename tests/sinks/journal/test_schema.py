"""Tables and migrations."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sinks.journal import Journal, schema


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
    monkeypatch.setattr(schema, "VERSION", 3)
    monkeypatch.setattr(
        schema,
        "MIGRATIONS",
        {1: "CREATE TABLE two (a);", 2: "ALTER TABLE two ADD COLUMN b;"},
    )
    journal.open()
    journal.close()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (3,)
        assert db.execute("SELECT a, b FROM two").fetchall() == []


def test_our_files_are_told_from_others() -> None:
    """The file carries our mark and our version."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        schema.create(db)
        assert db.execute("PRAGMA application_id").fetchone() == (schema.APPLICATION,)
        assert db.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)
