"""Closing what a crash left open, so that nothing downstream stays on for ever."""

from typing import Final, TypeVar

from reasoners.event import Event, EventCondition, EventRelation
from reasoners.language.catalogue import catalogue, languages
from reasoners.telling.explanation import joined, worded
from reasoners.telling.outcome import ENDED, PENDING, UNANSWERED
from reasoners.telling.wire import moment

Lasting = TypeVar("Lasting", EventRelation, EventCondition)

REASON: Final = "Lookout restarted before the answer came"


def after_restart(event: Event, at: float, language: str = "en") -> Event:
    """Return the revision that closes an event left open, or its question, or both.

    Args:
        event: The latest revision in the journal.
        at: The present time.
        language: In which events are explained now; this one may have been told in another.

    Raises:
        ValueError: The event has ended and waits for no answer; there is nothing to close.
    """
    open_, pending = event.type != "end", event.reasoning.state == "pending"
    if not (open_ or pending):
        raise ValueError(f"event {event.id} has ended and waits for no answer")
    now = max(moment(at), event.updated_at)
    ended_at = event.ended_at if event.ended_at is not None else event.frame.captured_at
    facts = event.explanation
    for code in languages():
        facts = facts.removesuffix(catalogue(code).sentence(PENDING)).rstrip()
    added = [*([ENDED] if open_ else []), *([UNANSWERED] if pending else [])]
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
    if pending:
        changed["reasoning"] = event.reasoning.model_copy(
            update={"state": "error", "reason": REASON}
        )
    return event.model_copy(update=changed)


def _over(lasting: Lasting, at: float) -> Lasting:
    """Say of what still held that it held until then."""
    if lasting.until is not None:
        return lasting
    return lasting.model_copy(update={"until": max(at, lasting.since)})
