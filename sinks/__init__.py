"""Where events go."""

from sinks.command import Command, Feedback, FeedbackReset, ProfileChoice, Switch
from sinks.departure import Departure
from sinks.errors import EventRejected, SinkError, SinkRejected, SinkUnavailable
from sinks.message import (
    CameraStatus,
    Forecast,
    FrameReport,
    Latest,
    Message,
    Notice,
    ObjectCounts,
    ProfileState,
    RuleState,
    Snapshot,
    State,
    Stats,
    SwitchState,
    ZoneCounts,
)
from sinks.sink import Connected, Counting, Credential, Pipelined, Place, Sink, Site

__all__ = [
    "CameraStatus",
    "Command",
    "Connected",
    "Counting",
    "Credential",
    "Departure",
    "EventRejected",
    "Feedback",
    "FeedbackReset",
    "Forecast",
    "FrameReport",
    "Latest",
    "Message",
    "Notice",
    "ObjectCounts",
    "Pipelined",
    "Place",
    "ProfileChoice",
    "ProfileState",
    "RuleState",
    "Sink",
    "SinkError",
    "SinkRejected",
    "SinkUnavailable",
    "Site",
    "Snapshot",
    "State",
    "Stats",
    "Switch",
    "SwitchState",
    "ZoneCounts",
]
