"""What was said between us and models, and the questions that are still open, beside the events."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

MOST: Final = 20_000
"""Calls kept, newest first, whatever their age; some 10 kB each."""

LONGEST: Final = 65_536
"""Characters of a prompt or a reply that are kept."""

UNDER_WAY: Final = "under way"
"""Outcome of a call that went out and has not come back; one that a crash cut off keeps it."""

REPEATED: Final = "repeated"
"""Outcome of a call that was spared: the very same was answered a moment before."""

LATEST: Final = 256
"""Of so many calls, newest first, one may be under way."""

TABLE: Final = """
CREATE TABLE question (
    event TEXT PRIMARY KEY,
    camera TEXT NOT NULL,
    deadline_at REAL NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE TABLE question_picture (
    event TEXT NOT NULL,
    number INTEGER NOT NULL,
    jpeg BLOB NOT NULL,
    PRIMARY KEY (event, number)
) STRICT;
CREATE TABLE call (
    ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    camera TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    digest TEXT NOT NULL,
    prompt TEXT NOT NULL,
    pictures TEXT NOT NULL,
    reply TEXT NOT NULL,
    outcome TEXT NOT NULL,
    details TEXT NOT NULL
) STRICT;
CREATE TABLE call_about (
    event TEXT NOT NULL,
    call INTEGER NOT NULL,
    PRIMARY KEY (event, call)
) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Question:
    """A question that has no terminal state yet, as it survives a restart."""

    event: str
    camera: str
    deadline_at: float
    """Unix seconds."""

    body: str
    """Of whoever asked; the journal does not read it."""

    pictures: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """One exchange with a model: what it was asked and shown, what it said, what that took."""

    at: float
    """Unix seconds at which it began."""

    events: tuple[str, ...]
    """Whose questions rode in it."""

    camera: str
    provider: str
    model: str
    digest: str
    """Of the whole question, pictures and form included."""

    prompt: str
    """In words; pictures are named by their number."""

    pictures: tuple[str, ...]
    """SHA-256 of each, in order."""

    reply: str
    outcome: str
    """`answered`, `under way`, or what went wrong."""

    details: dict[str, Any] = field(default_factory=dict)
    """Timings, tokens, budget and effort; only JSON."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What one call took of the budgets."""

    age: float
    """Seconds since it began, 0 and more."""

    camera: str
    tokens: float
    money: float


@dataclass(frozen=True, slots=True)
class Paid:
    """What the calls about one camera took, all that are kept."""

    calls: int
    tokens: float
    money: float


def open_question(db: sqlite3.Connection, question: Question) -> None:
    """Keep a question until `close_question`."""
    db.execute(
        "INSERT OR REPLACE INTO question VALUES (?, ?, ?, ?)",
        (question.event, question.camera, question.deadline_at, question.body),
    )
    db.execute("DELETE FROM question_picture WHERE event = ?", (question.event,))
    db.executemany(
        "INSERT INTO question_picture VALUES (?, ?, ?)",
        [(question.event, number, jpeg) for number, jpeg in enumerate(question.pictures)],
    )


def close_question(db: sqlite3.Connection, event: str) -> None:
    """Forget a question that has its terminal state."""
    db.execute("DELETE FROM question WHERE event = ?", (event,))
    db.execute("DELETE FROM question_picture WHERE event = ?", (event,))


def open_questions(db: sqlite3.Connection) -> list[Question]:
    """Return every question kept, by deadline."""
    rows = db.execute(
        "SELECT event, camera, deadline_at, body FROM question ORDER BY deadline_at, event"
    ).fetchall()
    return [
        Question(event, camera, deadline_at, body, _pictures(db, event))
        for event, camera, deadline_at, body in rows
    ]


def write(db: sqlite3.Connection, call: Call) -> None:
    """Add an exchange; what was kept of it while it was under way goes."""
    _came_back(db, call)
    ordinal = db.execute(
        "INSERT INTO call (at, camera, provider, model, digest, prompt, pictures, reply, outcome, "
        "details) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            call.at,
            call.camera,
            call.provider,
            call.model,
            call.digest,
            call.prompt[:LONGEST],
            json.dumps(call.pictures),
            call.reply[:LONGEST],
            call.outcome,
            json.dumps(call.details, sort_keys=True),
        ),
    ).lastrowid
    db.executemany(
        "INSERT OR IGNORE INTO call_about VALUES (?, ?)",
        [(event, ordinal) for event in call.events],
    )


def read(db: sqlite3.Connection, event: str) -> list[Call]:
    """Return the exchanges about an event, oldest first."""
    rows = db.execute(
        "SELECT call.* FROM call JOIN call_about ON call = ordinal WHERE event = ? "
        "ORDER BY ordinal",
        (event,),
    ).fetchall()
    return [_call(db, row) for row in rows]


def spent(db: sqlite3.Connection, now: float, span: float) -> list[Spent]:
    """Return what calls took in the last seconds before a moment, oldest first.

    Args:
        db: The journal.
        now: Unix seconds. A clock that was set back since, or is not set yet, leaves calls in the
            future: then the newest of them counts as just gone.
        span: Seconds.
    """
    rows = db.execute("SELECT at, camera, outcome, details FROM call ORDER BY ordinal DESC")
    found: list[Spent] = []
    newest: float | None = None
    for at, camera, outcome, text in rows:
        newest = max(now, at) if newest is None else newest
        age = max(0.0, newest - at)
        if age >= span:
            break
        if outcome == REPEATED:
            continue
        details = json.loads(text)
        found.append(Spent(age, camera, _number(details, "paid"), _number(details, "money")))
    return found[::-1]


def paid(db: sqlite3.Connection) -> dict[str, Paid]:
    """Return what the calls about each camera took."""
    rows = db.execute(
        "SELECT camera, count(*), total(json_extract(details, '$.paid')), "
        "total(json_extract(details, '$.money')) FROM call WHERE outcome IS NOT ? GROUP BY camera",
        (REPEATED,),
    )
    return {camera: Paid(calls, tokens, money) for camera, calls, tokens, money in rows}


def expire(db: sqlite3.Connection, oldest: float) -> None:
    """Forget exchanges from before a moment, in Unix seconds, and those beyond `MOST`."""
    db.execute("DELETE FROM call WHERE at < ?", (oldest,))
    db.execute(
        "DELETE FROM call WHERE ordinal <= "
        "(SELECT ordinal FROM call ORDER BY ordinal DESC LIMIT 1 OFFSET ?)",
        (MOST,),
    )
    db.execute("DELETE FROM call_about WHERE call NOT IN (SELECT ordinal FROM call)")


def _came_back(db: sqlite3.Connection, call: Call) -> None:
    """Forget that a call is under way."""
    rows = db.execute(
        "SELECT ordinal FROM call WHERE ordinal > (SELECT max(ordinal) FROM call) - ? "
        "AND outcome = ? AND at = ? AND provider = ? AND digest = ?",
        (LATEST, UNDER_WAY, call.at, call.provider, call.digest),
    ).fetchall()
    for row in rows:
        db.execute("DELETE FROM call WHERE ordinal = ?", row)
        db.execute("DELETE FROM call_about WHERE call = ?", row)


def _number(details: dict[str, Any], key: str) -> float:
    found = details.get(key, 0.0)
    return float(found) if isinstance(found, (int, float)) else 0.0


def _call(db: sqlite3.Connection, row: Sequence[Any]) -> Call:
    ordinal, at, camera, provider, model, digest, prompt, pictures, reply, outcome, details = row
    events = db.execute("SELECT event FROM call_about WHERE call = ? ORDER BY event", (ordinal,))
    return Call(
        at=at,
        events=tuple(event for (event,) in events),
        camera=camera,
        provider=provider,
        model=model,
        digest=digest,
        prompt=prompt,
        pictures=tuple(json.loads(pictures)),
        reply=reply,
        outcome=outcome,
        details=json.loads(details),
    )


def _pictures(db: sqlite3.Connection, event: str) -> tuple[bytes, ...]:
    rows = db.execute("SELECT jpeg FROM question_picture WHERE event = ? ORDER BY number", (event,))
    return tuple(jpeg for (jpeg,) in rows)
