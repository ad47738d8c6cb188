"""What the journal lets go of, and whom that costs something."""

import sqlite3
from typing import Final

from sinks.journal import calls, ledger
from sinks.journal.entry import Expired, Limits
from sinks.journal.figures import waiting

DEAD_LETTERS: Final = 1000
"""Put-aside events kept per sink, newest first; the count goes on."""


def expire(db: sqlite3.Connection, limits: Limits, now: float) -> list[Expired]:
    """Delete the oldest entries until all limits hold; return what each sink lost thereby.

    Entries go strictly from the front, so that no cursor ever meets a hole.
    """
    ledger.expire(db, now - limits.ledger)
    _forget_old_dead_letters(db, now - limits.age)
    calls.expire(db, now - limits.age)
    until = max(
        _by_age(db, now - limits.age), _by_count(db, limits.count), _by_size(db, limits.size)
    )
    if not until:
        return []
    lost = [
        found
        for name, cursor in db.execute("SELECT name, cursor FROM sink ORDER BY name").fetchall()
        if (found := _lose(db, name, cursor, until))
    ]
    db.execute("DELETE FROM entry WHERE position <= ?", (until,))
    db.execute("DELETE FROM feedback WHERE event NOT IN (SELECT id FROM entry)")
    _trim_dead_letters(db)
    return lost


def _by_age(db: sqlite3.Connection, oldest: float) -> int:
    """Return the last position to drop, or 0: everything before the first entry young enough."""
    (until,) = db.execute(
        "SELECT coalesce(max(position), 0) FROM entry WHERE dated_at < :oldest AND position < "
        "(SELECT coalesce(min(position), 1 << 62) FROM entry WHERE dated_at >= :oldest)",
        {"oldest": oldest},
    ).fetchone()
    return int(until)


def _by_count(db: sqlite3.Connection, most: int) -> int:
    row = db.execute(
        "SELECT position FROM entry ORDER BY position DESC LIMIT 1 OFFSET ?", (most,)
    ).fetchone()
    return int(row[0]) if row else 0


def _by_size(db: sqlite3.Connection, most: int) -> int:
    (excess,) = db.execute("SELECT coalesce(sum(size), 0) - ? FROM entry", (most,)).fetchone()
    until = 0
    if excess <= 0:
        return until
    for position, size in db.execute("SELECT position, size FROM entry ORDER BY position"):
        until = int(position)
        excess -= size
        if excess <= 0:
            break
    return until


def _lose(db: sqlite3.Connection, sink: str, cursor: int, until: int) -> Expired | None:
    if until <= cursor:
        return None
    count = waiting(db, sink, cursor, until)
    first, last = db.execute(
        "SELECT min(position), max(position) FROM entry WHERE position > ? AND position <= ? "
        "AND position NOT IN (SELECT position FROM dead_letter WHERE sink = ?)",
        (cursor, until, sink),
    ).fetchone()
    db.execute(
        "UPDATE sink SET cursor = ?, expired = expired + ? WHERE name = ?", (until, count, sink)
    )
    return Expired(sink, count, int(first), int(last)) if count else None


def _forget_old_dead_letters(db: sqlite3.Connection, oldest: float) -> None:
    """Keep what a sink refused no longer than events themselves, once its cursor has passed it."""
    db.execute(
        "DELETE FROM dead_letter WHERE json_extract(body, '$.updated_at') < ? "
        "AND json_extract(body, '$.clock') IS NOT 'unsynced' "
        "AND position <= (SELECT cursor FROM sink WHERE name = dead_letter.sink)",
        (oldest,),
    )


def _trim_dead_letters(db: sqlite3.Connection) -> None:
    for name, cursor in db.execute("SELECT name, cursor FROM sink").fetchall():
        db.execute(
            "DELETE FROM dead_letter WHERE sink = :s AND position <= :c AND position < "
            "(SELECT position FROM dead_letter WHERE sink = :s "
            "ORDER BY position DESC LIMIT 1 OFFSET :keep)",
            {"s": name, "c": cursor, "keep": DEAD_LETTERS - 1},
        )
