"""The reading side: for people, for the doctor, for tests; never writes a byte."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from reasoners import Event
from sinks.departure import Departure
from sinks.journal import calls, evaluated, learned, ledger, said, schema
from sinks.journal.calls import Call, Paid
from sinks.journal.entry import Entry, Figures, JournalFailed
from sinks.journal.evaluated import Found
from sinks.journal.figures import figures

_QUERY = """
SELECT position, body FROM entry
WHERE position > :after
  AND (:since IS NULL OR updated_at >= :since)
  AND (:until IS NULL OR updated_at < :until)
  AND (:camera IS NULL OR camera = :camera)
  AND (:rule IS NULL OR rule = :rule)
  AND (:state IS NULL OR json_extract(body, '$.reasoning.state') = :state)
  AND (:label IS NULL OR EXISTS (
        SELECT 1 FROM json_each(body, '$.objects') AS thing
        WHERE json_extract(thing.value, '$.label') = :label))
  AND (:words IS NULL OR position IN (SELECT rowid FROM words WHERE words MATCH :words))
ORDER BY position LIMIT :limit
"""
_BATCH = 200


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event put aside for one sink."""

    sink: str
    position: int
    reason: str
    event: Event


class JournalReader:
    """Looks into a journal that a daemon may be writing at the same time.

    Reads in short batches: a long reading transaction would keep the daemon's log from shrinking.
    """

    def __init__(self, path: Path) -> None:
        """Open for reading.

        Raises:
            JournalFailed: No such file, no journal, or of a newer schema.
        """
        if not path.is_file():
            raise JournalFailed(f"journal {path}: no such file; has `lookout run` been started?")
        self._path = path
        try:
            self._db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        except sqlite3.Error as exc:
            raise JournalFailed(f"journal {path}: {exc}") from exc
        try:
            (application,) = self._db.execute("PRAGMA application_id").fetchone()
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            (tables,) = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.Error as exc:
            self._db.close()
            raise JournalFailed(f"journal {path}: {exc}") from exc
        if not tables:
            self._db.close()
            raise JournalFailed(f"journal {path}: just being made; try again in a moment")
        if application != schema.APPLICATION or version != schema.VERSION:
            self._db.close()
            raise JournalFailed(
                f"journal {path}: not a journal of schema {schema.VERSION} (it says {version}); "
                "use the Lookout that wrote it"
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def events(  # noqa: PLR0913 (each narrows the answer)
        self,
        *,
        since: float | None = None,
        until: float | None = None,
        camera: str | None = None,
        rule: str | None = None,
        label: str | None = None,
        state: str | None = None,
        words: str | None = None,
        limit: int | None = None,
        after: int = 0,
    ) -> Iterator[Entry]:
        """Yield revisions in the order of their commit.

        Args:
            since: Unix seconds; last updated then or later.
            until: Unix seconds; last updated before then.
            camera: Of this camera only.
            rule: Of this rule only.
            label: With an object of this label.
            state: With the reasoning in this state.
            words: With all of these words, or words that begin so, in explanation, description,
                labels, entities or answers; case and accents do not count.
            limit: At most so many; None for all.
            after: Committed after this position.
        """
        left = limit
        while left is None or left > 0:
            asked = {
                "after": after,
                "since": since,
                "until": until,
                "camera": camera,
                "rule": rule,
                "label": label,
                "state": state,
                "words": None if words is None else _sought(words),
                "limit": _BATCH if left is None else min(left, _BATCH),
            }
            try:
                rows = self._db.execute(_QUERY, asked).fetchall()
            except sqlite3.Error as exc:
                raise JournalFailed(f"journal {self._path}: {exc}") from exc
            for position, body in rows:
                after = position
                yield Entry(position, Event.model_validate_json(body))
            if len(rows) < asked["limit"]:  # type: ignore[operator]  # that entry is a number
                return
            left = None if left is None else left - len(rows)

    def dead_letters(self) -> list[DeadLetter]:
        """Return what was put aside, by sink and position."""
        rows = self._db.execute(
            "SELECT sink, position, reason, body FROM dead_letter ORDER BY sink, position"
        ).fetchall()
        return [
            DeadLetter(sink, position, reason, Event.model_validate_json(body))
            for sink, position, reason, body in rows
        ]

    def departures(
        self,
        *,
        since: float | None = None,
        until: float | None = None,
        camera: str | None = None,
        host: str | None = None,
    ) -> Iterator[Departure]:
        """Yield what left the box, oldest first; see `sinks.journal.ledger.read`."""
        try:
            yield from ledger.read(self._db, since=since, until=until, camera=camera, host=host)
        except sqlite3.Error as exc:
            raise JournalFailed(f"journal {self._path}: {exc}") from exc

    def calls(self, event: str) -> list[Call]:
        """Return what was said between us and models about an event, oldest first."""
        try:
            return calls.read(self._db, event)
        except sqlite3.Error as exc:
            raise JournalFailed(f"journal {self._path}: {exc}") from exc

    def paid(self) -> dict[str, Paid]:
        """Return what the calls to models about each camera took, as far as they are kept."""
        try:
            return calls.paid(self._db)
        except sqlite3.Error as exc:
            raise JournalFailed(f"journal {self._path}: {exc}") from exc

    def revisions(self, event: str) -> list[Event]:
        """Return the revisions of one event that are kept, in order."""
        rows = self._db.execute(
            "SELECT body FROM entry WHERE id = ? ORDER BY revision", (event,)
        ).fetchall()
        return [Event.model_validate_json(body) for (body,) in rows]

    def evaluated(self) -> list[tuple[str, str]]:
        """Return camera and rule of all rules of which evaluations are kept."""
        return evaluated.known(self._db)

    def evaluation(self, camera: str, rule: str, at: float) -> Found | None:
        """Return what is kept of a rule at a time; see `sinks.journal.evaluated.at`."""
        return evaluated.at(self._db, camera, rule, at)

    def judged(self) -> list[tuple[Event, str]]:
        """Return the events that people judged, as they stand, with the last word on each."""
        return said.judged(self._db)

    def learned(self) -> dict[str, str]:
        """Return what every camera has learned, by name."""
        return learned.read(self._db)

    def integrity(self) -> list[str]:
        """Return what is damaged; empty when all is well."""
        try:
            found = [str(row[0]) for row in self._db.execute("PRAGMA integrity_check")]
        except sqlite3.Error as exc:
            return [str(exc)]
        return [] if found == ["ok"] else found

    def figures(self) -> Figures:
        """Count what is there, and what became of it for each sink."""
        self._db.execute("BEGIN")
        try:
            return figures(self._db)
        finally:
            self._db.execute("ROLLBACK")


def _sought(words: str) -> str:
    """Write words as a query for FTS5, in which none of their signs means anything."""
    return " ".join('"' + word.replace('"', '""') + '" *' for word in words.split())
