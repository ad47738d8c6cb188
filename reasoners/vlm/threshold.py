"""How sure an answer must be, moved by what people say of a rule's alarms. Pure.

For each event of a rule that a person judged:

* **misled**: the answer decided, and the person says otherwise (`verified` but a false alarm,
  `rejected` but a true one): the rule must demand more;
* **held back**: the answer leaned the right way and was left `uncertain` only for want of
  confidence: the rule may demand less.

need = configured need + STEP x (misled - held back), at most LOOSER below and STRICTER above it,
and never outside LEAST to MOST.
"""

from dataclasses import dataclass
from typing import Final, Literal

from reasoners.event import Answer, Check, Event
from reasoners.question import CANNOT_TELL, Question

STEP: Final = 0.05
LOOSER: Final = 0.2
STRICTER: Final = 0.3
LEAST: Final = 0.05
MOST: Final = 0.95

Word = Literal["true_alarm", "false_alarm"]
Lesson = Literal["misled", "held_back", "confirmed", "none"]
"""`confirmed`: the answer decided, and rightly. `none`: nothing can be learned about `need`."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What people said of one rule's events, as far as it concerns how sure an answer must be."""

    misled: int = 0
    held_back: int = 0
    confirmed: int = 0

    def plus(self, lesson: Lesson) -> "Tally":
        """Return it with a lesson more."""
        return Tally(
            self.misled + (lesson == "misled"),
            self.held_back + (lesson == "held_back"),
            self.confirmed + (lesson == "confirmed"),
        )

    def need(self, configured: float) -> float:
        """Return the confidence that an answer of the rule needs now, 0 to 1."""
        moved = STEP * (self.misled - self.held_back)
        wanted = configured + min(STRICTER, max(-LOOSER, moved))
        # What a person set beyond the bounds stays where they set it.
        low, high = min(LEAST, configured), max(MOST, configured)
        return round(min(high, max(low, wanted)), 3)


def lesson(event: Event, word: Word, question: Question) -> Lesson:
    """Return what a person's word on an event teaches.

    Args:
        event: Its latest revision.
        word: Whether it was a true or a false alarm.
        question: The one that decides, as the rule asks it now.
    """
    true = word == "true_alarm"
    match event.reasoning.state:
        case "verified":
            return "confirmed" if true else "misled"
        case "rejected":
            return "misled" if true else "confirmed"
        case "uncertain":
            unsure = _only_unsure(event.reasoning.checks)
            right = _leans(event.answers, question) is true
            return "held_back" if unsure and right else "none"
        case _:
            return "none"


def _only_unsure(checks: tuple[Check, ...]) -> bool:
    """Tell whether confidence alone was missing."""
    return [check.name for check in checks if not check.ok] == ["confidence"]


def _leans(answers: tuple[Answer, ...], question: Question) -> bool | None:
    """Tell whether the deciding answer speaks for the event; None where it says nothing."""
    answer = next((one.answer for one in answers if one.question == question.name), CANNOT_TELL)
    if answer == CANNOT_TELL:
        return None
    return not question.affirms or answer in question.affirms
