"""What rules found, kept beside the events: bounded, and honest about what is gone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reasoners import Evaluation, RuleRecord
from reasoners.rules.evaluation import Finding
from sinks.journal import Journal, JournalReader
from sinks.journal.evaluated import KEPT


def found(at: float, *, count: int = 0, rule: str = "gate") -> Evaluation:
    """Make an evaluation."""
    finding = Finding(path="when", text="crosses gate", count=count)
    return Evaluation(
        rule=rule,
        at=at,
        frame=round(at),
        standing="holds" if count else "fails",
        open=count,
        findings=(finding,),
    )


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Open a journal."""
    journal = Journal(tmp_path / "journal.sqlite")
    journal.open()
    yield journal
    journal.close()


def test_the_evaluation_that_stood_at_a_time_is_found(journal: Journal, tmp_path: Path) -> None:
    """The last before it and the next after it, of that camera and rule alone."""
    evaluations = (found(10.0), found(20.0, count=1), found(30.0), found(15.0, rule="other"))
    journal.keep_evaluations({"porch": RuleRecord(8.0, 40.0, evaluations)})
    journal.keep_evaluations({"yard": RuleRecord(8.0, 40.0, (found(22.0),))})
    with JournalReader(tmp_path / "journal.sqlite") as reader:
        assert reader.evaluated() == [("porch", "gate"), ("porch", "other"), ("yard", "gate")]
        kept = reader.evaluation("porch", "gate", 25.0)
        assert kept is not None
        assert (kept.before, kept.after) == (evaluations[1], evaluations[2])
        assert (kept.watched, kept.oldest) == (True, 10.0)
        assert reader.evaluation("porch", "none", 25.0) is None


def test_what_was_before_the_record_or_unwatched_is_told(journal: Journal, tmp_path: Path) -> None:
    """Nothing stands before the oldest; between two runs nobody watched."""
    journal.keep_evaluations({"porch": RuleRecord(8.0, 12.0, (found(10.0),))})
    journal.keep_evaluations({"porch": RuleRecord(14.0, 20.0, ())})
    journal.keep_evaluations({"porch": RuleRecord(100.0, 120.0, ())})
    with JournalReader(tmp_path / "journal.sqlite") as reader:
        for at, before, watched, until in (
            (9.0, False, True, None),
            (13.0, True, True, None),
            (50.0, True, False, 20.0),
            (110.0, True, True, None),
            (500.0, True, False, 120.0),
        ):
            kept = reader.evaluation("porch", "gate", at)
            assert kept is not None
            assert (kept.before is not None, kept.watched, kept.watched_until) == (
                before,
                watched,
                until,
            )


def test_only_so_many_are_kept_of_each_rule(journal: Journal, tmp_path: Path) -> None:
    """The oldest go; a quiet rule loses nothing to a noisy one."""
    quiet = (found(1.0, rule="quiet"),)
    noisy = tuple(found(float(n)) for n in range(1, KEPT + 51))
    journal.keep_evaluations({"porch": RuleRecord(0.0, 999.0, quiet + noisy)})
    with JournalReader(tmp_path / "journal.sqlite") as reader:
        kept = reader.evaluation("porch", "gate", 999.0)
        assert kept is not None
        assert kept.oldest == 51.0
        assert reader.evaluation("porch", "quiet", 999.0) is not None
