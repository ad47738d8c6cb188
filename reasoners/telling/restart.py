"""Closing what a crash left open, so that nothing downstream stays on for ever."""

from collections.abc import Mapping
from typing import Final, TypeVar

from reasoners.event import Event, EventCondition, EventRelation
from reasoners.language.catalogue import catalogue, languages
from reasoners.telling.explanation import joined, worded
from reasoners.telling.outcome import ENDED, PENDING, UNANSWERED, better, conclude
from reasoners.telling.wire import moment
from reasoners.verdict import Job, Verdict

Lasting = TypeVar("Lasting", EventRelation, EventCondition)

REASON: Final = "Lookout restarted before the answer came"


LATE: Final = "the time for its answer passed while Lookout was not running"


def after_restart(
    event: Event, at: float, language: str = "en", *, waits: bool = False, late: bool = False
) -> Event:
    """Return the revision that closes an event left open, or its question, or both.

    Args:
        event: The latest revision in the journal.
        at: The present time.
        language: In which events are explained now; this one may have been told in another.
        waits: Whether its question is asked again, and stays open.
        late: Whether the deadline of its question has passed meanwhile.

    Raises:
        ValueError: The event has ended and waits for no answer; there is nothing to close.
    """
    open_, pending = event.type != "end", event.reasoning.state == "pending"
    if not (open_ or (pending and not waits)):
        raise ValueError(f"event {event.id} has ended and waits for no answer")
    now = max(moment(at), event.updated_at)
    ended_at = event.ended_at if event.ended_at is not None else event.frame.captured_at
    facts = _facts(event)
    question = [PENDING if waits else UNANSWERED] if pending else []
    added = [*([ENDED] if open_ else []), *question]
    changed: dict[str, object] = {
        "seq": None,
        "revision": event.revision + 1,
        "type": "end",
        "updated_at": now,
        "ended_at": ended_at,
        "end_reason": event.end_reason if not open_ else "restart",
        "relations": tuple(_over(relation, ended_at) for relation in event.relations),
        "conditions": tuple(_over(condition, ended_at) for condition in event.conditions),
        "predictions": tuple(
            prediction
            if prediction.outcome is not None
            else prediction.model_copy(update={"outcome": "unresolvable", "resolved_at": ended_at})
            for prediction in event.predictions
        ),
        "explanation": joined(language, facts, worded(added, language)),
    }
    if pending and not waits:
        state, why = ("timeout", LATE) if late else ("error", REASON)
        changed["reasoning"] = event.reasoning.model_copy(update={"state": state, "reason": why})
    return event.model_copy(update=changed)


def awaits(event: Event, job: Job) -> bool:
    """Tell whether what was asked in an earlier run has not come back yet.

    Args:
        event: Its latest revision.
        job: What was asked: at its beginning, or when another look was taken.
    """
    if job.since is None:
        return event.reasoning.state == "pending"
    return event.reasoning.looks == job.event.reasoning.looks


def answered_late(
    event: Event, job: Job, verdict: Verdict, at: float, language: str = "en"
) -> Event | None:
    """Return the revision that gives an event of an earlier run its answer.

    Args:
        event: Its latest revision, ended; its question is pending, or another look under way.
        job: What was asked.
        verdict: The terminal answer.
        at: The present time.
        language: In which events are explained.

    Returns:
        None if another look brought nothing better than what there is.
    """
    look, questions = job.since is not None, {one.name: one.text for one in job.asked}
    if look and not better(verdict.state, event.reasoning.state, decides=bool(questions)):
        return None
    reasoning = event.reasoning.model_copy(
        update={
            "state": verdict.state,
            "model": verdict.model or event.reasoning.model,
            "latency_s": None if verdict.latency_s is None else round(verdict.latency_s, 3),
            "checks": verdict.checks,
            "tokens": verdict.tokens,
            "reason": None if verdict.reason is None else verdict.reason[:400],
            "second": verdict.second,
            "unchanged_since": verdict.unchanged,
            "looks": event.reasoning.looks + look,
        }
    )
    description = verdict.description and verdict.description[:2000]
    said = conclude(reasoning, verdict.answers, questions, description, verdict.why)
    facts = _untold(event, questions) if look else _facts(event)
    return event.model_copy(
        update={
            "seq": None,
            "revision": event.revision + 1,
            "updated_at": max(moment(at), event.updated_at),
            "reasoning": reasoning,
            "answers": verdict.answers,
            "description": description,
            "entities": verdict.entities,
            "keyframes": verdict.keyframes,
            "explanation": joined(language, facts, worded(said, language)),
        }
    )


def _facts(event: Event) -> str:
    """Return what was told of an event, without that its question is open, in any language."""
    facts = event.explanation
    for code in languages():
        facts = facts.removesuffix(catalogue(code).sentence(PENDING)).rstrip()
    return facts


def _untold(event: Event, questions: Mapping[str, str]) -> str:
    """Return what was told of an event, without what the look before came to, in any language."""
    before = conclude(event.reasoning, event.answers, questions, event.description)
    for code in languages():
        head, told, tail = event.explanation.partition(worded(before, code))
        if told:
            return joined(code, head.rstrip(), tail.lstrip())
    return event.explanation


def _over(lasting: Lasting, at: float) -> Lasting:
    """Say of what still held that it held until then."""
    if lasting.until is not None:
        return lasting
    return lasting.model_copy(update={"until": max(at, lasting.since)})
