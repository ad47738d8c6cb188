"""What leaves the process beside events: states, counts, pictures, notices, figures.

None of these is journalled. A *state* (`CameraStatus`, `ObjectCounts`, `ZoneCounts`, `RuleState`,
`SwitchState`, `ProfileState`, `ConfigurationState`, `Latest`, `Snapshot`, `Forecast`, `Stats`) is
its latest value; a sink that was away is shown the present one. A *notice* is said once, and so is
a *scene*, when somebody asks for it. A *frame report* is said at once or never.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from reasoners import EventObject, EventRelation, EventType, Name, ReasoningState, Severity
from sinks.command import SwitchName

Seconds = Annotated[float, Field(allow_inf_nan=False)]


GRAPH = 500
"""Relations of one scene that are told."""


class _Message(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True
    )


class CameraStatus(_Message):
    """State of one camera; `online` means that a picture was decoded within the last 10 s."""

    schema_: Literal["lookout.camera/1"] = Field(default="lookout.camera/1", alias="schema")
    camera: Name
    state: Literal[
        "connecting",
        "online",
        "stalled",
        "waiting_idr",
        "refused",
        "frozen",
        "disabled",
        "failed",
    ]
    reason: str = ""
    since: Seconds
    reader: str | None = None
    """Who reads the camera now: `own` is Lookout's RTSP reader, `http` the one for JPEG, `libav`
    FFmpeg's. None while it is not open, and for pictures that nobody streams."""

    transport: str | None = None
    """`tcp`, `udp` or `tls`, of a camera that is open; None where there is no choice."""

    decoder: str | None = None
    """`software`, or the device that decodes; None while no picture has told."""


class ObjectCounts(_Message):
    """How many objects of each label a camera sees right now."""

    schema_: Literal["lookout.objects/1"] = Field(default="lookout.objects/1", alias="schema")
    camera: Name
    at: Seconds
    counts: dict[str, int]
    moving: dict[str, int] = {}
    """How many of them move; labels of which none does may be missing."""


class ZoneCounts(_Message):
    """How many objects of each label are in a zone right now."""

    schema_: Literal["lookout.zone/1"] = Field(default="lookout.zone/1", alias="schema")
    camera: Name
    zone: Name
    at: Seconds
    counts: dict[str, int]
    moving: dict[str, int] = {}
    """How many of them move; labels of which none does may be missing."""


class RuleState(_Message):
    """Whether a rule holds right now: so many of its events are open."""

    schema_: Literal["lookout.rule/1"] = Field(default="lookout.rule/1", alias="schema")
    camera: Name
    rule: Name
    active: int = Field(ge=0)
    event: str | None = None
    """The newest one that is open."""

    at: Seconds


class Latest(_Message):
    """What a camera told last, in short; the event itself has everything."""

    schema_: Literal["lookout.latest/1"] = Field(default="lookout.latest/1", alias="schema")
    camera: Name
    event: str
    revision: int
    type: EventType
    rule: Name
    severity: Severity
    state: ReasoningState
    """How far its question has come."""

    at: Seconds
    labels: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    explanation: str


class SwitchState(_Message):
    """How a switch of a camera stands."""

    schema_: Literal["lookout.switch/1"] = Field(default="lookout.switch/1", alias="schema")
    camera: Name
    switch: SwitchName
    on: bool
    at: Seconds


class ProfileState(_Message):
    """Which profile is active."""

    schema_: Literal["lookout.profile/1"] = Field(default="lookout.profile/1", alias="schema")
    profile: Name
    at: Seconds


class ConfigurationState(_Message):
    """Which configuration is at work, and what became of the last wish for another."""

    schema_: Literal["lookout.configuration/1"] = Field(
        default="lookout.configuration/1", alias="schema"
    )
    state: Literal["applied", "partly", "refused"]
    """`applied`: what the file said when it was read last is at work. `partly`: all of it but what
    is `waiting`. `refused`: it was wrong; what was at work before goes on."""

    at: Seconds
    """When the file was read last: with the start, or for a reload."""

    since: Seconds
    """When what is at work was read."""

    problems: tuple[str, ...] = ()
    """Why it was refused: a line for each problem, with key, reason and remedy; 20 at most."""

    waiting: tuple[str, ...] = ()
    """Keys whose change takes a restart."""


class _Picture(_Message):
    """A JPEG of a camera's latest event."""

    camera: Name
    event: str
    jpeg: bytes = Field(repr=False)


class Snapshot(_Picture):
    """What the latest event is about, as it was."""


class Forecast(_Picture):
    """Where its objects were expected a few seconds later."""


class Notice(_Message):
    """Something a person or a program should know once."""

    schema_: Literal["lookout.notice/1"] = Field(default="lookout.notice/1", alias="schema")
    kind: Literal[
        "gap",
        "clock_step",
        "dead_letter",
        "degraded",
        "recovered",
        "restart",
        "camera",
        "stream_changed",
        "discontinuity",
        "view",
        "mqtt_denied",
        "configuration",
    ]
    at: Seconds
    node: Name
    camera: Name | None = None
    text: str = Field(max_length=1000)
    details: dict[str, str | int | float | bool | None] = {}


Reliability = tuple[tuple[float, float, int], ...]
"""A row for each tenth of probability that was used: what was said on average, the share of it that
came true, and of how many."""


class Stats(_Message):
    """Counters of the whole daemon, once a minute."""

    schema_: Literal["lookout.stats/1"] = Field(default="lookout.stats/1", alias="schema")
    at: Seconds
    node: Name
    uptime_s: float
    cameras: dict[str, dict[str, int | float | str | None]] = {}
    detectors: dict[str, dict[str, int | float | str | None]] = {}
    reasoning: dict[str, int | float | str | None] = {}
    sinks: dict[str, dict[str, int | float | str | None]] = {}
    journal: dict[str, int | float | str | None] = {}
    predictions: dict[str, dict[str, dict[str, int | float | Reliability | None]]] = {}
    """By camera and kind: predictions resolved, hits, those nobody can tell of, base rate, Brier
    score and log loss, of the predictions and of the base rate alone, skill over that with its 95 %
    interval, and `reliability`; since ever."""

    media: dict[str, int | float | str | None] = {}
    """Pictures and clips: bytes, events that have some, events of which they had to go, events
    locked against that, and locks that gave way."""


class SceneReport(_Message):
    """What is in the scene of one camera and what holds between it, for whoever asked for that."""

    schema_: Literal["lookout.scene/1"] = Field(default="lookout.scene/1", alias="schema")
    camera: Name
    at: Seconds
    objects: tuple[EventObject, ...] = ()
    relations: tuple[EventRelation, ...] = Field(default=(), max_length=GRAPH)
    """What holds now between objects, and in which zones they are; what says most comes first."""

    relations_left_out: int = 0
    counts: dict[str, int] = {}
    """How many of each label are there; who is out of sight for a moment still counts."""

    zones: dict[str, dict[str, int]] = {}
    """The same by zone."""


class FrameReport(_Message):
    """What was seen in one processed frame; QoS 0, never queued, off unless asked for."""

    schema_: Literal["lookout.frame/1"] = Field(default="lookout.frame/1", alias="schema")
    camera: Name
    index: int
    captured_at: Seconds
    received_at: Seconds
    published_at: Seconds
    looked: bool = Field(default=True, exclude_if=bool)
    """False, and only then there, for a frame between two looks: its objects are carried."""

    objects: tuple[EventObject, ...] = ()


State = (
    CameraStatus
    | ObjectCounts
    | ZoneCounts
    | RuleState
    | SwitchState
    | ProfileState
    | ConfigurationState
    | Latest
    | Snapshot
    | Forecast
    | Stats
)
Message = State | Notice | SceneReport | FrameReport
