"""What the journal lets go of."""

from pathlib import Path
from typing import Any

import pytest
from rig.revisions import revision

from sinks.journal import Journal, JournalReader, Limits
from sinks.journal.retention import DEAD_LETTERS


def left(limits: Limits, ages: list[tuple[float, str]], now: float) -> list[str]:
    """Commit events of these times and clocks, expire, return the ids that are left."""
    journal = Journal(None, limits)
    journal.open()
    changes: list[dict[str, Any]] = [{"updated_at": at, "clock": clock} for at, clock in ages]
    journal.commit([revision(n, **change) for n, change in enumerate(changes, 1)])
    journal.expire(now)
    found = [entry.event.id for entry in journal.after(0, 1000)]
    journal.close()
    return found


def test_age_drops_what_is_too_old() -> None:
    """Events last updated longer ago than the limit go."""
    ages = [(100.0, "synced"), (200.0, "synced"), (300.0, "synced")]
    assert left(Limits(age=150), ages, 400) == ["e3"]


def test_age_does_not_drop_what_is_young_enough() -> None:
    """Nothing goes while all is within the limits."""
    assert left(Limits(age=500), [(100.0, "synced")], 400) == ["e1"]


def test_age_never_makes_a_hole() -> None:
    """An old event behind a young one stays until the young one goes."""
    ages = [(100.0, "synced"), (390.0, "synced"), (100.0, "synced")]
    assert left(Limits(age=150), ages, 400) == ["e2", "e3"]


def test_events_of_an_untrusted_clock_have_no_age() -> None:
    """A box that booted in 1970 loses nothing when its clock is set."""
    ages = [(5.0, "unsynced"), (6.0, "unsynced"), (1.7e9, "synced")]
    assert left(Limits(), ages, 1.7e9) == ["e1", "e2", "e3"]


def test_events_of_an_untrusted_clock_go_with_a_dated_one() -> None:
    """What was committed before an event that is too old is too old as well."""
    ages = [(5.0, "unsynced"), (100.0, "synced"), (6.0, "unsynced")]
    assert left(Limits(age=10), ages, 1000) == ["e3"]


def test_count_keeps_the_newest() -> None:
    """At most so many revisions are kept."""
    ages = [(1000.0, "synced")] * 5
    assert left(Limits(count=2), ages, 1000) == ["e4", "e5"]


def test_size_keeps_the_newest_within_its_bytes() -> None:
    """The records together stay within the limit."""
    journal = Journal(None, Limits(size=10_000))
    journal.open()
    journal.commit([revision(n, size=3000) for n in range(1, 8)])
    journal.expire(0)
    figures = journal.figures()
    assert 6_000 < figures["bytes"] <= 10_000
    assert [entry.event.id for entry in journal.after(0, 9)] == ["e6", "e7"]
    journal.close()


def test_positions_go_on_after_everything_expired() -> None:
    """A position is never given twice, so no cursor can skip an event."""
    journal = Journal(None, Limits(count=0))
    journal.open()
    journal.register(["mqtt"])
    journal.commit([revision(1), revision(2)])
    journal.expire(0)
    assert journal.commit([revision(3)])[0].position == 3
    assert journal.cursor("mqtt") == 2
    journal.close()


def test_dead_letters_are_bounded_but_counted(tmp_path: Path) -> None:
    """The newest are kept for people; the count knows all of them."""
    journal = Journal(tmp_path / "journal.db", Limits(count=1))
    journal.open()
    journal.register(["mqtt"])
    entries = journal.commit([revision(n) for n in range(1, DEAD_LETTERS + 11)])
    for entry in entries:
        journal.dead_letter("mqtt", entry, "too large")
    journal.advance({"mqtt": entries[-1].position}, {})
    journal.expire(0)
    assert journal.figures()["sinks"]["mqtt"]["dead_lettered"] == DEAD_LETTERS + 10
    with JournalReader(tmp_path / "journal.db") as reader:
        kept = reader.dead_letters()
    assert len(kept) == DEAD_LETTERS
    assert kept[0].position == 11
    assert kept[0].reason == "too large"
    journal.close()


@pytest.mark.parametrize("limits", [Limits(age=1), Limits(count=0), Limits(size=0)])
def test_an_empty_journal_expires_nothing(limits: Limits) -> None:
    """Limits on nothing cost nothing."""
    journal = Journal(None, limits)
    journal.open()
    journal.register(["mqtt"])
    assert journal.expire(1e10) == []
    journal.close()


def test_a_dead_letter_is_kept_no_longer_than_events(tmp_path: Path) -> None:
    """Once the cursor has passed it, its age counts; the count of dead letters stays."""
    journal = Journal(tmp_path / "journal.db", Limits(age=150))
    journal.open()
    journal.register(["mqtt"])
    old, young = journal.commit([revision(1, updated_at=100.0), revision(2, updated_at=390.0)])
    for entry in (old, young):
        journal.dead_letter("mqtt", entry, "too large")
    journal.expire(400.0)
    with JournalReader(tmp_path / "journal.db") as reader:
        assert [letter.event.id for letter in reader.dead_letters()] == ["e1", "e2"]
    journal.advance({"mqtt": 2}, {})
    journal.expire(400.0)
    with JournalReader(tmp_path / "journal.db") as reader:
        assert [letter.event.id for letter in reader.dead_letters()] == ["e2"]
    assert journal.figures()["sinks"]["mqtt"]["dead_lettered"] == 2
    journal.close()
