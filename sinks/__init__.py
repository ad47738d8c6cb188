"""Where events go."""

from sinks.errors import EventRejected, SinkError, SinkRejected, SinkUnavailable
from sinks.message import (
    CameraStatus,
    FrameReport,
    Latest,
    Message,
    Notice,
    ObjectCounts,
    RuleState,
    Snapshot,
    State,
    Stats,
    ZoneCounts,
)
from sinks.sink import Connected, Credential, Place, Sink, Site

__all__ = [
    "CameraStatus",
    "Connected",
    "Credential",
    "EventRejected",
    "FrameReport",
    "Latest",
    "Message",
    "Notice",
    "ObjectCounts",
    "Place",
    "RuleState",
    "Sink",
    "SinkError",
    "SinkRejected",
    "SinkUnavailable",
    "Site",
    "Snapshot",
    "State",
    "Stats",
    "ZoneCounts",
]
