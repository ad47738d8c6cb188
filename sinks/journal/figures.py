"""Counting: pure queries that writer and reader share."""

import sqlite3

from sinks.journal.entry import Figures, SinkFigures


def last(db: sqlite3.Connection) -> int:
    """Return the position of the newest entry ever; 0 when there was none."""
    row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'entry'").fetchone()
    return int(row[0]) if row else 0


def waiting(db: sqlite3.Connection, sink: str, after: int, until: int) -> int:
    """Count the entries after one position, up to another, that a sink still has to get."""
    (count,) = db.execute(
        "SELECT (SELECT count(*) FROM entry WHERE position > :a AND position <= :u)"
        " - (SELECT count(*) FROM dead_letter JOIN entry USING (position)"
        "    WHERE sink = :s AND position > :a AND position <= :u)",
        {"s": sink, "a": after, "u": until},
    ).fetchone()
    return int(count)


def figures(db: sqlite3.Connection) -> Figures:
    """Count everything."""
    end = last(db)
    rows, size = db.execute("SELECT count(*), coalesce(sum(size), 0) FROM entry").fetchone()
    (held,) = db.execute("SELECT count(*) FROM held").fetchone()
    sinks: dict[str, SinkFigures] = {}
    for name, cursor, committed, delivered, dead, expired, deliveries in db.execute(
        "SELECT name, cursor, committed, delivered, dead_lettered, expired, deliveries "
        "FROM sink ORDER BY name"
    ).fetchall():
        sinks[name] = SinkFigures(
            committed=committed,
            delivered=delivered,
            waiting=waiting(db, name, cursor, end),
            dead_lettered=dead,
            expired=expired,
            deliveries=deliveries,
            cursor=cursor,
        )
    return Figures(rows=rows, bytes=size, last=end, held=held, sinks=sinks)
