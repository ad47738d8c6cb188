"""What the governor knows of a question, and what it says about it."""

from dataclasses import dataclass, field
from typing import Literal

from reasoners.event import ReasoningState
from reasoners.governor.effort import Effort

Why = Literal[
    "queue_full",
    "newer_first",
    "budget_calls",
    "budget_tokens",
    "budget_money",
    "camera_calls",
    "camera_tokens",
    "camera_money",
    "stopping",
    "late",
    "slow",
    "unavailable",
    "nobody",
]
"""Why a question ended without an answer; counted by these words."""


@dataclass(slots=True)
class Ticket:
    """One question in the queue."""

    key: str
    """Of the job; no two at the same time have the same."""

    camera: str
    priority: int
    """0 goes first; see `priority`."""

    asked_at: float
    deadline: float
    """Both in seconds of the clock that only runs forward."""

    scene: str = ""
    """Questions with the same, not empty, may ride in one call."""

    images: int = 1
    cloud: bool = True
    """Whether pictures of its camera may leave the network."""

    number: int = 0
    """In order of arrival; given by the governor."""

    attempts: int = 0
    fewer: int = 0
    """Times it was too long for a model, and goes with half the pictures next."""

    tried: set[int] = field(default_factory=set)
    """Providers that refused it for good."""

    first: int | None = None
    """Provider that is asked before all others, if it can be; None: as the chain goes."""

    why: str = ""
    """Cause of its last failure."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A question that gets its terminal state without an answer."""

    ticket: Ticket
    state: ReasoningState
    why: Why
    reason: str


@dataclass(frozen=True, slots=True)
class Reserved:
    """What was set aside for a call before its true cost is known."""

    tokens: float
    money: float
    calls: float = 1.0


@dataclass(frozen=True, slots=True)
class Grant:
    """A call that may begin now."""

    tickets: tuple[Ticket, ...]
    """The first decides on deadline and priority; the others ride along."""

    provider: int
    """Its place in the chain."""

    effort: Effort
    images: int
    """Pictures at most."""

    reserved: Reserved
    camera: str
    deadline: float


def priority(severity: str, *, held: bool = False) -> int:
    """Return the place of a question in the queue: what people wait for goes first.

    Args:
        severity: Of its event.
        held: Whether the event itself waits for the answer.
    """
    if held:
        return 0
    return {"alert": 1, "warning": 2}.get(severity, 3)
