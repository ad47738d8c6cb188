"""Two opinions on one event."""

import pytest
from rig.asked import event, job

from reasoners import Answer, Check, ReasoningState, Severity, Verdict
from reasoners.event import EventKeyframe
from reasoners.vlm.second import Outcome, leaning, together, wanted

ALERT = job(event=event(severity="alert"))
WRONG = Check(name="count_person", claimed=3, seen=1, ok=False)


def said(answer: str, state: ReasoningState, confidence: float = 0.4, **more: object) -> Verdict:
    """Return a verdict with one answer."""
    given = (Answer(question="presence", answer=answer, confidence=confidence),)
    return Verdict(state, "m", given, tokens=100, latency_s=0.5, **more)  # type: ignore[arg-type]


def shown(number: int) -> tuple[EventKeyframe, ...]:
    """Name a keyframe."""
    return (
        EventKeyframe(name=f"k{number}", frame=number, captured_at=float(number), reason="latest"),
    )


@pytest.mark.parametrize(
    ("severity", "state", "wants"),
    [
        ("alert", "uncertain", True),
        ("warning", "uncertain", False),
        ("alert", "verified", False),
        ("alert", "timeout", False),
    ],
)
def test_only_what_is_severe_and_uncertain_is_put_to_somebody_else(
    severity: Severity, state: ReasoningState, wants: bool
) -> None:
    """Whatever was answered surely, or not at all, is not asked twice."""
    asked = job(event=event(severity=severity))
    assert wanted(asked, Verdict(state), frozenset({"alert"})) == wants


@pytest.mark.parametrize(
    ("first", "second", "state", "outcome", "agrees"),
    [
        ("yes", ("yes", "verified"), "verified", "decided", True),
        ("no", ("no", "rejected"), "rejected", "decided", True),
        ("cannot_tell", ("yes", "verified"), "verified", "decided", True),
        ("cannot_tell", ("no", "rejected"), "rejected", "decided", True),
        ("yes", ("no", "rejected"), "uncertain", "disagreed", False),
        ("no", ("yes", "verified"), "uncertain", "disagreed", False),
        ("yes", ("yes", "uncertain"), "uncertain", "no_help", None),
    ],
)
def test_the_policy(
    first: str,
    second: tuple[str, ReasoningState],
    state: ReasoningState,
    outcome: Outcome,
    agrees: bool | None,
) -> None:
    """Agreement decides, contradiction leaves it open, and so does another doubt."""
    verdict, found = together(ALERT, said(first, "uncertain"), said(*second, 0.9))
    assert (verdict.state, found) == (state, outcome)
    assert verdict.second is not None
    assert (verdict.second.answer, verdict.second.agrees) == (second[0], agrees)
    assert verdict.answers[0].answer == (second[0] if outcome == "decided" else first)


@pytest.mark.parametrize("state", ["timeout", "skipped_budget", "error", "invalid", "refused"])
def test_an_opinion_that_never_came_changes_nothing(state: ReasoningState) -> None:
    """The first answer stays, with a word on why nobody else was heard."""
    first = said("yes", "uncertain", description="A man.")
    verdict, outcome = together(ALERT, first, Verdict(state, reason="late"))
    assert (verdict.state, verdict.answers, verdict.description) == (
        "uncertain",
        first.answers,
        "A man.",
    )
    assert outcome == "no_help"
    assert verdict.second is not None
    assert (verdict.second.state, verdict.second.reason) == (state, "late")


def test_an_answer_that_was_contradicted_leans_nowhere() -> None:
    """What a model says of what is not there weighs nothing against another."""
    contradicted = said("yes", "uncertain", 0.9, checks=(WRONG,))
    assert leaning(ALERT.asked[0], contradicted) is None
    verdict, _ = together(ALERT, contradicted, said("no", "rejected", 0.9))
    assert verdict.state == "rejected"


def test_both_are_paid_for_and_shown() -> None:
    """Tokens, time and keyframes are of both calls."""
    first = said("yes", "uncertain", keyframes=shown(1))
    second = said("yes", "verified", 0.9, keyframes=shown(2))
    verdict, _ = together(ALERT, first, second)
    assert (verdict.tokens, verdict.latency_s) == (200, 1.0)
    assert [one.name for one in verdict.keyframes] == ["k1", "k2"]
