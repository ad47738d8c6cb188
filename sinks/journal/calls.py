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
    """`answered`, or what went wrong."""

    details: dict[str, Any] = field(default_factory=dict)
    """Timings, tokens, budget and effort; only JSON."""


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
    """Add an exchange."""
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


def expire(db: sqlite3.Connection, oldest: float) -> None:
    """Forget exchanges from before a moment, in Unix seconds, and those beyond `MOST`."""
    db.execute("DELETE FROM call WHERE at < ?", (oldest,))
    db.execute(
        "DELETE FROM call WHERE ordinal <= "
        "(SELECT ordinal FROM call ORDER BY ordinal DESC LIMIT 1 OFFSET ?)",
        (MOST,),
    )
    db.execute("DELETE FROM call_about WHERE call NOT IN (SELECT ordinal FROM call)")


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
