"""`lookout forecast`: the picture of what was expected, and how that turned out."""

import json
from pathlib import Path

import pytest
from rig.command import called
from rig.revisions import revision

from daemon.exits import Exit
from reasoners import Media
from reasoners.event import EventPrediction
from sinks.journal import Journal
from sinks.media import MediaStore

JPEG = b"\xff\xd8\xffwhat is expected\xff\xd9"
OPEN = EventPrediction(
    what="enters", subject="t1", object="zone:step", horizon_s=5, probability=0.72, stated_at=1000.0
)
HIT = OPEN.model_copy(update={"outcome": "hit", "resolved_at": 1003.0})
LATER = EventPrediction(
    what="count", subject="person", object="zone:step", count=3, horizon_s=5, probability=0.4,
    stated_at=1002.0,
)  # fmt: skip


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Keep an event with a forecast, one without, and one whose picture is gone."""
    store = MediaStore(tmp_path / "media")
    named = store.put("e1", 1, JPEG, "forecast")
    media = Media(forecast=named, forecast_frame=81, forecast_s=2.0)
    journal = Journal(tmp_path / "journal.sqlite")
    journal.open()
    first = revision(1, predictions=(OPEN,), media=media)
    later = {"revision": 2, "type": "update", "predictions": (HIT, LATER)}
    gone = Media(forecast="/events/e3/forecast.jpg", forecast_frame=1, forecast_s=2.0)
    journal.commit([first, first.model_copy(update=later), revision(2), revision(3, media=gone)])
    journal.close()
    return tmp_path


def test_the_picture_is_written_and_what_was_foreseen_is_told(state: Path) -> None:
    """Byte by byte; each prediction once, with how it turned out."""
    out = state / "expected.jpg"
    done = called("forecast", "e1", "--state-dir", str(state), "-o", str(out))
    assert done.code == Exit.CLEAN
    assert out.read_bytes() == JPEG
    assert "2 s after frame 81" in done.out
    rows = [" ".join(line.split()) for line in done.out.splitlines()]
    assert "enters t1 zone:step 5 s 72% hit" in rows
    assert "count 3 person zone:step 5 s 40% open" in rows
    assert sum(row.startswith("enters") for row in rows) == 1


def test_a_program_reads_the_same(state: Path) -> None:
    """One JSON object."""
    out = state / "expected.jpg"
    done = called("forecast", "e1", "--state-dir", str(state), "-o", str(out), "--json")
    told = json.loads(done.out)
    assert (told["event"], told["file"], told["frame"], told["seconds"]) == ("e1", str(out), 81, 2)
    assert [one["outcome"] for one in told["predictions"]] == ["hit", None]


@pytest.mark.parametrize(
    ("event", "out", "said"),
    [
        ("e9", "x.jpg", "no event 'e9' is kept"),
        ("e2", "x.jpg", "has no forecast picture"),
        ("e3", "x.jpg", "gone with the quota"),
        ("e1", "nowhere/x.jpg", "name another file with --out"),
    ],
)
def test_where_there_is_none_one_line_says_why(
    state: Path, event: str, out: str, said: str
) -> None:
    """And the command ends with a code of its own."""
    done = called("forecast", event, "--state-dir", str(state), "-o", str(state / out))
    assert done.code == Exit.NOTHING
    assert said in done.err
    assert len(done.err.splitlines()) == 1
