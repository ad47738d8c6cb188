"""What the daemon and a decoder child say to each other.

The daemon speaks first, with `Open`. Afterwards it asks (`Next`, `Take`), and every question gets
exactly one answer with the same `id`: `Next` a `Given` or an `Ended`; `Take` a `Taken`
(the JPEG as the frame's bytes) or a `Gone`; `Cut` a `Piece` (of a clip, as bytes). Unasked, the
child says `State` when its state changes, `Pulse` at least once a second, and `Failed` as its last
word. End of file on the socket ends it.

Every number that comes from a child is range-checked here, against what a child could honestly
say; against what this child was allotted, by the daemon.
"""

from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    TypeAdapter,
    field_validator,
    model_validator,
)

from sources.picture import PictureRequest, Point, Relative
from sources.road import Beside, Road

Index = Annotated[int, Field(ge=0, le=2**53)]
Seconds = Annotated[float, Field(allow_inf_nan=False)]
Side = Annotated[int, Field(ge=1, le=16384)]
Count = Annotated[int, Field(ge=0, le=2**53)]

CameraState = Literal[
    "connecting",
    "online",
    "stalled",
    "waiting_idr",
    "refused",
    "frozen",
    "disabled",
    "failed",
]


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


GateMode = Literal["off", "auto", "on"]
Hwaccel = Literal["off", "auto", "cuda", "vaapi", "qsv", "v4l2m2m"]


MOST_PLACES = 401
"""Places within a group of pictures of which usual sizes are handed on."""

Sizes = Annotated[tuple[Annotated[int, Field(ge=0, le=2**31)], ...], Field(max_length=16)]


class Lesson(_Message):
    """What the idle gate learnt of a camera: child to daemon, and with `Open` to the next child.

    A child does not take the daemon's word for it: it looks again for some seconds, and forgets
    what was learnt from another stream, or too long ago.
    """

    kind: Literal["lesson"] = "lesson"
    taken_at: Seconds
    """Monotonic seconds at which everything was looked at last."""

    codec: str = Field(max_length=40)
    width: Side
    height: Side
    gop: int = Field(ge=1, le=100_000)
    """Pictures from one IDR to the next."""

    auc: float | None = Field(default=None, ge=0, le=1)
    """See `GateReport`; None if too little happened to tell."""

    threshold: float | None = Field(default=None, ge=0, le=1000)
    missed: float = Field(default=1.0, ge=0, le=1)
    surges: bool = True
    """Whether one large packet alone is a sign."""

    usual: Sizes = ()
    """Bytes of the last packets that showed nothing, wherever in their group."""

    places: tuple[Sizes, ...] = Field(default=(), max_length=MOST_PLACES)
    """The same for each place within a group, from the IDR on."""


class RoadView(_Message):
    """How a camera that looks ahead out of a vehicle sees the road; relative coordinates."""

    horizon: Relative
    heading: Beside
    """Where on the horizon the vehicle goes."""

    bonnet: Relative
    """Where the own vehicle begins."""

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        if self.bonnet - self.horizon < LEAST_ROAD:
            raise ValueError("there must be some road between horizon and bonnet")
        return self


LEAST_ROAD = 0.05
"""Picture heights of road that can be looked at."""


class Open(_Message):
    """Daemon to child: what to open, and with what."""

    kind: Literal["open"] = "open"
    camera: str
    backend: str
    """Where the source's class is: `module:attribute`."""

    config: dict[str, JsonValue]
    secret: str | None = None
    """The password that belongs to the configured user, if any. It travels by this message only."""

    user: str | None = None
    slots: int = Field(ge=1, le=64)
    first_index: Index = 0
    """Where to go on numbering, so that an old index never names a new picture."""

    rotate: Literal[0, 90, 180, 270] = 0
    """Degrees clockwise."""

    crop: tuple[Relative, Relative, Relative, Relative] | None = None
    """Left, top, right, bottom of the part that is watched; relative to the rotated picture."""

    privacy: tuple[tuple[Point, ...], ...] = ()
    """Polygons painted black before anything leaves the child; relative to the picture as the
    camera sends it, before rotation and crop."""

    film: bool = False
    """Whether a descriptor comes along, of the file into which pictures with `film_at` go."""

    kept: int = Field(default=3, ge=1, le=64)
    """Decoded frames kept for picture requests."""

    ring_bytes: int = Field(default=0, ge=0)
    """Bytes of compressed packets kept for clips; 0 keeps none."""

    ring_seconds: float = Field(default=0.0, ge=0, le=3600)
    """Seconds of compressed packets kept, as far as `ring_bytes` allow; at least since the last
    IDR."""

    gate: GateMode = "off"
    """Whether pictures may stay undecoded while nothing happens: `auto` where packet sizes proved
    to tell motion, `on` without proof. A recording is then treated as if it came live."""

    gate_heartbeat: float = Field(default=8.0, gt=0, le=60)
    """Seconds within which a picture is decoded in any case."""

    lesson: Lesson | None = None
    """What the child before learnt of this camera."""

    memory: int = Field(default=512 * 2**20, ge=64 * 2**20)
    """Bytes this process may hold before the daemon replaces it; four times as much is a limit that
    the kernel keeps."""

    frozen_after: float = Field(default=20.0, gt=0)
    """Seconds of the same picture after which a live camera counts as frozen."""

    passive: bool = False
    """Whether nothing is decoded unless it is asked for: packets are kept, no picture has an index,
    and `Next` is not answered."""

    turns: int = Field(default=2, ge=1, le=64)
    """Children that may do heavy work at the same moment: catch up, encode clips."""

    hwaccel: Hwaccel = "off"
    """Which device shall decode, where the kind of source lets one."""

    road: RoadView | None = None
    """Where to look for the road in each picture that is handed over; None looks for none."""

    wall: Seconds | None = None
    """Unix seconds at monotonic 0, as the daemon reads them: what the camera's own clock is
    compared with. None compares nothing."""

    @field_validator("crop")
    @classmethod
    def _not_empty(
        cls, crop: tuple[float, float, float, float] | None
    ) -> tuple[float, float, float, float] | None:
        if crop is not None and (crop[0] >= crop[2] or crop[1] >= crop[3]):
            raise ValueError("crop must be left < right, top < bottom")
        return crop


Region = tuple[Relative, Relative, Relative, Relative]
"""Left, top, right, bottom; relative to the picture after rotation and crop."""

MOST_PARTS = 16
"""Parts of one picture that may be looked at."""


class Regions(_Message):
    """Daemon to child, in `Next`: give parts of the picture at a better scale, where it matters."""

    most: int = Field(ge=1, le=MOST_PARTS)
    """Parts, the whole picture counted as one."""

    wanted: tuple[Region, ...] = Field(default=(), max_length=64)
    """Where things are that should be looked at beside what moves."""


class Part(_Message):
    """One part of a picture, as it lies in a slot."""

    region: Region
    """What it shows."""

    place: tuple[Count, Count, Side, Side]
    """Where it lies in the slot's picture: left, top, width and height in pixels."""

    @field_validator("region")
    @classmethod
    def _has_area(cls, region: Region) -> Region:
        if region[0] >= region[2] or region[1] >= region[3]:
            raise ValueError("a region must be left < right, top < bottom")
        return region


class Next(_Message):
    """Daemon to child: convert the newest picture (live) or the next one (recording)."""

    kind: Literal["next"] = "next"
    id: int
    slot: int = Field(ge=0)
    width: int = Field(ge=16)
    """Pixels: the box into which the picture is fitted, aspect kept, never enlarged."""

    height: int = Field(ge=16)
    not_before: Seconds | None = None
    """Stream time (`Given.time`) before which pictures are passed over, for a reduced rate."""

    pixels_from: Seconds | None = None
    """Stream time before which nobody will look at the picture: it is answered `blank`, and nothing
    is converted. None always wants pixels."""

    needed: tuple[Index, ...] = Field(default=(), max_length=8)
    """Frames in the daemon's hands: a picture may still be asked of them, so they leave last."""

    regions: Regions | None = None
    """Whether parts of the picture shall be chosen; None gives the whole."""


class Take(_Message):
    """Daemon to child: make a JPEG of a recent frame."""

    kind: Literal["take"] = "take"
    id: int
    request: PictureRequest
    at: Seconds | None = None
    """Monotonic seconds at which the picture was taken: of a passive child, which has no indices,
    the picture nearest to it. The index is only given back then."""

    film_at: Seconds | None = None
    """Second of the film at which the picture shall be added to it; it is answered without bytes
    then. None makes a JPEG."""


class Cut(_Message):
    """Daemon to child: give the next piece of a clip; the first such question begins the clip."""

    kind: Literal["cut"] = "cut"
    id: int
    clip: Index
    """Number of the clip, within this child."""

    since: Seconds
    """Monotonic seconds from which on the clip shows what arrived; it begins at the IDR before."""

    until: Seconds
    """Monotonic seconds at which it ends; may come nearer from one question to the next."""


class Attend(_Message):
    """Daemon to child: whether every picture is wanted just now. Until told, every one is."""

    kind: Literal["attend"] = "attend"
    live: bool


class GateReport(_Message):
    """What the idle gate does, and what it measured of itself."""

    state: Literal["live", "watch", "idle"] = "live"
    """`live`: everything is decoded; `watch`: pictures at IDRs; `idle`: hardly any."""

    reliable: bool | None = None
    """Whether packet sizes were found to tell motion; None while too little was seen."""

    auc: float | None = Field(default=None, ge=0, le=1)
    """Area under the ROC curve of packet sizes against motion in pixels."""

    missed: float | None = Field(default=None, ge=0, le=1)
    """Share of moving pictures without a sign in time, at the threshold chosen."""

    threshold: float | None = Field(default=None, ge=0, le=1000)
    """Median deviations that count as a sign."""

    wakes: Count = 0
    audits: Count = 0
    """Rounds of decoding everything at rest, to measure what the gate would have missed."""

    audit_moving: Count = 0
    """Moving pictures seen in audits."""

    audit_missed: Count = 0
    """Those of them without a sign in time."""


class ClockReport(_Message):
    """What a camera's own clock is worth, by its sender reports (RFC 3550, 6.4.1)."""

    trust: Literal["none", "ignored", "shifted", "camera"] = "none"
    """`camera`: pictures are dated by it; `shifted`: only the time between them is its own;
    `ignored`: too far off; `none`: it sends no reports."""

    reports: Count = 0
    ahead: Seconds | None = None
    """Seconds by which it is ahead of ours; as far as the quickest picture tells, which was on its
    way for a while itself."""

    jitter: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """Mean deviation in seconds of the way of whole pictures (RFC 3550, A.8)."""


class Flow(_Message):
    """What a stream measures, over its last groups of pictures."""

    seconds: float = Field(ge=0, allow_inf_nan=False)
    """Seconds of media over which it was measured."""

    bit_rate: Count = 0
    """Bits per second."""

    groups: Count = 0
    """Complete groups of pictures, from one IDR to the next, that were seen."""

    gop_frames: Count | None = None
    """Pictures in a group; the median."""

    gop_seconds: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """Seconds from one IDR to the next; the median."""

    gop_longest: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    since_idr: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    """Seconds of media since the last IDR."""

    clock: ClockReport | None = None
    """None where the stream knows no clock but ours."""


class Counts(_Message):
    """What became of the decoded pictures so far.

    decoded = handed_over + superseded + corrupt + waiting, always.
    """

    decoded: Count = 0
    handed_over: Count = 0
    superseded: Count = 0
    corrupt: Count = 0
    waiting: Count = 0
    """0 or 1: the newest picture, not yet asked for."""

    packets: Count = 0
    decode_errors: Count = 0
    converted: Count = 0
    """Pictures converted to RGB for a slot; equals handed_over unless a write failed, or pictures
    were handed over blank."""

    held: Count = 0
    """Packets not decoded, or not at once, because nothing happened."""

    recalled: Count = 0
    """Pictures decoded once more from their packets, for a picture that was asked for late."""

    crowded: Count = 0
    """Times that heavy work had to wait because other cameras were at theirs."""

    lost: Count = 0
    """Packets of the network that are known to have gone missing on the way."""

    damaged: Count = 0
    """Access units that were not decoded because they, or what they build on, came incomplete."""

    discontinuities: Count = 0
    """Times at which the camera's clock or its stamps jumped."""


class Given(_Message):
    """Child to daemon: a picture lies in the slot."""

    kind: Literal["given"] = "given"
    id: int
    index: Index
    slot: int = Field(ge=0)
    generation: Index
    width: Side
    height: Side
    full_width: Side
    full_height: Side
    time: Seconds
    """Stream time in seconds: of a recording from its first picture; of a live source monotonic
    arrival. Never decreases within a child."""

    arrival: Seconds
    """Monotonic seconds at which the last packet of the picture arrived."""

    captured: Seconds | None = None
    """Monotonic seconds at which the camera took the picture, by its sender reports; never after
    `arrival`, never decreasing. None if it does not say, or is not to be trusted."""

    counts: Counts
    blank: bool = False
    """The slot holds nothing, for nobody wanted its pixels: see `Next.pixels_from`."""

    parts: tuple[Part, ...] | None = Field(default=None, max_length=MOST_PARTS)
    """What lies where in the slot's picture; none at all: nothing moved, nothing was due, and the
    slot holds nothing. None: the slot holds the whole picture."""

    moved: tuple[Region, ...] = Field(default=(), max_length=64)
    """Where something moved. All of the picture while that is not known."""

    road: Road | None = None
    """What is seen of the road, where `Open.road` asked for it."""

    still: Count | None = None
    """Number of the still it shows; None in a stream."""


class Ended(_Message):
    """Child to daemon: the recording is over."""

    kind: Literal["ended"] = "ended"
    id: int
    counts: Counts


class Taken(_Message):
    """Child to daemon: the JPEG follows as bytes."""

    kind: Literal["taken"] = "taken"
    id: int
    index: Index
    width: Side
    height: Side
    fingerprint: int | None = Field(default=None, ge=0, lt=2**64)
    """64 bits that differ little between pictures that look alike; only if asked for."""

    sharpness: float | None = Field(default=None, ge=0, le=1, allow_inf_nan=False)
    """0 (nothing but blur) to 1; only if asked for."""

    beside: str = Field(default="", max_length=1000)
    """A text that came with the picture, such as that of a file beside a still; data."""


class Piece(_Message):
    """Child to daemon: the next bytes of a clip, perhaps none yet.

    All pieces up to any of them are a fragmented MP4 that can be played.
    """

    kind: Literal["piece"] = "piece"
    id: int
    clip: Index
    begins: Seconds | None = None
    """Monotonic seconds at which the first picture of the clip arrived, once known."""

    seconds: float = Field(default=0.0, ge=0, le=86400)
    """How much of the clip is made."""

    over: bool = False
    """Whether this was the last one; of a clip without any byte: there will be none."""

    encoded: bool = False
    """Whether pictures were encoded anew, masked, instead of copied as the camera sent them."""

    skipped: Count = 0
    """Packets that left the ring before they could be taken, so far."""


class Gone(_Message):
    """Child to daemon: the frame asked for is not kept any more (or never was)."""

    kind: Literal["gone"] = "gone"
    id: int
    index: Index


class State(_Message):
    """Child to daemon: the state changed."""

    kind: Literal["state"] = "state"
    state: CameraState
    reason: str = Field(default="", max_length=400)


class Hint(_Message):
    """Child to daemon: something looks wrong with the view itself, or looks right again."""

    kind: Literal["hint"] = "hint"
    hint: Literal["dark", "covered", "blurred", "moved"]
    active: bool


class Pulse(_Message):
    """Child to daemon: still here; when it last decoded a picture."""

    kind: Literal["pulse"] = "pulse"
    decoded_at: Seconds | None = None
    """Monotonic seconds of the last decoded picture."""

    counts: Counts
    gate: GateReport | None = None
    """How the idle gate stands, where there is one."""

    flow: Flow | None = None
    """What the stream measures; None before the first IDR."""

    rss: Count = 0
    """Bytes of memory the child holds."""


Details = dict[str, str | int | float | bool | None]
"""What else is known of a stream."""


class StreamInfo(_Message):
    """Child to daemon: what was opened; once after opening and again when it changes."""

    kind: Literal["stream"] = "stream"
    codec: str = Field(max_length=40)
    width: Side
    height: Side
    fps: float | None = None
    duration: float | None = None
    """Seconds of a recording, if it says so."""

    details: Details = Field(default={}, max_length=40)


class Failed(_Message):
    """Child to daemon, its last word: why it ends."""

    kind: Literal["failed"] = "failed"
    remedy: Literal["unavailable", "busy", "rejected"]
    reason: str = Field(max_length=400)
    """Without URL and secret."""

    counts: Counts = Counts()


FromDaemon = Annotated[Open | Next | Take | Cut | Attend, Field(discriminator="kind")]
FromChild = Annotated[
    Given | Ended | Taken | Piece | Gone | State | Hint | Pulse | Lesson | StreamInfo | Failed,
    Field(discriminator="kind"),
]
from_daemon: TypeAdapter[Open | Next | Take | Cut | Attend] = TypeAdapter(FromDaemon)
from_child: TypeAdapter[
    Given | Ended | Taken | Piece | Gone | State | Hint | Pulse | Lesson | StreamInfo | Failed
] = TypeAdapter(FromChild)
