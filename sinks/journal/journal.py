"""The writing side: plain, blocking, for one thread."""

import os
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from reasoners import Event, RuleRecord
from sinks.departure import Departure
from sinks.journal import calls, evaluated, figures, file, learned, ledger, retention, said, schema
from sinks.journal.calls import Call, Question, Spent
from sinks.journal.entry import Entry, Expired, Figures, JournalFailed, Limits
from sinks.journal.reserve import Reserve

_TRACK: Final = re.compile(r"t(\d{1,18})")
_SETTINGS: Final = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
PRAGMA journal_size_limit = 16777216;
"""


class _Full(JournalFailed):
    """The disk is full, but there is a reserve to give up."""


class Journal:
    """Commits events, hands them out by position and remembers how far each sink has come.

    Promise: when `commit` has returned, the events survive `kill -9`, and a power cut on a disk
    that honours fsync. To be used, from `open` to `close`, by one thread only; it is the one
    writer of its file. Readers are `JournalReader`.

    Every method raises `JournalFailed` when the disk or the file fails, and from then on always.

    Args:
        path: Its file; None keeps everything in memory.
        limits: What is kept.
        reserve: Bytes of disk beside it that are given up when the disk is full.
    """

    def __init__(
        self,
        path: Path | None,
        limits: Limits = Limits(),  # noqa: B008  frozen
        reserve: int = 0,
    ) -> None:
        self._path = path
        self._limits = limits
        self._connection: sqlite3.Connection | None = None
        self._lock: int | None = None
        self._failure: str | None = None
        self._noted: dict[str, tuple[int, int]] = {}
        self._given_up = False
        self._reserve: Reserve | None = None
        if path is not None:
            self._reserve = Reserve(path.with_name("journal.reserve"), reserve)

    def open(self) -> tuple[str, ...]:
        """Open or create the journal; return warnings for people.

        A damaged file is moved aside untouched and named in a warning.

        Raises:
            JournalFailed: In use by another process, of a newer schema, or an I/O error.
        """
        warnings: tuple[str, ...] = ()
        if self._path is not None:
            self._lock = file.lock(self._path)
        try:
            if self._path is not None:
                self.keep_reserve(opening=True)
                warnings = file.prepare(self._path)
            self._connection = self._connect()
        except BaseException:
            self.close()
            raise
        return warnings

    def close(self) -> None:
        """Write what was noted and close; may be called at any time, any number of times."""
        try:
            if self._connection is not None and self._failure is None and self._noted:
                with self._transaction():
                    pass
        finally:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            if self._lock is not None:
                os.close(self._lock)
                self._lock = None

    def commit(self, events: Sequence[Event]) -> list[Entry]:
        """Make events durable, all or none; return them with position and `seq`.

        `seq` rises per camera without gaps. An event that was held is held no more.

        Raises:
            ValueError: A revision that is already there, or older than what is there.
        """
        try:
            return self._commit(events)
        except _Full:
            self._give_up()
            return self._commit(events)

    def keep_reserve(self, *, opening: bool = False) -> bool:
        """Give the reserve up where the disk is nearly full, or take it back; tell if it changed.

        Raises:
            JournalFailed: The disk cannot be looked at.
        """
        if self._reserve is None or self._path is None:
            return False
        try:
            if opening:
                self._reserve.open()
                return False
            changed, self._given_up = self._given_up, False
            return self._reserve.keep() or changed
        except OSError as exc:
            raise JournalFailed(f"journal {self._path}: {exc.strerror}") from exc

    @property
    def tight(self) -> bool:
        """Whether the disk is full but for what was the reserve."""
        return self._reserve is not None and self._reserve.wanting

    def hold(self, event: Event) -> None:
        """Keep an event that nobody may see yet, durably; a later call replaces it.

        It has no `seq` and no position; `commit` gives it both and ends the holding.
        """
        with self._transaction() as db:
            db.execute(
                "INSERT INTO held VALUES (?, (SELECT coalesce(max(ordinal), 0) + 1 FROM held), ?) "
                "ON CONFLICT (id) DO UPDATE SET body = excluded.body",
                (event.id, event.wire()),
            )

    def held(self) -> list[Event]:
        """Return the events being held, in the order in which holding began."""
        rows = self._read("SELECT body FROM held ORDER BY ordinal")
        return [Event.model_validate_json(body) for (body,) in rows]

    def register(self, sinks: Sequence[str]) -> None:
        """Set up a cursor for each sink and drop those of sinks that are gone.

        A new sink starts at the end of what is there: it gets what happens from now on.
        """
        marks = ", ".join("?" * len(sinks))
        with self._transaction() as db:
            for table, column in (("sink", "name"), ("dead_letter", "sink")):
                db.execute(
                    f"DELETE FROM {table} WHERE {column} NOT IN ({marks})",  # noqa: S608  fixed names
                    tuple(sinks),
                )
            db.executemany(
                "INSERT INTO sink (name, cursor) VALUES (?, ?) ON CONFLICT DO NOTHING",
                [(name, figures.last(db)) for name in sinks],
            )

    def after(self, position: int, most: int) -> list[Entry]:
        """Return up to `most` entries that come after a position, in order."""
        rows = self._read(
            "SELECT position, body FROM entry WHERE position > ? ORDER BY position LIMIT ?",
            (position, most),
        )
        return [Entry(place, Event.model_validate_json(body)) for place, body in rows]

    def cursor(self, sink: str) -> int:
        """Return the position up to which a registered sink has everything."""
        return self._cursor(sink)

    def advance(
        self,
        moves: Mapping[str, int],
        delivered: Mapping[str, int],
        sent: Sequence[Departure] = (),
    ) -> None:
        """Move cursors forward, and note how many deliveries that meant and what was sent for it.

        What a cursor passes counts as delivered, unless it was dead-lettered. A move backwards
        moves nothing: what lies between has expired meanwhile, and is counted as that.

        Raises:
            ValueError: A sink that is not registered, or a place where nothing is yet.
        """
        with self._transaction() as db:
            end = figures.last(db)
            for sink, position in moves.items():
                if position > end:
                    raise ValueError(f"cursor of {sink}: {position} lies past the end, {end}")
                here = self._cursor(sink)
                if position <= here:
                    continue
                db.execute(
                    "UPDATE sink SET cursor = ?, delivered = delivered + ? WHERE name = ?",
                    (position, figures.waiting(db, sink, here, position), sink),
                )
            db.executemany(
                "UPDATE sink SET deliveries = deliveries + ? WHERE name = ?",
                [(count, sink) for sink, count in delivered.items()],
            )
            ledger.write(db, sent)

    def dead_letter(self, sink: str, entry: Entry, reason: str) -> None:
        """Put an event aside for one sink that will not take it.

        The cursor stays; it passes the event with the next move.
        """
        with self._transaction() as db:
            fresh = db.execute(
                "INSERT INTO dead_letter VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (sink, entry.position, reason, entry.event.wire()),
            ).rowcount
            if fresh and entry.position > self._cursor(sink):
                db.execute(
                    "UPDATE sink SET dead_lettered = dead_lettered + 1 WHERE name = ?", (sink,)
                )

    def unfinished(self) -> list[Event]:
        """Return the latest revision of each event not ended, or with its question `pending`."""
        rows = self._read("SELECT body FROM unfinished ORDER BY position")
        return [Event.model_validate_json(body) for (body,) in rows]

    def latest(self, event: str) -> Event | None:
        """Return an event as it stands; None if it is not kept any more."""
        rows = self._read(
            "SELECT body FROM entry WHERE id = ? ORDER BY revision DESC LIMIT 1", (event,)
        )
        return next((Event.model_validate_json(body) for (body,) in rows), None)

    def references(self) -> set[str]:
        """Return the pictures and clips that any kept body names; all others may be removed."""
        rows = self._read(
            "SELECT DISTINCT json_extract(body, '$.media.snapshot'), "
            "json_extract(body, '$.media.forecast'), json_extract(body, '$.media.clip') FROM ("
            "SELECT body FROM entry UNION ALL SELECT body FROM unfinished "
            "UNION ALL SELECT body FROM held UNION ALL SELECT body FROM dead_letter)"
        )
        return {reference for row in rows for reference in row if reference is not None}

    def keep_switch(self, camera: str, name: str, on: bool) -> None:
        """Remember how a switch of a camera stands, durably."""
        with self._transaction() as db:
            db.execute("INSERT OR REPLACE INTO switch VALUES (?, ?, ?)", (camera, name, int(on)))

    def switches(self) -> dict[tuple[str, str], bool]:
        """Return how every switch stands that was ever turned."""
        rows = self._read("SELECT camera, name, state FROM switch")
        return {(camera, name): bool(state) for camera, name, state in rows}

    def keep_feedback(self, event: str, verdict: str, at: float) -> None:
        """Remember what a person said of an event, durably; of one not kept here, nothing."""
        with self._transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO feedback SELECT ?, ?, ? "
                "WHERE EXISTS (SELECT 1 FROM entry WHERE id = ?)",
                (event, verdict, at, event),
            )

    def feedback(self) -> dict[str, str]:
        """Return the last word on each event that a person gave one."""
        return dict(self._read("SELECT event, verdict FROM feedback ORDER BY event"))

    def judged(self) -> list[tuple[Event, str]]:
        """Return the events that people judged, as they stand, with the last word on each."""
        with self._guard() as db:
            return said.judged(db)

    def forget_feedback(self, camera: str, rule: str) -> None:
        """Forget what people said of the events of a rule, durably."""
        with self._transaction() as db:
            said.forget(db, camera, rule)

    def described(self, since: float) -> list[Event]:
        """Return events that a model described since a moment, as they stand, oldest first."""
        with self._guard() as db:
            return said.described(db, since)

    def depart(self, departures: Sequence[Departure]) -> None:
        """Write into the ledger what is about to leave the box, durably."""
        with self._transaction() as db:
            ledger.write(db, departures)

    def open_question(self, question: Question) -> None:
        """Keep a question until it has its terminal state, durably."""
        with self._transaction() as db:
            calls.open_question(db, question)

    def close_question(self, event: str) -> None:
        """Forget a question that has its terminal state."""
        with self._transaction() as db:
            calls.close_question(db, event)

    def open_questions(self) -> list[Question]:
        """Return every question that has no terminal state yet, by deadline."""
        with self._guard() as db:
            return calls.open_questions(db)

    def record_call(self, call: Call) -> None:
        """Keep an exchange with a model."""
        with self._transaction() as db:
            calls.write(db, call)

    def spent(self, now: float, span: float) -> list[Spent]:
        """Return what calls to models took in the last seconds before a moment, oldest first."""
        with self._guard() as db:
            return calls.spent(db, now, span)

    def keep_evaluations(self, records: Mapping[str, RuleRecord]) -> None:
        """Remember what rules found, by camera, durably; the oldest of each rule goes."""
        with self._transaction() as db:
            evaluated.write(db, records)

    def keep_learned(self, lessons: Mapping[str, str]) -> None:
        """Remember what cameras have learned, by name, durably."""
        with self._transaction() as db:
            learned.write(db, lessons)

    def learned(self) -> dict[str, str]:
        """Return what every camera has learned, by name."""
        with self._guard() as db:
            return learned.read(db)

    def cameras(self) -> list[str]:
        """Return the names of all cameras that ever had an event or a track here."""
        return [name for (name,) in self._read("SELECT name FROM camera ORDER BY name")]

    def last_track_id(self, camera: str) -> int:
        """Return the highest number N of a track `tN` that a camera is known to have used."""
        return max(self._counter(camera, "track"), self._noted.get(camera, (0, 0))[0])

    def last_index(self, camera: str) -> int:
        """Return the highest frame index that a camera is known to have used."""
        return max(self._counter(camera, "frame"), self._noted.get(camera, (0, 0))[1])

    def note(self, camera: str, *, track: int, index: int) -> None:
        """Raise a camera's counters; written with the next commit, move or close."""
        before = self._noted.get(camera, (0, 0))
        self._noted[camera] = (max(track, before[0]), max(index, before[1]))

    def expire(self, now: float) -> list[Expired]:
        """Drop what is beyond the limits; return what that cost each sink.

        Args:
            now: Wall clock, Unix seconds. Events stamped by a clock that could not be trusted
                have no age: they go with a dated neighbour, or by count and size.
        """
        with self._transaction() as db:
            return retention.expire(db, self._limits, now)

    def figures(self) -> Figures:
        """Count what is there, and what became of it for each sink."""
        with self._guard() as db:
            return figures.figures(db)

    def _connect(self) -> sqlite3.Connection:
        with self._translate():
            db = sqlite3.connect(
                ":memory:" if self._path is None else self._path, isolation_level=None
            )
            self._connection = db
            for setting in _SETTINGS.strip().splitlines():
                db.execute(setting).fetchall()
            (version,) = db.execute("PRAGMA user_version").fetchone()
            if version == 0:
                schema.create(db)
            else:
                schema.migrate(db, version)
        return db

    def _commit(self, events: Sequence[Event]) -> list[Entry]:
        with self._transaction() as db:
            entries = [self._append(db, event) for event in events]
            db.execute("UPDATE sink SET committed = committed + ?", (len(entries),))
        return entries

    def _give_up(self) -> None:
        if self._reserve is not None:
            self._given_up = self._reserve.give_up()

    def _append(self, db: sqlite3.Connection, event: Event) -> Entry:
        known = db.execute("SELECT revision FROM unfinished WHERE id = ?", (event.id,)).fetchone()
        if known and known[0] >= event.revision:
            raise ValueError(f"event {event.id}: revision {event.revision} after {known[0]}")
        numbered = event.model_copy(update={"seq": self._count(db, event)})
        body = numbered.wire()
        try:
            position = db.execute(
                "INSERT INTO entry (id, revision, camera, rule, updated_at, dated_at, size, body) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    event.id,
                    event.revision,
                    event.camera,
                    event.rule,
                    event.updated_at,
                    None if event.clock == "unsynced" else event.updated_at,
                    len(body.encode()),
                    body,
                ),
            ).lastrowid
        except sqlite3.IntegrityError as exc:
            raise ValueError(
                f"event {event.id}: revision {event.revision} is already in the journal"
            ) from exc
        if position is None:
            raise JournalFailed("the journal gave no position")
        db.execute("DELETE FROM held WHERE id = ?", (event.id,))
        if event.type == "end" and event.reasoning.state != "pending":
            db.execute("DELETE FROM unfinished WHERE id = ?", (event.id,))
        else:
            db.execute(
                "INSERT OR REPLACE INTO unfinished VALUES (?, ?, ?, ?)",
                (event.id, event.revision, position, body),
            )
        return Entry(position, numbered)

    def _count(self, db: sqlite3.Connection, event: Event) -> int:
        tracks = [_TRACK.fullmatch(thing.track) for thing in event.objects]
        highest = max((int(match[1]) for match in tracks if match), default=0)
        (seq,) = db.execute(
            "INSERT INTO camera (name, seq, track, frame) VALUES (?, 1, ?, ?) "
            "ON CONFLICT (name) DO UPDATE SET seq = seq + 1, track = max(track, excluded.track), "
            "frame = max(frame, excluded.frame) RETURNING seq",
            (event.camera, highest, event.frame.index),
        ).fetchone()
        return int(seq)

    def _cursor(self, sink: str) -> int:
        rows = self._read("SELECT cursor FROM sink WHERE name = ?", (sink,))
        if not rows:
            raise ValueError(f"sink {sink!r} is not registered with the journal")
        return int(rows[0][0])

    def _counter(self, camera: str, column: str) -> int:
        rows = self._read(f"SELECT {column} FROM camera WHERE name = ?", (camera,))  # noqa: S608  fixed names
        return int(rows[0][0]) if rows else 0

    def _read(self, query: str, values: Sequence[object] = ()) -> list[tuple]:  # type: ignore[type-arg]  # rows have the shape of their query
        with self._guard() as db:
            return db.execute(query, tuple(values)).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._guard() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.executemany(
                    "INSERT INTO camera (name, track, frame) VALUES (?, ?, ?) "
                    "ON CONFLICT (name) DO UPDATE SET track = max(track, excluded.track), "
                    "frame = max(frame, excluded.frame)",
                    [(camera, *counters) for camera, counters in self._noted.items()],
                )
                db.execute("COMMIT")
            except BaseException:
                # SQLite has rolled back by itself after most errors of the disk.
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise
            self._noted.clear()

    @contextmanager
    def _guard(self) -> Iterator[sqlite3.Connection]:
        if self._failure is not None:
            raise JournalFailed(self._failure)
        if self._connection is None:
            raise JournalFailed("the journal is not open")
        with self._translate():
            yield self._connection

    @contextmanager
    def _translate(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as exc:
            full = getattr(exc, "sqlite_errorname", "") == "SQLITE_FULL"
            if full and self._reserve is not None and self._reserve.held:
                raise _Full(f"journal {self._path}: {exc}") from exc
            advice = "; free some space on its disk" if full else ""
            self._failure = f"journal {self._path or 'in memory'}: {exc}{advice}"
            raise JournalFailed(self._failure) from exc
