"""`lookout events` over a journal that a daemon may be writing at the same time."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.command import Done, called
from rig.revisions import revision, seen

from daemon.cli.events import COLUMNS
from daemon.clock import Clock
from daemon.exits import Exit
from reasoners import Reasoning
from sinks.journal import Journal

CAMERAS = ("porch", "yard")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Keep a journal of six events open, as a daemon does; e1 and e4 have ended."""
    journal = Journal(tmp_path / "journal.sqlite")
    journal.open()
    for number in range(1, 7):
        objects = (seen(f"t{number}", "dog" if number == 6 else "person"),)
        camera = CAMERAS[number % 2]
        first = revision(number, camera=camera, objects=objects)
        journal.commit([first])
        if number in {1, 4}:
            at = 2000.0 + number
            changes = {"revision": 2, "type": "end", "updated_at": at, "ended_at": at}
            journal.commit([first.model_copy(update={**changes, "end_reason": "left"})])
        if number == 5:
            judged = Reasoning(state="verified")
            journal.commit([first.model_copy(update={"revision": 2, "reasoning": judged})])
    yield journal
    journal.close()


def show(folder: Path, *words: str) -> Done:
    """Run the command on the journal in a folder."""
    done = called("events", "--state-dir", str(folder), *words)
    assert done.code == Exit.CLEAN, done
    return done


def ids(done: Done) -> list[tuple[str, int]]:
    """Return id and revision of what was printed as JSON."""
    events = [json.loads(line) for line in done.out.splitlines()]
    return [(event["id"], event["revision"]) for event in events]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), ["e1", "e2", "e3", "e4", "e5", "e6"]),
        (("--camera", "yard"), ["e1", "e3", "e5"]),
        (("--rule", "gate"), []),
        (("--label", "dog"), ["e6"]),
        (("--state", "open"), ["e2", "e3", "e5", "e6"]),
        (("--state", "ended"), ["e1", "e4"]),
        (("--state", "verified"), ["e5"]),
        (("--search", "PERSON t5"), ["e5"]),
        (("--search", "pers dog"), ["e6"]),
        (("--limit", "2"), ["e5", "e6"]),
        (("--limit", "1", "--state", "ended"), ["e4"]),
        (("--since", "1970-01-01T00:16:45+00:00"), ["e1", "e4", "e5", "e6"]),
        (("--until", "1970-01-01T00:16:43+00:00"), ["e1", "e2"]),
        (("--since", "2h"), []),
    ],
)
@pytest.mark.usefixtures("journal")
def test_newest_revision_of_each_event_is_chosen(
    tmp_path: Path, words: tuple[str, ...], expected: list[str]
) -> None:
    """Each option keeps what it says, and of each event the newest fitting revision."""
    assert [name for name, _ in ids(show(tmp_path, "--json", *words))] == sorted(expected)


@pytest.mark.usefixtures("journal")
def test_every_revision_when_asked(tmp_path: Path) -> None:
    """--revisions shows them all, in the order of their commit."""
    assert ids(show(tmp_path, "--json", "--revisions", "--camera", "yard")) == [
        *(("e1", 1), ("e1", 2)),
        ("e3", 1),
        *(("e5", 1), ("e5", 2)),
    ]


def test_span_counts_back_from_now(tmp_path: Path, journal: Journal) -> None:
    """--since 2h keeps what was updated within the last two hours."""
    now = Clock().now()
    journal.commit([revision(7, updated_at=now - 7000), revision(8, updated_at=now - 7400)])
    assert ids(show(tmp_path, "--json", "--since", "2h")) == [("e7", 1)]


@pytest.mark.usefixtures("journal")
def test_table_of_comma_separated_values_has_all_columns(tmp_path: Path) -> None:
    """--csv gives a heading and one row per event that a reader understands."""
    rows = list(csv.DictReader(show(tmp_path, "--csv").out.splitlines()))
    assert tuple(rows[0]) == COLUMNS
    assert rows[0]["id"] == "e1"
    assert rows[-1]["objects"] == "dog:t6"


def test_control_signs_do_not_reach_the_terminal(tmp_path: Path, journal: Journal) -> None:
    """What a model wrote cannot steer the terminal."""
    journal.commit([revision(9, explanation="\x1b]0;owned\x07 a person came")])
    out = show(tmp_path, "--camera", "porch").out
    assert "a person came" in out
    assert "\x1b" not in out
    assert "\x07" not in out


def test_follow_shows_what_is_committed_meanwhile(tmp_path: Path, journal: Journal) -> None:
    """--follow prints what is there, then each revision as a daemon commits it."""
    words = ["events", "--state-dir", str(tmp_path), "--follow", "--json", "--label", "person"]
    command = [sys.executable, "-m", "daemon", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            first = [json.loads(process.stdout.readline())["id"] for _ in range(5)]
            journal.commit([revision(10, objects=(seen("t10", "dog"),)), revision(11)])
            later = json.loads(process.stdout.readline())["id"]
        finally:
            process.terminate()
    assert (len(set(first)), later) == (5, "e11")


def test_journal_is_not_touched(tmp_path: Path, journal: Journal) -> None:
    """Looking leaves the file as it was."""
    journal.close()
    before = (tmp_path / "journal.sqlite").read_bytes()
    show(tmp_path)
    assert (tmp_path / "journal.sqlite").read_bytes() == before
    journal.open()


def test_missing_journal_is_one_line(tmp_path: Path) -> None:
    """A folder without a journal is one clear line."""
    done = called("events", "--state-dir", str(tmp_path))
    assert (done.code, done.out) == (Exit.UNREACHABLE, "")
    (line,) = done.err.splitlines()
    assert line.startswith(f"lookout: journal {tmp_path}/journal.sqlite: no such file")


def test_journal_of_somebody_else_is_one_line(tmp_path: Path) -> None:
    """A state folder that may not be read is one clear line."""
    folder = tmp_path / "state"
    folder.mkdir(mode=0o000)
    if os.geteuid() == 0:
        folder.rmdir()
        pytest.skip("root may read everything")
    done = called("events", "--state-dir", str(folder))
    assert done.code == Exit.UNREACHABLE
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize(
    "words",
    [("--since", "yesterday"), ("--state", "great"), ("--json", "--csv"), ("--limit", "-1")],
)
def test_wrong_option_is_a_usage_error(tmp_path: Path, words: tuple[str, ...]) -> None:
    """What an option does not know ends with 2."""
    assert called("events", "--state-dir", str(tmp_path), *words).code == Exit.USAGE
