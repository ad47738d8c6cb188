"""What models said lately, and what people said of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.revisions import revision

from reasoners import Reasoning
from sinks.journal import Journal, JournalReader


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Open an empty one."""
    found = Journal(tmp_path / "journal.sqlite")
    found.open()
    yield found
    found.close()


def test_events_are_read_as_they_stand_oldest_first(journal: Journal) -> None:
    """Each once, with its latest revision; what nobody described, or long ago, is left out."""
    journal.commit([revision(1, description="Old.", updated_at=900.0), revision(2)])
    journal.commit([revision(3, description="First.")])
    journal.commit([revision(4, description="A man.")])
    journal.commit([revision(3, revision=2, type="update", description="Last.")])
    assert [(one.id, one.description) for one in journal.described(950.0)] == [
        ("e4", "A man."),
        ("e3", "Last."),
    ]


def test_the_last_word_on_each_event_goes_with_how_it_stands(
    journal: Journal, tmp_path: Path
) -> None:
    """In the order in which people spoke; the reading side sees the same."""
    journal.commit([revision(1), revision(2)])
    journal.keep_feedback("e2", "true_alarm", 5.0)
    journal.keep_feedback("e1", "true_alarm", 6.0)
    journal.keep_feedback("e1", "false_alarm", 7.0)
    verified = Reasoning(state="verified")
    journal.commit([revision(1, revision=2, type="update", reasoning=verified)])
    told = [(event.id, event.reasoning.state, word) for event, word in journal.judged()]
    assert told == [("e2", "none", "true_alarm"), ("e1", "verified", "false_alarm")]
    with JournalReader(tmp_path / "journal.sqlite") as reader:
        assert reader.judged() == journal.judged()


def test_words_on_a_rule_are_forgotten_alone(journal: Journal) -> None:
    """Other rules and cameras keep theirs."""
    journal.commit([revision(1), revision(2, rule="other"), revision(3, camera="yard")])
    for number in (1, 2, 3):
        journal.keep_feedback(f"e{number}", "false_alarm", float(number))
    journal.forget_feedback("porch", "presence")
    assert sorted(journal.feedback()) == ["e2", "e3"]
