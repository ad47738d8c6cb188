"""The tables of the journal and how older ones become present ones."""

import sqlite3
from typing import Final

from sinks.journal import calls, evaluated, learned, ledger

VERSION: Final = 8
"""Written as `user_version`; a newer one is refused, an older one migrated."""

APPLICATION: Final = 0x4C4F4F4B
"""Written as `application_id`; tells our file from any other database."""

_SPOKEN: Final = """
    coalesce(json_extract({body}, '$.explanation'), '') || char(10) ||
    coalesce(json_extract({body}, '$.description'), '') || char(10) ||
    coalesce((SELECT group_concat(json_extract(value, '$.label'), ' ')
              FROM json_each({body}, '$.objects')), '') || char(10) ||
    coalesce((SELECT group_concat(json_extract(value, '$.text'), ' ')
              FROM json_each({body}, '$.entities')), '') || char(10) ||
    coalesce((SELECT group_concat(json_extract(value, '$.answer'), ' ')
              FROM json_each({body}, '$.answers')), '')
"""
"""What of an event can be searched for by its words."""

_WORDS: Final = f"""
CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = "unicode61 remove_diacritics 2");
CREATE TRIGGER entry_spoken AFTER INSERT ON entry BEGIN
    INSERT INTO words (rowid, text) VALUES (new.position, {_SPOKEN.format(body="new.body")});
END;
CREATE TRIGGER entry_silent AFTER DELETE ON entry BEGIN
    DELETE FROM words WHERE rowid = old.position;
END;
"""  # noqa: S608 (fixed names)
"""Source of the index: https://www.sqlite.org/fts5.html. Triggers keep it true in the same
transaction, whoever deletes."""

_SAID: Final = """
CREATE TABLE switch (
    camera TEXT NOT NULL,
    name TEXT NOT NULL,
    state INTEGER NOT NULL,
    PRIMARY KEY (camera, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE feedback (
    event TEXT PRIMARY KEY,
    verdict TEXT NOT NULL,
    at REAL NOT NULL
) STRICT, WITHOUT ROWID;
"""
"""What people said: how a switch stands, and what they think of an event; the last word counts."""

TABLES: Final = f"""
CREATE TABLE entry (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    camera TEXT NOT NULL,
    rule TEXT NOT NULL,
    updated_at REAL NOT NULL,
    dated_at REAL,
    size INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (id, revision)
) STRICT;
CREATE TABLE unfinished (
    id TEXT PRIMARY KEY,
    revision INTEGER NOT NULL,
    position INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE held (
    id TEXT PRIMARY KEY,
    ordinal INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE camera (
    name TEXT PRIMARY KEY,
    seq INTEGER NOT NULL DEFAULT 0,
    track INTEGER NOT NULL DEFAULT 0,
    frame INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TABLE sink (
    name TEXT PRIMARY KEY,
    cursor INTEGER NOT NULL,
    committed INTEGER NOT NULL DEFAULT 0,
    delivered INTEGER NOT NULL DEFAULT 0,
    dead_lettered INTEGER NOT NULL DEFAULT 0,
    expired INTEGER NOT NULL DEFAULT 0,
    deliveries INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TABLE dead_letter (
    sink TEXT NOT NULL,
    position INTEGER NOT NULL,
    reason TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (sink, position)
) STRICT, WITHOUT ROWID;
{_WORDS}{_SAID}{ledger.TABLE}{ledger.COUNTED}{calls.TABLE}{evaluated.TABLES}{learned.TABLE}"""
"""`dated_at` is `updated_at` where the clock could be trusted, else null: such a row has no age.
`unfinished` holds bodies of its own, so that an event open for longer than the journal keeps rows
can still be ended."""

_LEARN: Final = f"""
INSERT INTO words (rowid, text) SELECT position, {_SPOKEN.format(body="body")} FROM entry;
"""  # noqa: S608 (fixed names)

MIGRATIONS: Final[dict[int, str]] = {
    1: _WORDS + _LEARN,
    2: _SAID,
    3: ledger.TABLE,
    4: calls.TABLE,
    5: evaluated.TABLES,
    6: learned.TABLE,
    7: ledger.COUNTED,
}
"""Version → script that leads to the next version."""


def create(db: sqlite3.Connection) -> None:
    """Lay the tables into an empty database, in one transaction."""
    db.executescript(
        f"BEGIN IMMEDIATE;{TABLES}"
        f"PRAGMA application_id = {APPLICATION};PRAGMA user_version = {VERSION};COMMIT;"
    )


def migrate(db: sqlite3.Connection, version: int) -> None:
    """Lead an older database to the present version, one transaction per step."""
    for step in range(version, VERSION):
        db.executescript(
            f"BEGIN IMMEDIATE;{MIGRATIONS[step]}PRAGMA user_version = {step + 1};COMMIT;"
        )
