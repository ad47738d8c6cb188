"""Closing what a crash left open, so that nothing downstream stays on for ever."""

from typing import TypeVar

from reasoners.event import Event, EventCondition, EventRelation
from reasoners.telling.explanation import PENDING, joined
from reasoners.telling.wire import moment

ENDED = "Lookout stopped before the end was seen; the event was closed when it started again."
Lasting = TypeVar("Lasting", EventRelation, EventCondition)
UNANSWERED = "Lookout restarted before the answer came"


def after_restart(event: Event, at: float) -> Event:
    """Return the revision that closes an event left open, or its question, or both.

    Args:
        event: The latest revision in the journal.
        at: The present time.

    Raises:
        ValueError: The event has ended and waits for no answer; there is nothing to close.
    """
    open_, pending = event.type != "end", event.reasoning.state == "pending"
    if not (open_ or pending):
        raise ValueError(f"event {event.id} has ended and waits for no answer")
    now = max(moment(at), event.updated_at)
    ended_at = event.ended_at if event.ended_at is not None else event.frame.captured_at
    facts = event.explanation.removesuffix(PENDING).rstrip()
    changed: dict[str, object] = {
        "seq": None,
        "revision": event.revision + 1,
        "type": "end",
        "updated_at": now,
        "ended_at": ended_at,
        "end_reason": event.end_reason if not open_ else "restart",
        "relations": tuple(_over(relation, ended_at) for relation in event.relations),
        "conditions": tuple(_over(condition, ended_at) for condition in event.conditions),
        "explanation": joined(facts, ENDED if open_ else "", f"{UNANSWERED}." if pending else ""),
    }
    if pending:
        changed["reasoning"] = event.reasoning.model_copy(
            update={"state": "error", "reason": UNANSWERED}
        )
    return event.model_copy(update=changed)


def _over(lasting: Lasting, at: float) -> Lasting:
    """Say of what still held that it held until then."""
    if lasting.until is not None:
        return lasting
    return lasting.model_copy(update={"until": max(at, lasting.since)})
