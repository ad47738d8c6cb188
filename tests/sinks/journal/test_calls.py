"""What was said between us and models, and the questions still open, survive the daemon."""

from dataclasses import replace
from pathlib import Path

from rig.revisions import revision

from sinks.journal import (
    REPEATED,
    UNDER_WAY,
    Call,
    Journal,
    JournalReader,
    Limits,
    Question,
    Spent,
)


def exchange(at: float = 1000.0, *events: str) -> Call:
    """Return an exchange about events."""
    return Call(
        at=at,
        events=events or ("e1",),
        camera="porch",
        provider="main",
        model="m",
        digest="d" * 64,
        prompt="[user]\nWho is there?",
        pictures=("a" * 64,),
        reply='{"answers": {}}',
        outcome="answered",
        details={"latency_s": 1.5, "tokens": 812},
    )


def test_a_question_is_kept_with_its_pictures_until_it_is_closed(tmp_path: Path) -> None:
    """After a restart it is there byte for byte; once closed it is gone."""
    path = tmp_path / "journal.db"
    journal = Journal(path)
    journal.open()
    asked = Question("e1", "porch", 1010.0, '{"question": "?"}', (b"\xff\xd8one", b"\xff\xd8two"))
    journal.open_question(Question("e2", "yard", 1005.0, "{}"))
    journal.open_question(asked)
    journal.open_question(asked)
    journal.close()
    journal.open()
    assert [question.event for question in journal.open_questions()] == ["e2", "e1"]
    assert journal.open_questions()[1] == asked
    journal.close_question("e1")
    journal.close_question("unknown")
    assert [question.event for question in journal.open_questions()] == ["e2"]
    journal.close()


def test_an_exchange_is_found_by_every_event_it_was_about(tmp_path: Path) -> None:
    """One call, two events: both lead to it, whole."""
    path = tmp_path / "journal.db"
    journal = Journal(path)
    journal.open()
    journal.record_call(exchange(1000.0, "e1", "e2"))
    journal.record_call(exchange(1001.0, "e2"))
    journal.close()
    with JournalReader(path) as reader:
        assert reader.calls("e1") == [exchange(1000.0, "e1", "e2")]
        assert [call.at for call in reader.calls("e2")] == [1000.0, 1001.0]
        assert reader.calls("e3") == []


def test_exchanges_go_with_the_age_of_events(tmp_path: Path) -> None:
    """What is older than the journal keeps is gone, with its references."""
    path = tmp_path / "journal.db"
    journal = Journal(path, Limits(age=60.0))
    journal.open()
    journal.commit([revision(1)])
    journal.record_call(exchange(1000.0, "e1"))
    journal.record_call(exchange(1990.0, "e1"))
    journal.expire(2000.0)
    journal.close()
    with JournalReader(path) as reader:
        assert [call.at for call in reader.calls("e1")] == [1990.0]


def test_a_call_under_way_gives_way_to_what_came_of_it(tmp_path: Path) -> None:
    """Of a call that came back one line is kept; of one that a crash cut off, that it went out."""
    journal = Journal(tmp_path / "journal.db")
    journal.open()
    gone = replace(exchange(1000.0, "e1"), outcome=UNDER_WAY, reply="")
    journal.record_call(gone)
    journal.record_call(replace(gone, at=1001.0))
    journal.record_call(exchange(1000.0, "e1"))
    journal.close()
    with JournalReader(tmp_path / "journal.db") as reader:
        assert [call.outcome for call in reader.calls("e1")] == [UNDER_WAY, "answered"]


def test_what_the_last_hour_took_is_known(tmp_path: Path) -> None:
    """Oldest first, what was spared left out; a clock that was set back makes nothing older."""
    journal = Journal(tmp_path / "journal.db")
    journal.open()
    for at, outcome in (
        *((100.0, "answered"), (2000.0, "answered"), (2500.0, REPEATED)),
        *((3000.0, "HTTP 503"), (3600.0, UNDER_WAY)),
    ):
        paid = {"paid": at, "money": at / 1000}
        journal.record_call(replace(exchange(at, "e1"), outcome=outcome, details=paid))
    assert journal.spent(3700.0, 3600.0) == [
        Spent(1700.0, "porch", 2000.0, 2.0),
        Spent(700.0, "porch", 3000.0, 3.0),
        Spent(100.0, "porch", 3600.0, 3.6),
    ]
    assert [one.age for one in journal.spent(0.0, 3600.0)] == [3500.0, 1600.0, 600.0, 0.0]
    journal.close()
