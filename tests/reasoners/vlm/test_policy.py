"""What becomes of an event."""

from itertools import product
from typing import get_args

import pytest

from reasoners import TERMINAL, Question
from reasoners.vlm.policy import TABLE, Decision, Doubt, decision


def test_the_table_has_an_entry_for_everything() -> None:
    """Whatever was answered and found, there is one terminal state."""
    assert set(TABLE) == set(product(get_args(Decision), get_args(Doubt)))
    assert set(TABLE.values()) <= TERMINAL


def test_only_an_answer_without_contradiction_verifies() -> None:
    """Every other way to `verified` would believe a model that is known to be wrong."""
    assert [key for key, state in TABLE.items() if state == "verified"] == [
        ("affirms", "none"),
        ("none", "none"),
    ]


@pytest.mark.parametrize(
    ("question", "answer", "confidence", "said"),
    [
        (Question("r", "?"), "yes", 0.8, "affirms"),
        (Question("r", "?"), "no", 0.8, "denies"),
        (Question("r", "?"), "cannot_tell", 0.9, "unsure"),
        (Question("r", "?", need=0.85), "yes", 0.8, "unsure"),
        (Question("r", "?", affirms=("no",)), "no", 0.8, "affirms"),
        (Question("r", "?", "number", affirms=()), "3", 0.8, "affirms"),
        (None, "", 1.0, "none"),
    ],
)
def test_an_answer_affirms_denies_or_says_nothing(
    question: Question | None, answer: str, confidence: float, said: Decision
) -> None:
    """The question says which answers speak for the event, and how sure they must be."""
    assert decision(question, answer, confidence) == said
