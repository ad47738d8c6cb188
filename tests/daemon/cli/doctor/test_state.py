"""State folders in and out of order."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from rig.revisions import revision

from daemon import reloaded
from daemon.cli.doctor import state
from daemon.cli.doctor.line import Line
from daemon.reloaded import Reloaded
from reasoners import Experience
from sinks.journal import Journal


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Write a journal of two events, one delivered, one dead; return the file."""
    path = tmp_path / "state" / "journal.sqlite"
    journal = Journal(path)
    journal.open()
    journal.register(["home"])
    entries = journal.commit([revision(1), revision(2)])
    journal.dead_letter("home", entries[0], "too large")
    journal.advance({"home": 2}, {"home": 1})
    journal.close()
    return path


def test_accounts_of_the_journal_are_shown(journal: Path) -> None:
    """Each sink's account stands there and balances; dead letters are a warning."""
    sound, sink = state.journal(journal)
    assert (sound.health, sink.health) == ("ok", "warn")
    assert sink.found == ("2 committed = 1 delivered + 0 waiting + 1 dead-lettered + 0 expired")


def test_the_last_reload_is_told(tmp_path: Path) -> None:
    """Nothing of it where there was none; a refusal, or what waits, is a warning with a remedy."""
    assert list(state.last_reload(tmp_path)) == []
    told = {"at": 1.0, "asked": 1.0, "pid": 1, "config": "lookout.yaml"}
    problems = ("lookout.yaml: cameras.porch.fsp: unknown key", "lookout.yaml: more")
    found: list[Line] = []
    for more in (
        {"state": "refused", "problems": problems},
        {"state": "partly", "anew": ("porch",), "waiting": ("node",)},
        {"state": "applied"},
    ):
        reloaded.write(tmp_path, Reloaded.model_validate(told | more))
        found += state.last_reload(tmp_path)
    assert [line.health for line in found] == ["warn", "warn", "ok"]
    assert "unknown key (and 1 more)" in found[0].found
    assert found[1].found == "configuration applied: changed porch; restart to apply node"
    assert "lookout reload" in found[0].remedy


def test_account_that_does_not_balance_is_bad(journal: Path) -> None:
    """A sink that has more committed than is accounted for is an incident."""
    with closing(sqlite3.connect(journal)) as db:
        db.execute("UPDATE sink SET committed = 3")
        db.commit()
    _, sink = state.journal(journal)
    assert sink.health == "bad"
    assert "do not balance" in sink.found


def test_damaged_journal_is_bad_and_left_alone(journal: Path) -> None:
    """Damage is found without changing a byte of the file."""
    whole = bytearray(journal.read_bytes())
    whole[4096:8192] = b"\xff" * 4096
    journal.write_bytes(whole)
    findings = list(state.journal(journal))
    assert findings[0].health == "bad"
    assert journal.read_bytes() == bytes(whole)


def test_skill_of_predictions_is_shown(journal: Path) -> None:
    """Each camera and kind has its line; what is worse than the base rate is a warning."""
    good, bad = Experience(), Experience()
    for number in range(100):
        hit = number % 4 == 0
        good.scores["enters"].add(0.7 if hit else 0.1, hit=hit)
        bad.scores["stops"].add(0.1 if hit else 0.7, hit=hit)
    bad.scores["leaves"].add(0.5, hit=True)
    bad.heard("approaches", 0.5, hit=False)
    kept = Journal(journal)
    kept.open()
    kept.keep_learned(
        {
            "porch": good.notebook().model_dump_json(),
            "yard": bad.notebook().model_dump_json(),
            "attic": "[]",
        }
    )
    kept.close()
    told = list(state.journal(journal))
    attic, porch, *yard = [line for line in told if line.what.startswith("predictions")]
    assert (attic.health, porch.health) == ("warn", "ok")
    assert "25 of 100 came true, Brier score 0.030" in porch.found
    assert "skill over the base rate +0.84" in porch.found
    assert {line.health for line in yard} == {"ok", "warn"}
    assert any("too few" in line.found for line in yard)
    assert any("leave stops out" in line.remedy for line in yard)
    assert any("approaches (said by a model): 0 of 1 came true" in line.found for line in yard)
    assert "(base rate alone 0.188)" in porch.found
    assert "log loss 0.168 (0.562)" in porch.found
    table = [line.found for line in told if line.what == "reliability porch"]
    assert table == ["enters: 10 % said, 0 % came true (75); 70 % said, 100 % came true (25)"]
    assert sum(line.what == "reliability yard" for line in told) == 2
