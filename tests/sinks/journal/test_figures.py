"""Counting."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from rig.revisions import revision

from sinks.journal import Journal, schema
from sinks.journal.figures import figures, last, waiting


@pytest.fixture
def empty() -> Iterator[sqlite3.Connection]:
    """Open an empty journal's database."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        schema.create(db)
        yield db


def test_an_empty_journal_counts_nothing(empty: sqlite3.Connection) -> None:
    """Every figure of nothing is nought."""
    assert last(empty) == 0
    assert waiting(empty, "mqtt", 0, 100) == 0
    assert figures(empty) == {"rows": 0, "bytes": 0, "last": 0, "held": 0, "sinks": {}}


def test_figures_say_what_is_there() -> None:
    """Rows, bytes and the last position follow the commits; sinks stand by name."""
    journal = Journal(None)
    journal.open()
    journal.register(["b", "a"])
    entries = journal.commit([revision(1), revision(2)])
    journal.hold(revision(3))
    journal.advance({"a": 1}, {"a": 1})
    found = journal.figures()
    assert (found["rows"], found["last"], found["held"]) == (2, 2, 1)
    assert found["bytes"] == sum(len(entry.event.wire().encode()) for entry in entries)
    assert list(found["sinks"]) == ["a", "b"]
    assert found["sinks"]["a"] == {
        "committed": 2,
        "delivered": 1,
        "waiting": 1,
        "dead_lettered": 0,
        "expired": 0,
        "deliveries": 1,
        "cursor": 1,
    }
    journal.close()
