"""Two opinions on one event become one verdict, by a stated policy. Pure.

Asked for where an event is severe and its first verdict `uncertain`: other frames, another model.

| Second | First leaned | Together |
|---|---|---|
| decides | the same way, or nowhere | what the second says |
| decides | the other way | `uncertain`: they disagree |
| does not decide, or never came | any | the first, as it was |

An answer leans towards what it says however unsure it is; `cannot_tell` leans nowhere, and so does
an answer that what was seen contradicts.
"""

from dataclasses import replace
from typing import Final, Literal

from reasoners.event import EventKeyframe, SecondOpinion
from reasoners.question import CANNOT_TELL, Question
from reasoners.verdict import Job, Verdict
from reasoners.vlm.past import uncontradicted

DECIDED: Final = frozenset({"verified", "rejected"})

Outcome = Literal["decided", "disagreed", "no_help"]
"""What a second opinion was good for."""


def wanted(job: Job, verdict: Verdict, severities: frozenset[str]) -> bool:
    """Tell whether a verdict calls for another opinion."""
    return verdict.state == "uncertain" and job.event.severity in severities and bool(job.asked)


def together(job: Job, first: Verdict, second: Verdict) -> tuple[Verdict, Outcome]:
    """Make one verdict of two.

    Args:
        job: As it was first asked.
        first: `uncertain`.
        second: Whatever came of asking again.
    """
    tokens = [one.tokens for one in (first, second) if one.tokens is not None]
    latency = [one.latency_s for one in (first, second) if one.latency_s is not None]

    def both(verdict: Verdict, *, agrees: bool | None) -> Verdict:
        return replace(
            verdict,
            tokens=sum(tokens) if tokens else None,
            latency_s=round(sum(latency), 3) if latency else None,
            keyframes=_shown(first, second),
            second=_told(second, agrees=agrees),
        )

    if second.state not in DECIDED:
        return both(first, agrees=None), "no_help"
    lean = leaning(job.asked[0], first)
    if lean is None or lean == second.state:
        # What the first found wrong was of other pictures: the second answer stands for itself.
        return both(second, agrees=True), "decided"
    unsettled = both(first, agrees=False)
    return replace(unsettled, reason="a second opinion disagrees"), "disagreed"


def leaning(question: Question, verdict: Verdict) -> Literal["verified", "rejected"] | None:
    """Return what an answer would have come to, had it been sure; None where it leans nowhere."""
    if not verdict.answers or not uncontradicted(verdict.checks):
        return None
    answer = verdict.answers[0].answer
    if answer == CANNOT_TELL:
        return None
    return "verified" if not question.affirms or answer in question.affirms else "rejected"


def _told(second: Verdict, *, agrees: bool | None) -> SecondOpinion:
    first = second.answers[0] if second.answers else None
    return SecondOpinion(
        state=second.state,
        model=second.model,
        answer=None if first is None else first.answer,
        confidence=None if first is None else first.confidence,
        agrees=agrees,
        reason=second.reason if second.state not in DECIDED else None,
    )


def _shown(first: Verdict, second: Verdict) -> tuple[EventKeyframe, ...]:
    """Name all that either was shown, once each."""
    named = {one.name: one for one in (*first.keyframes, *second.keyframes)}
    return tuple(sorted(named.values(), key=lambda one: one.captured_at))[:32]
