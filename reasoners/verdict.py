"""A reasoning job and its terminal answer."""

from dataclasses import dataclass, field

from reasoners.event import Answer, Check, Entity, Event, ReasoningState


@dataclass(frozen=True, slots=True)
class Job:
    """One question about one event."""

    event: Event
    question: str
    images: tuple[bytes, ...]
    """JPEGs in order of time; the first is the event's snapshot."""

    deadline: float
    """Seconds the answer may take from now on."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The terminal answer of a job."""

    state: ReasoningState
    """One of `reasoners.event.TERMINAL`."""

    model: str | None = None
    answers: tuple[Answer, ...] = ()
    description: str | None = None
    entities: tuple[Entity, ...] = ()
    checks: tuple[Check, ...] = field(default=())
    tokens: int | None = None
    latency_s: float | None = None
    reason: str | None = None
