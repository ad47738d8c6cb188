"""The one value that leaves the process: `lookout.event/1`.

Compatibility: within `/1` fields are only added, never removed, renamed or re-typed; readers ignore
what they do not know. Coordinates are relative, 0 to 1, origin top left; times are Unix seconds.
"""

from operator import not_
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA: Final = "lookout.event/1"

Name = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,32}$")]
"""Nodes, cameras, zones, lines, rules, sinks: what may stand in a topic."""

Score = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Seconds = Annotated[float, Field(allow_inf_nan=False)]
Ratio = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]

EventType = Literal["new", "update", "end"]
Severity = Literal["info", "warning", "alert"]
EndReason = Literal["left", "camera_lost", "restart", "reconfigured"]
ReasoningState = Literal[
    "none",
    "pending",
    "verified",
    "rejected",
    "uncertain",
    "timeout",
    "skipped_budget",
    "invalid",
    "refused",
    "error",
]
TERMINAL: frozenset[ReasoningState] = frozenset(
    {
        "verified",
        "rejected",
        "uncertain",
        "timeout",
        "skipped_budget",
        "invalid",
        "refused",
        "error",
    }
)
"""The states in which a question has found its end; each asked event reaches exactly one."""


def _absent(value: object) -> bool:
    return value is None


def _once(value: object) -> bool:
    return value == 1


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Motion(_Part):
    """How an object moves."""

    speed: float = Field(ge=0, allow_inf_nan=False)
    """Picture diagonals per second."""

    heading: int | None = Field(default=None, ge=0, lt=360)
    """Degrees on the picture, 0 up, 90 right, clockwise; None while stationary."""

    state: Literal["moving", "stationary"]


class EventObject(_Part):
    """One thing the event is about."""

    track: str
    """Track id, such as `t17`; unique per camera and run."""

    label: str
    score: Score
    box: tuple[Ratio, Ratio, Ratio, Ratio]
    """Left, top, right, bottom; relative."""

    carried: bool = Field(default=False, exclude_if=not_)
    """True, and only then there, where the box was not seen but carried on from the last look;
    its score has fallen by how likely it still fits."""

    zones: tuple[str, ...] = ()
    motion: Motion


class EventRelation(_Part):
    """What holds between two things, over an interval."""

    subject: str
    predicate: str
    object: str
    since: Seconds
    until: Seconds | None = None
    confidence: Score
    source: Literal["geometry", "vlm"]


class EventCondition(_Part):
    """One condition of the event's rule that held, and what was measured."""

    condition: str = Field(max_length=200)
    """As the rule says it, such as `dwells_in step for 3 s`."""

    kind: str
    """The word for it, such as `dwells_in`."""

    subjects: tuple[str, ...] = Field(default=(), max_length=32)
    """Track ids of whom it is about, the subject first."""

    place: str | None = None
    """Where: `zone:step`, `line:gate`."""

    since: Seconds
    """Since when it holds, or held."""

    until: Seconds | None = None
    """When it ceased to hold; None while it does. What takes no time ends as it begins."""

    value: float | str | None = None
    """What was measured."""

    wanted: float | str | None = None
    """What the rule asks for, in the same unit."""

    unit: str = ""
    """Of both: `s`, `m`, or empty for counts, shares and words."""

    frame: int | None = None
    """Index of the frame that made it certain."""


class EventChange(_Part):
    """Something that changed in the scene."""

    what: str
    """A kind of change: `entered`, `stopped`, `left_behind`, …"""

    subject: str | None
    """Track id of the object that changed; None where a whole zone or group did."""

    object: str | None = None
    """The other object, or the place: `zone:step`, `line:gate`."""

    at: Seconds
    frame: int
    """Index of the frame that showed it."""


class EventCause(_Part):
    """One change contributed to another, by a stated pattern; never merely A before B."""

    pattern: str
    """`put_down`, `carried_off`, `held_up`, `gave_way`, `freed`, `covered`, `followed_in` or
    `filled`."""

    cause: EventChange
    effect: EventChange
    evidence: tuple[EventRelation, ...] = Field(min_length=1)
    """What held between the two, as the pattern demands."""

    confidence: Score


class EventPrediction(_Part):
    """A checkable statement about what comes next."""

    what: str
    """`enters` or `leaves` a zone, `crosses` a line, `leaves` the picture (without an object),
    `stops` moving, `reaches` another object; `count`: a zone will hold so many."""

    subject: str
    """Track id; for `count` the label that is counted."""

    object: str | None = None
    """`zone:step`, `line:gate` or another track id; None for what needs no place."""

    count: int | None = Field(default=None, exclude_if=_absent)
    """Only of `count`: how many there will be, or more."""

    horizon_s: float = Field(gt=0, allow_inf_nan=False)
    """Seconds from `stated_at` on within which it is to happen."""

    probability: Score
    """As it was stated; never changed afterwards."""

    stated_at: Seconds | None = Field(default=None, exclude_if=_absent)
    outcome: Literal["hit", "miss", "unresolvable"] | None = None
    """None while it is open, and for good where the event ended before it was known.
    `unresolvable`: the object was lost, so nobody can tell."""

    resolved_at: Seconds | None = Field(default=None, exclude_if=_absent)
    """When that was known."""

    source: Literal["vlm"] | None = Field(default=None, exclude_if=_absent)
    """`vlm`, and only then there, where a model expects it."""


class Answer(_Part):
    """The typed answer to one question."""

    question: str
    """Name of the question: that of the rule, or its own."""

    answer: str
    """`yes`, `no` or `cannot_tell` for the plain kind; else a choice, a number or words."""

    kind: Literal["choice", "number", "text"] | None = Field(default=None, exclude_if=_absent)
    """Form of the answer; absent where it is yes or no."""

    value: float | None = Field(default=None, exclude_if=_absent, allow_inf_nan=False)
    """Of a number: the number; absent where the model cannot tell."""

    unit: str = Field(default="", exclude_if=not_)
    """Of a number, where the rule names one."""

    confidence: Score | None = None
    evidence: tuple[str, ...] = ()
    """Keyframes (`k1`) and tracks (`t17`) the answer rests on."""


class Entity(_Part):
    """A thing named in the description, linked to a track where one is meant."""

    text: str
    kind: str
    """One noun, such as `person`; `text` for what can be read in the picture."""

    track: str | None = None
    attributes: tuple[str, ...] = Field(default=(), max_length=8, exclude_if=not_)
    """Such as colours; only there where some were named."""


class EventKeyframe(_Part):
    """One frame that a model was shown."""

    name: str
    """`k1`, `k2`, … in order of time; answers name it as evidence."""

    frame: int
    """Index of the frame."""

    captured_at: Seconds
    reason: str
    """Why it was chosen: `best_view`, `first_sight`, `change`, `latest`, `spread`, `before`,
    `still`."""

    quality: Score | None = None
    """How good a view of the event's object it is; None where it does not show it."""


class Check(_Part):
    """One comparison of what the model claimed with what the detector saw."""

    name: str
    claimed: str | int | float | bool | None
    seen: str | int | float | bool | None
    ok: bool


class SecondOpinion(_Part):
    """What came of asking once more, with other frames or another model."""

    state: ReasoningState
    """What it would have made of the event by itself."""

    model: str | None = None
    answer: str | None = Field(default=None, max_length=200)
    confidence: Score | None = None
    agrees: bool | None = None
    """Whether it leans as the first did, or decides where the first leaned nowhere; None where it
    does not decide either."""

    reason: str | None = Field(default=None, max_length=400)
    """Why it does not decide."""


class Reasoning(_Part):
    """How far the question of this event has come."""

    state: ReasoningState = "none"
    model: str | None = None
    deadline_at: Seconds | None = None
    """By then a terminal state is published."""

    latency_s: float | None = None
    checks: tuple[Check, ...] = ()
    tokens: int | None = None
    reason: str | None = Field(default=None, max_length=400)
    """Why it ended as it did, where that is not plain from the state."""

    second: SecondOpinion | None = Field(default=None, exclude_if=_absent)
    """Only there where a severe event was `uncertain` and somebody else was asked besides."""

    unchanged_since: str | None = Field(default=None, exclude_if=_absent)
    """Only there where the model said that nothing had changed: the event whose description this
    one repeats."""

    looks: int = Field(default=1, ge=1, exclude_if=_once)
    """How often the model was asked; only there where an event that went on was looked at anew."""


class FrameReference(_Part):
    """The frame this revision speaks of."""

    index: int
    captured_at: Seconds
    received_at: Seconds
    age_s: float | None = None
    """Seconds from the arrival of the frame's last packet until the event was built; None in a
    replay."""


class Media(_Part):
    """Files of this event, referenced relative to the media folder."""

    snapshot: str | None = None
    """JPEG with the event's objects marked."""

    snapshot_frame: int | None = None
    """Index of the frame that the snapshot shows."""

    forecast: str | None = Field(default=None, exclude_if=_absent)
    """JPEG of where objects were expected, drawn over a frame; only there where it is wanted."""

    forecast_frame: int | None = Field(default=None, exclude_if=_absent)
    """Index of the frame that the forecast is drawn over."""

    forecast_s: float | None = Field(default=None, exclude_if=_absent)
    """How many seconds after that frame objects are shown."""

    clip: str | None = None
    """Fragmented MP4 from before the event until after it, in a revision after its end."""

    clip_started_at: Seconds | None = None
    """When the first picture of the clip came."""


class Event(_Part):
    """One revision of one event."""

    schema_: Literal["lookout.event/1"] = Field(default=SCHEMA, alias="schema")
    id: str = Field(min_length=1, max_length=64)
    """Never changes over the revisions of an event."""

    node: Name
    camera: Name
    seq: int | None = None
    """Rises per camera without gaps; given by the journal at commit."""

    revision: int = Field(ge=1)
    """Rises by one with each revision of this event."""

    type: EventType
    rule: Name
    severity: Severity = "info"
    started_at: Seconds
    updated_at: Seconds
    ended_at: Seconds | None = None
    end_reason: EndReason | None = None
    """`left`: its object is gone, or its rule does not hold any more. The others say why
    nobody watches any more: the camera is away, we were stopped, or its configuration changed."""

    clock: Literal["synced", "unsynced", "media"] = "unsynced"
    """Whether the times can be trusted; `media`: they are a recording's own."""

    objects: tuple[EventObject, ...] = ()
    relations: tuple[EventRelation, ...] = Field(default=(), max_length=32)
    relations_left_out: int = 0
    conditions: tuple[EventCondition, ...] = Field(default=(), max_length=32, exclude_if=not_)
    """Which conditions of the rule held, and since when; only there where the rule has any."""
    causes: tuple[EventCause, ...] = Field(default=(), max_length=16, exclude_if=not_)
    """What contributed to what happened to its objects, oldest first; absent if there is none."""

    predictions: tuple[EventPrediction, ...] = ()
    answers: tuple[Answer, ...] = ()
    description: str | None = Field(default=None, max_length=2000)
    """What a model said; data, never instruction."""

    entities: tuple[Entity, ...] = ()
    keyframes: tuple[EventKeyframe, ...] = Field(default=(), max_length=32, exclude_if=not_)
    """What a model was shown; only there where one answered."""

    explanation: str = Field(max_length=4000)
    """Why this event exists, in words a person understands; always there."""

    reasoning: Reasoning = Reasoning()
    frame: FrameReference
    media: Media = Media()

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True
    )

    def wire(self) -> str:
        """Serialise for the outside: one line of JSON."""
        return self.model_dump_json()
