"""What each camera has learned about its predictions; the journal does not read it."""

import sqlite3
from collections.abc import Mapping
from typing import Final

LONGEST: Final = 1_000_000
"""Characters kept of one camera: some hundred times what one with a few zones needs."""

TABLE: Final = """
CREATE TABLE learned (
    camera TEXT PRIMARY KEY,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""


def write(db: sqlite3.Connection, lessons: Mapping[str, str]) -> None:
    """Remember what cameras have learned, in place of what they had before."""
    db.executemany(
        "INSERT OR REPLACE INTO learned VALUES (?, ?)",
        [(camera, body) for camera, body in lessons.items() if len(body) <= LONGEST],
    )


def read(db: sqlite3.Connection) -> dict[str, str]:
    """Return what every camera has learned, by name."""
    return dict(db.execute("SELECT camera, body FROM learned ORDER BY camera").fetchall())
