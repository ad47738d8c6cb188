"""What is going on, and what is worth telling."""

from reasoners.errors import (
    ReasonerError,
    ReasonerRejected,
    ReasonerUnavailable,
    ReplyInvalid,
    ReplyRefused,
)
from reasoners.event import (
    TERMINAL,
    Answer,
    Check,
    EndReason,
    Entity,
    Event,
    EventObject,
    FrameReference,
    Media,
    Motion,
    Name,
    Reasoning,
    ReasoningState,
)
from reasoners.reasoner import Reasoner
from reasoners.verdict import Job, Verdict
from reasoners.view import View

__all__ = [
    "TERMINAL",
    "Answer",
    "Check",
    "EndReason",
    "Entity",
    "Event",
    "EventObject",
    "FrameReference",
    "Job",
    "Media",
    "Motion",
    "Name",
    "Reasoner",
    "ReasonerError",
    "ReasonerRejected",
    "ReasonerUnavailable",
    "Reasoning",
    "ReasoningState",
    "ReplyInvalid",
    "ReplyRefused",
    "Verdict",
    "View",
]
