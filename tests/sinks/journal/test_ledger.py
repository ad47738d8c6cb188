"""The ledger of what left the box."""

from pathlib import Path

import pytest
from rig.revisions import revision

from sinks import Departure, Tally
from sinks.departure import chained
from sinks.journal import Journal, JournalReader, Limits, ledger


def departure(number: int, host: str = "api.example.org:443", camera: str = "porch") -> Departure:
    """Make one of second `number`."""
    return Departure.of(
        b"x" * number, at=number, kind="question", part="model", host=host, camera=camera
    )


def test_lines_are_read_back_by_time_camera_and_host(tmp_path: Path) -> None:
    """A host is found with and without its port, and none that only begins like it."""
    journal = Journal(tmp_path / "journal.sqlite")
    journal.open()
    sent = [departure(n) for n in range(1, 4)]
    other = departure(4, host="api.example.org.evil:443", camera="yard")
    journal.depart([*sent, other])
    journal.close()
    with JournalReader(tmp_path / "journal.sqlite") as reader:
        assert list(reader.departures()) == [*sent, other]
        assert list(reader.departures(since=2, until=3)) == sent[1:2]
        assert list(reader.departures(camera="yard")) == [other]
        for host in ("api.example.org", "api.example.org:443"):
            assert list(reader.departures(host=host)) == sent
        assert list(reader.departures(host="api%")) == []


def test_the_ledger_has_an_age_of_its_own_and_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too old goes, and so does what is too much."""
    monkeypatch.setattr(ledger, "MOST", 2)
    journal = Journal(None, Limits(ledger=100))
    journal.open()
    journal.depart([departure(n) for n in (1, 200, 201, 202)])
    journal.expire(250.0)
    with journal._guard() as db:  # noqa: SLF001 (a journal in memory has no reader)
        assert [line.at for line in ledger.read(db)] == [201, 202]
    journal.close()


def test_many_lines_are_read_in_short_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """No line is left out or told twice where one batch ends."""
    monkeypatch.setattr(ledger, "_BATCH", 3)
    journal = Journal(None)
    journal.open()
    journal.depart([departure(n) for n in range(1, 8)])
    with journal._guard() as db:  # noqa: SLF001 (a journal in memory has no reader)
        assert [line.at for line in ledger.read(db)] == [1, 2, 3, 4, 5, 6, 7]
    journal.close()


def test_events_share_a_line_that_grows_within_its_minute(tmp_path: Path) -> None:
    """Together with the cursor: a line replaces its former self; others stay as they are."""
    journal = Journal(tmp_path / "journal.sqlite")
    journal.open()
    journal.register(["mqtt"])
    journal.commit([revision(n) for n in range(1, 4)])
    now = [1000.0]
    tally = Tally("mqtt", lambda: now[0])
    tally.add("broker:1883", b"one", "e1")
    journal.advance({"mqtt": 1}, {"mqtt": 1}, tally.take())
    tally.add("broker:1883", b"two", "e2")
    now[0] += 60
    tally.add("broker:1883", b"three", "e3")
    journal.advance({"mqtt": 3}, {"mqtt": 2}, tally.take())
    journal.depart([departure(1000), departure(1000)])
    journal.close()
    with JournalReader(tmp_path / "journal.sqlite") as reader:
        found = list(reader.departures())
    assert [(one.at, one.kind, one.count, one.size, one.event) for one in found] == [
        (1000.0, "events", 2, 6, "e2"),
        (1060.0, "events", 1, 5, "e3"),
        (1000.0, "question", 1, 1000, None),
        (1000.0, "question", 1, 1000, None),
    ]
    assert found[0].sha256 == chained(chained("", b"one"), b"two")
