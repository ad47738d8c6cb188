"""`lookout why`: why there was an event, or why there was none."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rig.command import called
from rig.revisions import revision
from rig.ruled import Shown, somebody, stands

from daemon.exits import Exit
from reasoners.event import EventCondition
from sinks.journal import Journal

START = 1_795_400_000.0
DWELLS = EventCondition(
    condition="person dwells_in step for 3 s",
    kind="dwells_in",
    subjects=("t17",),
    place="zone:step",
    since=START,
    value=3.1,
    wanted=3.0,
    unit="s",
    frame=31,
)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Keep an event of a rule, and what a rule found over 20 seconds."""
    shown = Shown({"all": [{"label": "person", "inside": "left", "for": 5}, {"is": "still"}]})
    for at, x in [*stands(0.25, 0, 4), *stands(0.75, 4, 8), *stands(0.25, 8, 20)]:
        shown.show(at, somebody(x or 0.0))
    record = shown.rules.drain()
    assert record is not None
    journal = Journal(tmp_path / "journal.sqlite")
    journal.open()
    journal.commit([revision(1, rule="parcel", conditions=(DWELLS,))])
    journal.commit([revision(1, id="e2")])
    journal.keep_evaluations({"porch": record.moved(START)})
    journal.close()
    return tmp_path


def at(seconds: float) -> str:
    """Write a time after the start as one gives it."""
    return datetime.fromtimestamp(START + seconds, UTC).isoformat()


def test_an_event_is_told_by_its_conditions(state: Path) -> None:
    """Each with since, whom, where, what was measured and asked, and the frame."""
    done = called("why", "e1", "--state-dir", str(state))
    assert done.code == Exit.CLEAN
    assert "porch  rule parcel" in done.out
    row = next(line for line in done.out.splitlines() if "dwells_in" in line)
    assert row.split("person")[1].split() == [
        *("dwells_in", "step", "for", "3", "s", "t17", "zone:step"),
        *("3.1", "s", "(asked:", "3", "s)", "31"),
    ]
    done = called("why", "e1", "--state-dir", str(state), "--json")
    told = json.loads(done.out)
    assert told["conditions"] == [json.loads(DWELLS.model_dump_json())]
    assert [one["type"] for one in told["revisions"]] == ["new"]


def test_an_event_of_the_built_in_rule_says_so(state: Path) -> None:
    """It has no conditions."""
    done = called("why", "e2", "--state-dir", str(state))
    assert "It has no conditions" in done.out


def test_a_rule_is_told_as_it_stood_at_a_time(state: Path) -> None:
    """Why not: which condition failed, for whom its time was running, and for how long by then."""
    asked = ("why", "--rule", "r", "--state-dir", str(state))
    done = called(*asked, "--at", at(3.0))
    assert done.code == Exit.CLEAN
    assert "Its conditions did not hold (no event open)" in done.out
    rows = [line for line in done.out.splitlines() if line[:1] in {"✓", "✗"}]
    assert [row.split()[-1] for row in rows] == ["when", "when.all.0", "when.all.0", "when.all.1"]
    assert [row[0] for row in rows] == ["✗", "✗", "✓", "✓"]
    assert "t1: 3 s" in rows[1]
    done = called(*asked, "--at", at(15.0))
    assert "Its conditions held (1 event open)" in done.out


def test_why_not_as_json(state: Path) -> None:
    """One entry for each camera, with everything that was found."""
    asked = ("why", "--rule", "r", "--state-dir", str(state), "--json", "--camera", "porch")
    (told,) = json.loads(called(*asked, "--at", at(15.0)).out)
    assert (told["camera"], told["covered"], told["reason"]) == ("porch", True, None)
    assert told["evaluation"]["standing"] == "holds"
    assert told["evaluation"]["findings"][0]["path"] == "when"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--at", at(-60)), "is not kept any more: the record begins at"),
        (("--at", at(3600)), "nobody watched the camera at"),
    ],
)
def test_what_is_not_covered_is_said(state: Path, words: tuple[str, str], told: str) -> None:
    """Before the record, or while nobody watched; the exit code says it as well."""
    done = called("why", "--rule", "r", "--state-dir", str(state), *words)
    assert done.code == Exit.NOTHING
    assert told in done.out
    done = called("why", "--rule", "r", "--state-dir", str(state), "--json", *words)
    (found,) = json.loads(done.out)
    assert (found["covered"], found["evaluation"]) == (False, None)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("e9",), Exit.NOTHING, "no event 'e9' is kept"),
        (("--rule", "x"), Exit.NOTHING, "nothing is kept of a rule 'x'; kept are: r"),
        (("--rule", "r", "--camera", "y"), Exit.NOTHING, "of a rule 'r' on y"),
        ((), Exit.USAGE, "either the id of an event, or --rule"),
        (("e1", "--rule", "r"), Exit.USAGE, "either the id of an event, or --rule"),
        (("--rule", "r", "--at", "soon"), Exit.USAGE, "'soon' is no time"),
    ],
)
def test_what_is_asked_wrongly_is_one_line(
    state: Path, words: tuple[str, ...], code: Exit, told: str
) -> None:
    """With what there is instead."""
    done = called("why", *words, "--state-dir", str(state))
    assert done.code == code
    assert told in " ".join(done.err.split())
