"""What rules found when it changed, beside the events: bounded for each rule of each camera."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from reasoners import Evaluation, RuleRecord

KEPT: Final = 200
"""Evaluations kept of each rule of each camera, the newest; about 100 KB."""

SPANS: Final = 64
"""Spans of watching kept of each camera."""

JOINS: Final = 15.0
"""Seconds between two spans up to which they are one."""

TABLES: Final = """
CREATE TABLE evaluation (
    ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
    camera TEXT NOT NULL,
    rule TEXT NOT NULL,
    at REAL NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX evaluation_of ON evaluation (camera, rule, at);
CREATE TABLE watched (
    ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
    camera TEXT NOT NULL,
    since REAL NOT NULL,
    until REAL NOT NULL
) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Found:
    """What is kept of one rule at one time."""

    camera: str
    rule: str
    oldest: float
    """Since when anything is kept of it."""

    watched: bool
    """Whether the camera was watched at that time."""

    before: Evaluation | None
    """The last evaluation up to that time, which still stood; None if nothing is kept of then."""

    after: Evaluation | None
    """The next one, which found something else."""

    watched_until: float | None = None
    """When the camera was last watched before that time, where it was not then."""


def write(db: sqlite3.Connection, records: Mapping[str, RuleRecord]) -> None:
    """Add what was found since the last time, by camera, and forget what is beyond `KEPT`."""
    for camera, record in records.items():
        _span(db, camera, record.since, record.until)
        db.executemany(
            "INSERT INTO evaluation (camera, rule, at, body) VALUES (?, ?, ?, ?)",
            [(camera, one.rule, one.at, one.model_dump_json()) for one in record.evaluations],
        )
        for rule in {one.rule for one in record.evaluations}:
            db.execute(
                "DELETE FROM evaluation WHERE camera = :c AND rule = :r AND ordinal <= "
                "(SELECT ordinal FROM evaluation WHERE camera = :c AND rule = :r "
                "ORDER BY ordinal DESC LIMIT 1 OFFSET :most)",
                {"c": camera, "r": rule, "most": KEPT},
            )


def known(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """Return camera and rule of all of which something is kept."""
    rows = db.execute("SELECT DISTINCT camera, rule FROM evaluation ORDER BY camera, rule")
    return [(camera, rule) for camera, rule in rows]


def at(db: sqlite3.Connection, camera: str, rule: str, when: float) -> Found | None:
    """Return what is kept of a rule at a time, Unix seconds; None if nothing at all is."""
    of: dict[str, Any] = {"c": camera, "r": rule, "at": when}
    (oldest,) = db.execute(
        "SELECT min(at) FROM evaluation WHERE camera = :c AND rule = :r", of
    ).fetchone()
    if oldest is None:
        return None
    before = db.execute(
        "SELECT body FROM evaluation WHERE camera = :c AND rule = :r AND at <= :at "
        "ORDER BY at DESC, ordinal DESC LIMIT 1",
        of,
    ).fetchone()
    after = db.execute(
        "SELECT body FROM evaluation WHERE camera = :c AND rule = :r AND at > :at "
        "ORDER BY at, ordinal LIMIT 1",
        of,
    ).fetchone()
    watched = db.execute(
        "SELECT 1 FROM watched WHERE camera = :c AND since <= :at AND until >= :at", of
    ).fetchone()
    (until,) = db.execute(
        "SELECT max(until) FROM watched WHERE camera = :c AND until < :at", of
    ).fetchone()
    return Found(
        camera,
        rule,
        oldest,
        watched is not None,
        None if before is None else Evaluation.model_validate_json(before[0]),
        None if after is None else Evaluation.model_validate_json(after[0]),
        until if watched is None else None,
    )


def _span(db: sqlite3.Connection, camera: str, since: float, until: float) -> None:
    last = db.execute(
        "SELECT ordinal, until FROM watched WHERE camera = ? ORDER BY ordinal DESC LIMIT 1",
        (camera,),
    ).fetchone()
    if last is not None and 0 <= since - last[1] <= JOINS:
        db.execute("UPDATE watched SET until = ? WHERE ordinal = ?", (until, last[0]))
        return
    db.execute(
        "INSERT INTO watched (camera, since, until) VALUES (?, ?, ?)", (camera, since, until)
    )
    db.execute(
        "DELETE FROM watched WHERE camera = :c AND ordinal <= (SELECT ordinal FROM watched "
        "WHERE camera = :c ORDER BY ordinal DESC LIMIT 1 OFFSET :most)",
        {"c": camera, "most": SPANS},
    )
