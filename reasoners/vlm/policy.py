"""From answer, confidence and checks to what becomes of an event. A table, nothing else. Pure."""

from typing import Final, Literal

from reasoners.event import ReasoningState
from reasoners.question import CANNOT_TELL, Question

Decision = Literal["affirms", "denies", "unsure", "none"]
"""What the answer says of the event; `none` where nothing was asked, only described."""

Doubt = Literal["none", "aside", "denied", "deciding"]
"""What the checks say of the answer:

* `none`: nothing contradicts it;
* `aside`: something that the event is not about was told wrongly;
* `denied`: the event's own object is said to be something else, which is what a denial looks like;
* `deciding`: a claim on which the answer rests contradicts what was seen.
"""

TABLE: Final[dict[tuple[Decision, Doubt], ReasoningState]] = {
    ("affirms", "none"): "verified",
    ("affirms", "aside"): "uncertain",
    ("affirms", "denied"): "rejected",
    ("affirms", "deciding"): "rejected",
    ("denies", "none"): "rejected",
    ("denies", "aside"): "uncertain",
    ("denies", "denied"): "rejected",
    ("denies", "deciding"): "uncertain",
    ("unsure", "none"): "uncertain",
    ("unsure", "aside"): "uncertain",
    ("unsure", "denied"): "uncertain",
    ("unsure", "deciding"): "uncertain",
    ("none", "none"): "verified",
    ("none", "aside"): "uncertain",
    ("none", "denied"): "uncertain",
    ("none", "deciding"): "rejected",
}


def decision(question: Question | None, answer: str, confidence: float) -> Decision:
    """Tell what an answer says of the event; one below the needed confidence says nothing.

    Args:
        question: The one that decides; None where nothing was asked.
        answer: As the model gave it.
        confidence: Of it, 0 to 1.
    """
    if question is None:
        return "none"
    if answer == CANNOT_TELL or confidence < question.need:
        return "unsure"
    return "affirms" if not question.affirms or answer in question.affirms else "denies"
