"""What is going on, and what is worth telling."""

from reasoners.chronicle import Asking, Chronicle, Revision, default_question
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
from reasoners.overlay import Overlay
from reasoners.presence import PresenceConfig, default_labels
from reasoners.reasoner import Reasoner
from reasoners.restart import after_restart
from reasoners.scene import SceneConfig
from reasoners.schema import event_schema
from reasoners.shift import shifted
from reasoners.verdict import Job, Verdict
from reasoners.view import View
from reasoners.zone import ZoneConfig

__all__ = [
    "TERMINAL",
    "Answer",
    "Asking",
    "Check",
    "Chronicle",
    "EndReason",
    "Entity",
    "Event",
    "EventObject",
    "FrameReference",
    "Job",
    "Media",
    "Motion",
    "Name",
    "Overlay",
    "PresenceConfig",
    "Reasoner",
    "ReasonerError",
    "ReasonerRejected",
    "ReasonerUnavailable",
    "Reasoning",
    "ReasoningState",
    "ReplyInvalid",
    "ReplyRefused",
    "Revision",
    "SceneConfig",
    "Verdict",
    "View",
    "ZoneConfig",
    "after_restart",
    "default_labels",
    "default_question",
    "event_schema",
    "shifted",
]
