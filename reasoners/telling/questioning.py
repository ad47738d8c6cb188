"""What a model is asked about a new event: the rule's questions, else the built-in one. Pure."""

from dataclasses import dataclass, replace

from reasoners.firing import Firing
from reasoners.question import Question
from reasoners.scene.presence import RULE, UNLABELLED
from reasoners.words import with_article

SETTLE = 1.0
"""Seconds that are waited for a better view before a question is asked; a fifth of the time that
the answer has, if that is less. What happens until then is on its pictures."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked about new events."""

    model: str
    """Name of the model, as events show it."""

    deadline: float
    """Seconds from the `new` revision until a terminal state must be out."""

    question: str = ""
    """Asked where the built-in rule has no question; empty: whether the detector is right."""


def asked(firing: Firing, asking: Asking) -> tuple[Question, ...] | None:
    """Return the questions about a new event; none of them only has it described.

    Args:
        firing: What began.
        asking: What is asked where the rule does not say.

    Returns:
        The first decides. None where no model is asked.
    """
    inquiry = firing.ask
    built_in = firing.rule == RULE and not inquiry
    if built_in and asking.question:
        return (Question(RULE, asking.question),)
    if not inquiry and not built_in:
        return None
    told = inquiry.questions
    if (inquiry.verify or built_in) and firing.things:
        own = verifying(firing.rule, firing.things[0].label)
        told += (replace(own, name=f"{own.name}_verify") if told else own,)
    return told or (() if inquiry.describe else None)


def verifying(rule: str, label: str) -> Question:
    """Return the question whether the detector is right about an object of this label."""
    return Question(rule, default_question(label), verifies=True)


def default_question(label: str) -> str:
    """Say it in words."""
    if label == UNLABELLED:
        return "Is the marked object really there and not a shadow, a reflection or noise?"
    return f"Is the marked object really {with_article(label[:80])}?"
