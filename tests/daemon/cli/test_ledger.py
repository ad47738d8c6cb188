"""`lookout ledger` shows what left the box."""

import json
from pathlib import Path

import pytest
from rig.command import called

from daemon.exits import Exit
from sinks import Departure
from sinks.journal import Journal


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Keep two departures."""
    journal = Journal(tmp_path / "journal.sqlite")
    journal.open()
    for host, size in (("10.0.0.2:1883", 10), ("api.example.org:443", 20)):
        told = Departure.of(
            b"x" * size, at=1.8e9, kind="picture", part="p", host=host, camera="yard", event="e1"
        )
        journal.depart([told])
    journal.close()
    return tmp_path


def test_people_get_a_table_and_a_sum(state: Path) -> None:
    """Each departure has a line; the last one adds up."""
    done = called("ledger", "--state-dir", str(state))
    assert done.code == Exit.CLEAN
    assert "10.0.0.2:1883" in done.out
    assert done.out.splitlines()[-1] == "2 departures, 30 bytes"


def test_programs_get_one_object_a_line(state: Path) -> None:
    """With the whole hash, and only what was asked for."""
    done = called("ledger", "--state-dir", str(state), "--json", "--to", "api.example.org")
    (line,) = done.out.splitlines()
    told = json.loads(line)
    assert (told["host"], told["size"], len(told["sha256"])) == ("api.example.org:443", 20, 64)


def test_a_time_that_is_none_is_a_usage_error(state: Path) -> None:
    """The option is named, with what it takes."""
    done = called("ledger", "--state-dir", str(state), "--since", "yesterday")
    assert done.code == Exit.USAGE
    assert "--since" in done.err
    assert "Traceback" not in done.err
