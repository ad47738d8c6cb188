"""What a model made of an event, in phrases. Pure."""

from collections.abc import Iterable, Mapping
from typing import Final

from reasoners.event import Answer, Check, Reasoning, ReasoningState, SecondOpinion
from reasoners.language.phrase import (
    Evidence,
    Number,
    Phrase,
    Quoted,
    Several,
    Share,
    Value,
    Verbatim,
    Word,
)

PENDING: Final = Phrase("model.pending", {}, (Evidence("reasoning", "pending"),))

ENDED: Final = Phrase("restart.ended", {}, (Evidence("end", "restart"),))
UNANSWERED: Final = Phrase("restart.unanswered", {}, (Evidence("reasoning", "error"),))

WEIGHT: Final[dict[ReasoningState, int]] = {"verified": 3, "rejected": 2, "uncertain": 1}
"""How much an answer is worth beside one of another look; what is no answer is worth nothing."""

_FAILED: Final = {
    "skipped_budget": "none",
    "timeout": "timeout",
    "invalid": "invalid",
    "refused": "refused",
    "error": "error",
}

_ANSWERS: Final = frozenset({"yes", "no", "cannot_tell"})
_CHECKS: Final = frozenset({"tracks", "zones", "order", "confidence"})
_OF_A_TRACK: Final = frozenset({"label", "zone", "motion", "missed"})


def better(state: ReasoningState, before: ReasoningState, *, decides: bool) -> bool:
    """Tell whether what another look came to takes the place of what there is.

    Args:
        state: What it came to.
        before: What there is.
        decides: Whether a question was asked; what is only described is always told anew.
    """
    if not decides:
        return state in WEIGHT
    return WEIGHT.get(state, 0) > WEIGHT.get(before, 0)


def conclude(
    reasoning: Reasoning,
    answers: Iterable[Answer],
    questions: Mapping[str, str],
    description: str | None,
    why: str = "",
) -> list[Phrase]:
    """Say what a model made of the event; nothing where none was asked.

    Args:
        reasoning: How it ended.
        answers: To what was asked.
        questions: Text of each, by the name under which it is answered.
        description: What the model says is to be seen.
        why: And what it holds to be the cause.
    """
    evidence = (Evidence("reasoning", reasoning.state),)
    if reasoning.state == "none":
        return []
    if reasoning.state == "pending":
        return [PENDING]
    model: Value = Phrase("model.it")
    if reasoning.model:
        model = Phrase("model.named", {"name": Verbatim(reasoning.model[:80])})
    failed = _FAILED.get(reasoning.state)
    if failed is not None:
        if not reasoning.reason:
            return [Phrase(f"model.{failed}", {"model": model}, evidence)]
        gaps: dict[str, Value] = {"model": model, "reason": Quoted(reasoning.reason, 400)}
        return [Phrase(f"model.{failed}_because", gaps, evidence)]
    told = [_told(reasoning, model, _answered(tuple(answers), questions), evidence)]
    if reasoning.second is not None:
        told.append(_second(reasoning.second, evidence))
    if reasoning.unchanged_since is not None:
        since: dict[str, Value] = {"event": Verbatim(reasoning.unchanged_since)}
        told.append(Phrase("model.unchanged", since, evidence))
    if description:
        described: dict[str, Value] = {"description": Quoted(description.strip().removesuffix("."))}
        told.append(Phrase("model.describes", described, evidence))
    if why:
        because: dict[str, Value] = {"why": Quoted(why.strip().removesuffix("."))}
        told.append(Phrase("model.why", because, evidence))
    return told


def _told(
    reasoning: Reasoning, model: Value, answered: Phrase, evidence: tuple[Evidence, ...]
) -> Phrase:
    outcome = Phrase(f"model.{reasoning.state}")
    gaps: dict[str, Value] = {"model": model, "answered": answered, "outcome": outcome}
    check = next((check for check in reasoning.checks if not check.ok), None)
    if check is None:
        return Phrase("model.told", gaps, evidence)
    return Phrase("model.told_misfit", gaps | _misfit(check), evidence)


def _second(second: SecondOpinion, evidence: tuple[Evidence, ...]) -> Phrase:
    """Say what another opinion came to."""
    if second.agrees is None:
        return Phrase("model.second_no_help", {}, evidence)
    if second.agrees:
        return Phrase("model.second_agrees", {}, evidence)
    model: Value = Phrase("model.it")
    if second.model:
        model = Phrase("model.named", {"name": Verbatim(second.model[:80])})
    said = () if second.answer is None else (_own(second.answer, second.confidence),)
    gaps: dict[str, Value] = {"model": model, "answered": _answered(said, {})}
    return Phrase("model.second_disagrees", gaps, evidence)


def _own(answer: str, confidence: float | None) -> Answer:
    return Answer(question="", answer=answer, confidence=confidence)


def _answered(answers: tuple[Answer, ...], questions: Mapping[str, str]) -> Phrase:
    if not answers:
        return Phrase("model.answered")
    asked = [questions.get(answer.question) for answer in answers]
    if len(answers) == 1 and asked[0]:
        gaps: dict[str, Value] = {"answers": _answer(answers[0]), "question": Quoted(asked[0])}
        return Phrase("model.answered_to", gaps)
    told = [_to(answer, text) for answer, text in zip(answers, asked, strict=True)]
    return Phrase("model.answered_so", {"answers": Several(tuple(told))})


def _to(answer: Answer, question: str | None) -> Value:
    """Say an answer together with what it answers, where that is known."""
    if not question:
        return _answer(answer)
    return Phrase("model.to", {"answer": _answer(answer), "question": Quoted(question)})


def _answer(answer: Answer) -> Value:
    said: Value = Quoted(answer.answer)
    if answer.answer in _ANSWERS:
        said = Phrase(f"model.{answer.answer}")
    elif answer.value is not None:
        said = Verbatim(f"{answer.value:g} {answer.unit}".strip())
    if answer.confidence is None:
        return said
    return Phrase("model.sure", {"answer": said, "share": Share(answer.confidence)})


def _misfit(check: Check) -> dict[str, Value]:
    return {
        "check": _check(check.name),
        "claimed": _claim(check.claimed),
        "seen": _claim(check.seen),
    }


def _check(name: str) -> Value:
    """Say what was compared; one that has no words is told by its own name."""
    kind, _, about = name.partition("_")
    if name in _CHECKS:
        return Phrase(f"model.check_{name}")
    if name == "entity_tracks":
        return Phrase("model.entity_tracks")
    if kind in _OF_A_TRACK and about[:1] == "t" and about[1:].isdigit():
        return Phrase(f"model.check_{kind}", {"track": Verbatim(about)})
    if kind == "unseen":
        return Phrase("model.check_unseen", {"what": Word(about.replace("_", " "))})
    if kind == "evidence":
        return Phrase("model.check_evidence")
    return Quoted(name.replace("_", " "))


def _claim(value: str | float | bool | None) -> Value:
    match value:
        case bool():
            return Phrase("model.yes" if value else "model.no")
        case None | "":
            return Phrase("model.nothing")
        case int():
            return Number(value)
        case float():
            return Number(value, 2)
        case str():
            tracks = [part.strip() for part in value.split(",")]
            named = all(track[:1] == "t" and track[1:].isdigit() for track in tracks)
            return Verbatim(value) if named else Quoted(value)
