"""What is going on, and what is worth telling."""

from reasoners.driving.config import DrivingConfig
from reasoners.driving.engine import Driving
from reasoners.errors import (
    QuestionTooLong,
    ReasonerError,
    ReasonerRejected,
    ReasonerUnavailable,
    ReplyInvalid,
    ReplyRefused,
    ReplyTruncated,
)
from reasoners.event import (
    TERMINAL,
    Answer,
    Check,
    EndReason,
    Entity,
    Event,
    EventObject,
    EventRelation,
    EventType,
    FrameReference,
    Media,
    Motion,
    Name,
    Reasoning,
    ReasoningState,
    Severity,
)
from reasoners.keyframe import Keyframe, Shot, Sighting
from reasoners.language.catalogue import Language
from reasoners.predictions.config import PredictionConfig
from reasoners.predictions.experience import Experience, Notebook
from reasoners.predictions.foresight import Foresight
from reasoners.prompt import Prompt, Said, Turn
from reasoners.question import AskConfig, Inquiry, Question
from reasoners.reasoner import Reasoner
from reasoners.rules.engine import Rules
from reasoners.rules.evaluation import Evaluation, RuleRecord
from reasoners.rules.presence import Presence
from reasoners.rules.rule import PROFILES, RuleConfig, SharedRuleConfig
from reasoners.scene.config import SceneConfig
from reasoners.scene.line import LineConfig
from reasoners.scene.presence import PresenceConfig
from reasoners.scene.view import View
from reasoners.scene.zone import ZoneConfig
from reasoners.schema import event_schema
from reasoners.telling.chronicle import Chronicle
from reasoners.telling.overlay import Overlay
from reasoners.telling.questioning import Asking, default_question
from reasoners.telling.restart import after_restart, answered_late, awaits
from reasoners.telling.revision import Revision
from reasoners.telling.shift import shifted
from reasoners.verdict import Job, Remembered, Verdict
from reasoners.vlm.choosing import (
    Pick,
    PictureTaken,
    keyframes,
    picks,
    repeats,
    requests,
    sharpest,
)
from reasoners.vlm.gallery import Gallery
from reasoners.vlm.limits import Limits

__all__ = [
    "PROFILES",
    "TERMINAL",
    "Answer",
    "AskConfig",
    "Asking",
    "Check",
    "Chronicle",
    "Driving",
    "DrivingConfig",
    "EndReason",
    "Entity",
    "Evaluation",
    "Event",
    "EventObject",
    "EventRelation",
    "EventType",
    "Experience",
    "Foresight",
    "FrameReference",
    "Gallery",
    "Inquiry",
    "Job",
    "Keyframe",
    "Language",
    "Limits",
    "LineConfig",
    "Media",
    "Motion",
    "Name",
    "Notebook",
    "Overlay",
    "Pick",
    "PictureTaken",
    "PredictionConfig",
    "Presence",
    "PresenceConfig",
    "Prompt",
    "Question",
    "QuestionTooLong",
    "Reasoner",
    "ReasonerError",
    "ReasonerRejected",
    "ReasonerUnavailable",
    "Reasoning",
    "ReasoningState",
    "Remembered",
    "ReplyInvalid",
    "ReplyRefused",
    "ReplyTruncated",
    "Revision",
    "RuleConfig",
    "RuleRecord",
    "Rules",
    "Said",
    "SceneConfig",
    "Severity",
    "SharedRuleConfig",
    "Shot",
    "Sighting",
    "Turn",
    "Verdict",
    "View",
    "ZoneConfig",
    "after_restart",
    "answered_late",
    "awaits",
    "default_question",
    "event_schema",
    "keyframes",
    "picks",
    "repeats",
    "requests",
    "sharpest",
    "shifted",
]
