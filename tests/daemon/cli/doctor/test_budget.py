"""What questions to models cost a day."""

from pathlib import Path
from typing import Any

from rig.revisions import revision

from daemon.cli.doctor.budget import budget
from daemon.config import parse
from daemon.plan import Plan, plan
from daemon.secrets import Secrets
from sinks.journal import REPEATED, Call, Journal

DAY = 86_400.0


def planned(**reasoner: Any) -> Plan:
    """Plan two cameras and a model."""
    cameras = {name: {"source": {"type": "synthetic"}} for name in ("porch", "yard")}
    use = {"type": "openai", "url": "http://127.0.0.1:1/v1", "model": "m", **reasoner}
    return plan(parse({"cameras": cameras, "reasoner": use}, "x"), "x", Secrets())


def journal(path: Path) -> Path:
    """Write two days with four calls about the porch, one of them a repair, and one spared."""
    kept = Journal(path)
    kept.open()
    for number in range(5):
        at = number * DAY / 2
        kept.commit([revision(number, started_at=at, updated_at=at)])
        outcome = "answered" if number < 4 else REPEATED
        paid = {"paid": 1000.0, "money": 0.0018} if number < 4 else {}
        kept.record_call(
            Call(at, (f"e{number}",), "porch", "m", "m", "d", "?", (), "", outcome, paid)
        )
    kept.close()
    return path


def test_it_follows_what_the_journal_knows(tmp_path: Path) -> None:
    """Calls a day, what each took in truth; a camera without any is guessed."""
    made = planned(price={"input": 1.0, "output": 5.0})
    porch, yard, limits = budget(made, journal(tmp_path / "journal.sqlite"))
    assert porch.found.startswith("2.0 calls a day (as in the last 2.0 days), 1000 tokens each")
    assert porch.found.endswith("2000 tokens and 0.0036 a day")
    assert "40.0 calls a day (taken for granted" in yard.found
    assert (limits.health, limits.remedy.startswith("set `reasoner.budget`")) == ("warn", True)


def test_limits_are_told_for_a_day(tmp_path: Path) -> None:
    """Of calls, tokens and money; without a journal as well."""
    made = planned(budget={"calls_per_hour": 10, "money_per_hour": 0.5}, price={"input": 1.0})
    *_, limits = budget(made, tmp_path / "none.sqlite")
    assert limits.found == "at most 240 calls a day, 12 of money a day, all cameras together"


def test_a_model_of_ones_own_costs_nothing(tmp_path: Path) -> None:
    """And so does none."""
    *_, limits = budget(planned(), tmp_path / "none.sqlite")
    assert (limits.health, limits.found) == ("ok", "no limit; answers cost nothing")
    (nothing,) = budget(None, tmp_path / "none.sqlite")
    assert "no model is configured" in nothing.found


def test_a_camera_costs_what_who_may_be_asked_of_it_takes(tmp_path: Path) -> None:
    """Where pictures may not leave, the model inside answers for nothing; the other is named."""
    cameras = {
        name: {"source": {"type": "synthetic"}, "cloud": cloud}
        for name, cloud in (("porch", True), ("bedroom", False))
    }
    far = {"type": "openai", "url": "https://api.example.org/v1", "model": "f"}
    near = {"type": "openai", "url": "http://127.0.0.1:1/v1", "model": "n", "patches": 256}
    use = {
        "cameras": cameras,
        "reasoner": {**far, "price": {"input": 1.0}},
        "reasoners": {"spare": near},
    }
    made = plan(parse(use, "x"), "x", Secrets())
    porch, bedroom, limits = budget(made, tmp_path / "none.sqlite")
    assert porch.found.endswith("5196 tokens each: 207840 tokens and 0.1998 a day")
    assert bedroom.found.endswith("2124 tokens each: 84960 tokens and 0.0000 a day")
    assert limits.found == "answers of reasoner cost money, and there is no limit"
    priced = {**use, "reasoner": far, "reasoners": {"spare": {**near, "price": {"output": 1.0}}}}
    *_, limits = budget(plan(parse(priced, "x"), "x", Secrets()), tmp_path / "none.sqlite")
    assert limits.health == "warn"
