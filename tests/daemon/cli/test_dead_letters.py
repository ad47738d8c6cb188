"""`lookout dead-letters` shows what sinks refused."""

import json
from pathlib import Path

import pytest
from rig.command import called
from rig.revisions import revision

from daemon.exits import Exit
from sinks.journal import Journal


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Keep one event that two sinks refused, and one that only one of them did."""
    journal = Journal(tmp_path / "journal.sqlite")
    journal.open()
    journal.register(["mqtt", "kafka"])
    first, second = journal.commit([revision(1), revision(2, camera="yard")])
    journal.dead_letter("mqtt", first, "5000 bytes, too large for the broker")
    journal.dead_letter("kafka", first, "MessageSizeTooLargeError")
    journal.dead_letter("mqtt", second, "Quota [exceeded]")
    journal.close()
    return tmp_path


def test_people_get_a_table(state: Path) -> None:
    """Each has a line with sink, event and the reason, word by word."""
    done = called("dead-letters", "--state-dir", str(state))
    assert done.code == Exit.CLEAN
    lines = done.out.splitlines()
    assert lines[-1] == "3 dead letters"
    (line,) = (line for line in lines if "yard" in line)
    assert "e2" in line
    assert "Quota [exceeded]" in line


def test_programs_get_one_object_a_line(state: Path) -> None:
    """With the whole event, and only of the sink asked for."""
    done = called("dead-letters", "--state-dir", str(state), "--json", "--sink", "kafka")
    (line,) = map(json.loads, done.out.splitlines())
    assert (line["sink"], line["reason"]) == ("kafka", "MessageSizeTooLargeError")
    assert line["event"]["id"] == "e1"


def test_where_nothing_was_refused_it_says_so(state: Path) -> None:
    """No heading over nothing."""
    done = called("dead-letters", "--state-dir", str(state), "--sink", "nobody")
    assert done.out.splitlines() == ["0 dead letters"]
