"""The ledger of what left the box."""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import astuple
from typing import Any, Final

from sinks.departure import Departure

MOST: Final = 200_000
"""Lines kept, newest first, whatever their age; about 40 MB."""

_BATCH: Final = 500

_COLUMNS: Final = "at, kind, part, host, size, sha256, camera, event, count"
"""In the order of `Departure`."""

TABLE: Final = """
CREATE TABLE departure (
    ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    kind TEXT NOT NULL,
    part TEXT NOT NULL,
    host TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    camera TEXT,
    event TEXT
) STRICT;
"""
"""As it was first; `COUNTED` makes it what it is."""

COUNTED: Final = """
ALTER TABLE departure ADD COLUMN count INTEGER NOT NULL DEFAULT 1;
CREATE UNIQUE INDEX departure_minute ON departure (part, host, at) WHERE kind = 'events';
"""


def write(db: sqlite3.Connection, departures: Iterable[Departure]) -> None:
    """Add lines; one of events replaces that of the same part, receiver and beginning."""
    db.executemany(
        f"INSERT INTO departure ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "  # noqa: S608 (fixed names)
        "ON CONFLICT (part, host, at) WHERE kind = 'events' DO UPDATE SET "
        "size = excluded.size, sha256 = excluded.sha256, event = excluded.event, "
        "count = excluded.count",
        [astuple(departure) for departure in departures],
    )


def read(
    db: sqlite3.Connection,
    *,
    since: float | None = None,
    until: float | None = None,
    camera: str | None = None,
    host: str | None = None,
) -> Iterator[Departure]:
    """Yield lines in the order in which they were written, in short reading transactions.

    Args:
        db: The journal.
        since: Unix seconds; then or later.
        until: Unix seconds; before then.
        camera: Of this camera only.
        host: To this host only, with or without its port.
    """
    asked: dict[str, Any] = {
        "since": since,
        "until": until,
        "camera": camera,
        "host": host,
        "most": _BATCH,
        "after": 0,
    }
    while True:
        rows = db.execute(
            f"SELECT ordinal, {_COLUMNS} FROM departure "  # noqa: S608 (fixed names)
            "WHERE ordinal > :after AND (:since IS NULL OR at >= :since) "
            "AND (:until IS NULL OR at < :until) AND (:camera IS NULL OR camera = :camera) "
            "AND (:host IS NULL OR host = :host "
            "OR substr(host, 1, length(:host) + 1) = :host || ':') "
            "ORDER BY ordinal LIMIT :most",
            asked,
        ).fetchall()
        for ordinal, *columns in rows:
            asked["after"] = ordinal
            yield Departure(*columns)
        if len(rows) < _BATCH:
            return


def expire(db: sqlite3.Connection, oldest: float) -> None:
    """Forget lines older than a moment, in Unix seconds, and those beyond `MOST`."""
    db.execute("DELETE FROM departure WHERE at < ?", (oldest,))
    db.execute(
        "DELETE FROM departure WHERE ordinal <= "
        "(SELECT ordinal FROM departure ORDER BY ordinal DESC LIMIT 1 OFFSET ?)",
        (MOST,),
    )
