"""What models said of events lately, and what people said of them; read for those who learn."""

import sqlite3
from typing import Final

from reasoners import Event

RECENT: Final = 2000
"""Revisions looked through for what models said last."""

JUDGED: Final = 1000
"""Events that people judged: so many are read, the ones judged last."""


def described(db: sqlite3.Connection, since: float) -> list[Event]:
    """Return events that a model described, each as it stands, oldest first.

    Args:
        db: The journal.
        since: Unix seconds; only what was updated since then.
    """
    rows = db.execute(
        "SELECT body, max(revision) FROM "
        "(SELECT * FROM entry ORDER BY position DESC LIMIT ?) "
        "WHERE updated_at >= ? AND json_extract(body, '$.description') IS NOT NULL "
        "GROUP BY id ORDER BY max(position)",
        (RECENT, since),
    )
    return [Event.model_validate_json(body) for body, _ in rows]


def judged(db: sqlite3.Connection) -> list[tuple[Event, str]]:
    """Return the events that people judged, each as it stands, with the last word on it."""
    rows = db.execute(
        "SELECT body, max(revision), verdict FROM "
        "(SELECT * FROM feedback ORDER BY at DESC LIMIT ?) AS word "
        "JOIN entry ON entry.id = word.event GROUP BY entry.id ORDER BY word.at, entry.id",
        (JUDGED,),
    )
    return [(Event.model_validate_json(body), verdict) for body, _, verdict in rows]


def forget(db: sqlite3.Connection, camera: str, rule: str) -> None:
    """Forget what people said of the events of a rule."""
    db.execute(
        "DELETE FROM feedback WHERE event IN (SELECT id FROM entry WHERE camera = ? AND rule = ?)",
        (camera, rule),
    )
