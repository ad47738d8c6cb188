"""Where events go."""

from sinks.errors import EventRejected, SinkError, SinkRejected, SinkUnavailable
from sinks.message import (
    CameraStatus,
    FrameReport,
    Message,
    Notice,
    ObjectCounts,
    Snapshot,
    State,
    Stats,
    ZoneCounts,
)
from sinks.sink import Connected, Credential, Sink, Site

__all__ = [
    "CameraStatus",
    "Connected",
    "Credential",
    "EventRejected",
    "FrameReport",
    "Message",
    "Notice",
    "ObjectCounts",
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
