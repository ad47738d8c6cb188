"""What people's words have moved, in the doctor's words."""

from pathlib import Path

from rig.revisions import revision

from daemon.cli.doctor.feedback import feedback
from daemon.config import parse
from daemon.plan import Plan, plan
from daemon.secrets import Secrets
from reasoners import Answer, Reasoning
from sinks.journal import Journal


def planned(**more: object) -> Plan:
    """Plan a camera whose rule asks."""
    camera = {"source": {"type": "synthetic"}, "presence": {"ask": "Is it a courier?"}}
    config = parse({"cameras": {"porch": camera}, **more}, "lookout.yaml")
    return plan(config, "lookout.yaml", Secrets({}))


def test_a_rule_that_misled_needs_more_and_says_how_to_forget(tmp_path: Path) -> None:
    """Need now, need in the file, why, and the words that take it back."""
    path = tmp_path / "journal.sqlite"
    journal = Journal(path)
    journal.open()
    answers = (Answer(question="presence", answer="yes", confidence=0.9),)
    verified = Reasoning(state="verified")
    journal.commit([revision(1, answers=answers, reasoning=verified)])
    journal.keep_feedback("e1", "false_alarm", 1.0)
    journal.close()
    (line,) = feedback(planned(reasoner={"type": "scripted"}), path)
    assert line.what == "feedback porch/presence"
    assert line.found == "an answer needs 0.55 (in the file 0.5): misled 1, held back 0"
    assert '{"camera": "porch", "rule": "presence", "verdict": "forget"}' in line.remedy


def test_without_a_model_or_a_journal_there_is_nothing_to_say(tmp_path: Path) -> None:
    """Nobody's answers are judged."""
    assert list(feedback(planned(), tmp_path / "none")) == []
    assert list(feedback(None, tmp_path / "none")) == []
    assert list(feedback(planned(reasoner={"type": "scripted"}), tmp_path / "none")) == []
