"""The daemon's own configuration; each backend's stands beside the backend.

Two phases, all problems at once: the shape of the file here, each backend's options by the backend
that reads them (`daemon.backends`). Unknown keys are refused.
"""

import os
import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PositiveFloat,
    PositiveInt,
    ValidationError,
    field_validator,
    model_validator,
)
from yaml.constructor import ConstructorError

from daemon.errors import ConfigRejected
from daemon.problem import explain, plain
from daemon.timing import Timing
from reasoners import (
    PROFILES,
    DrivingConfig,
    Language,
    LineConfig,
    Name,
    PredictionConfig,
    PresenceConfig,
    RuleConfig,
    Severity,
    SharedRuleConfig,
    ZoneConfig,
)
from reasoners.rules.rule import Ahead
from sources import Point, Relative
from sources.message import GateMode, Hwaccel

ADVISORY = "advisory only: warnings may be wrong, late or missing; see docs/limitations.md"
"""What is to be said once wherever driver assist runs."""

LARGEST = 1024 * 1024
"""Bytes of a configuration file; more is a mistake."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Use(BaseModel):
    """Which backend to use; the rest of the mapping is for the backend to judge."""

    model_config = ConfigDict(extra="allow", frozen=True)

    type: str = Field(min_length=1)
    """Name of an installed backend, or `module:Class` of one under development."""

    @property
    def options(self) -> dict[str, Any]:
        """Everything but the type."""
        return dict(self.model_extra or {})


class DetectConfig(_Section):
    """How often a camera is looked at."""

    fps: PositiveFloat | Literal["every"] | None = None
    """Frames per second handed to the detector, or `every`. Default 5; `every` where a detector
    that takes batches runs (a GPU). Raising it costs the detector time; lowering it misses short
    appearances."""

    carry: int = Field(default=0, ge=0, le=100)
    """Frames between two looks that are taken without being looked at; default 0. The tracker
    carries every object over them, with a score that falls until the next look and a mark
    (`carried`) on each: 4 at 5 looks per second gives boxes 25 times a second for the price of 5
    looks. With `fps: every` one frame in `carry` + 1 is looked at. Raising it makes zones and
    `frames` follow more smoothly, and costs the daemon a millisecond a frame."""

    regions: Literal["auto", "off"] = "off"
    """`auto` looks closely at what moves: parts of the picture at full resolution, at most four a
    look, the whole now and then, nothing where nothing is. Small far things are found that the
    whole picture hides, a quiet camera costs a tenth, a crowded one up to four times the detector's
    time. Only for fixed cameras; detectors without a model, and pictures less than half as large
    again as the model's input, are looked at whole as ever. Default `off`."""

    @field_validator("regions", mode="before")
    @classmethod
    def _off_is_no(cls, said: object) -> object:
        """Take `off` for what it looks like: to YAML it is a no."""
        return "off" if said is False else said

    rate: Literal["fixed", "tracks"] = "fixed"
    """Whether looks come at a fixed rate, or as often as its tracks need: `fps` while anything
    changes, every 0.6 s while the same objects are seen again and again, or none. Default
    `fixed`. `tracks` saves detector time in quiet scenes; what appears in one is noticed up to
    0.4 s later."""


class ClipsConfig(_Section):
    """A short film of every event, cut from what the camera sent anyway."""

    enabled: bool = False
    """Whether events of this live camera get a clip, in a revision after their end. Default no: a
    clip keeps moving pictures of people, takes 10 MB of disk for 20 s at 4 Mbit/s (a snapshot 0.1),
    and its packets 8 MB of memory. It costs next to no processor time, except where `privacy`,
    `rotate` or `crop` is set, or the camera sends neither H.264 nor H.265: then pictures are
    encoded anew, masked, on half of one core at 1080p30 while the event lasts."""

    before: float = Field(default=5.0, ge=0, le=60)
    """Seconds shown from before the event; default 5. A copied clip begins at the IDR before.
    Raising it takes memory for the packets."""

    after: float = Field(default=5.0, ge=0, le=60)
    """Seconds shown from after the event; default 5."""

    longest: float = Field(default=60.0, ge=1, le=600)
    """Seconds of a clip at most; default 60. An event that lasts longer has its beginning."""

    lock: Severity | None = None
    """Least severity, `warning` or `alert`, of events whose clip and pictures are locked: neither
    `media.megabytes` nor the journal's limits take them away, until `media.locked` newer ones are
    there. Default none."""


class CameraConfig(_Section):
    """One camera and what is watched for."""

    source: Use
    """Where the pictures come from: `type` and the options of that source."""

    main: Use | None = None
    """The camera's main stream, `type` and options as of `source`, where `source` names its
    substream. Detection looks at `source`; pictures and clips come from here, matched by the time
    at which they were taken. Opened when something is there and closed when it is gone, or kept
    open where clips are wanted, which must begin before the event; nothing of it is decoded unless
    it is needed. Default none: everything comes from `source`."""

    title: str | None = Field(default=None, max_length=80)
    """For people; names are for topics."""

    language: Language | None = None
    """Of the explanations of its events; default that of the node."""

    enabled: bool = True
    """A camera that is off on purpose is `disabled` and not opened."""

    detector: Name | tuple[Name, ...] | None = None
    """Which of `detectors` look at it: a name, or a list of names, whose findings are put together.
    Default: `detector`, or the one of `detectors` if that is the only one. `detector` also is the
    name of the former in a list."""

    detect: DetectConfig = DetectConfig()
    """How often it is looked at; default 5 frames per second, every frame on a GPU."""

    rotate: Literal[0, 90, 180, 270] = 0
    """Degrees clockwise, before everything else. Zones are relative to the turned picture."""

    crop: tuple[Relative, Relative, Relative, Relative] | None = None
    """Left, top, right, bottom of the part that is watched; default all of it."""

    zones: dict[Name, ZoneConfig] = Field(default={}, max_length=64)
    """Parts of the picture with a name, after rotation and crop; default none. Events say in which
    zones their objects are, and each zone has counts of its own."""

    lines: dict[Name, LineConfig] = Field(default={}, max_length=64)
    """Lines with a direction, after rotation and crop; default none. The scene notices who crosses
    them, and which way."""

    privacy: tuple[tuple[Point, ...], ...] = ()
    """Polygons painted black inside the decoder process, relative to the picture as the camera
    sends it, before rotation and crop; nothing else ever sees what is under them."""

    cloud: bool | None = None
    """Whether its pictures may go to a model whose host lies outside this network. Must be said,
    yes or no, where such a host is configured; with `false` only models inside are asked about
    this camera. No default."""

    cassette: bool = True
    """Whether questions about it may be kept on `cassette`, where that is configured; default yes.
    With `false` none is, nor any of its pictures."""

    presence: PresenceConfig = PresenceConfig()
    """The built-in rule: which objects make an event, and when one is over."""

    rules: dict[Name, RuleConfig] = Field(default={}, max_length=256)
    """Rules by name: what must hold for an event, see [the guide](../rules.md). Default none, then
    the built-in rule tells of every object. Names are for topics and stand in events."""
    predictions: PredictionConfig = PredictionConfig()
    """What is foreseen of its objects, told with events, and scored."""

    forecast: Ahead | None = None
    """Seconds ahead, 0.5 to 10, of a second picture of each event: where its objects and all others
    are expected then, drawn over the same frame. Default none: it takes the decoder process another
    10 to 20 ms at 1080p for each snapshot, and as much disk as that. Rules may say otherwise."""

    profile: Literal["driver_assist"] | None = None
    """What kind of camera it is. `driver_assist` looks ahead out of a vehicle and warns the driver,
    see [the guide](../driver-assist.md): it is looked at 10 times a second where `detect.fps` says
    nothing, and has the built-in rule only if `presence.enabled` says so. Advisory only. Default
    none: a camera that watches a place."""

    driving: DrivingConfig = DrivingConfig()
    """Of `profile: driver_assist`: how the camera looks at the road, and what is warned of."""

    hwaccel: Hwaccel = "off"
    """Which device decodes: `cuda`, `vaapi`, `qsv`, `v4l2m2m`, or `auto`, the first of them that
    works here. Default `off`: the processor. Whatever a device cannot do, the processor does; log
    and status say so. Of RTSP, ONVIF and files; other kinds are always decoded by the processor."""

    gate: GateMode = "auto"
    """Whether pictures may stay undecoded while nothing happens. `auto` (default) rests a live
    camera where its packet sizes proved to tell motion, looks at its IDRs alone where they did not,
    and wakes with everything since the last IDR still at hand. Where something moves all the time,
    or IDRs are more than 4 s apart, it never rests. `on` rests without that proof; `off` decodes
    everything always. Recordings are never rested."""

    clips: ClipsConfig = ClipsConfig()
    """Clips of events; default none."""

    kept: PositiveInt = Field(default=3, le=64)
    """Decoded frames kept for pictures. At 1080p each costs 3 MB; too few lose snapshots when the
    detector is slow."""

    memory: float = Field(default=512.0, ge=64, le=65536)
    """Megabytes its decoder process may hold; default 512. Above it the process is replaced, which
    costs the pictures of a second or two. Raise it for 8K, or where the log says so often."""

    @field_validator("hwaccel", mode="before")
    @classmethod
    def _off_is_no(cls, said: object) -> object:
        """Take `off` for what it looks like: to YAML it is a no."""
        return "off" if said is False else said

    @model_validator(mode="after")
    def _check_shapes(self) -> Self:
        if "driving" in self.model_fields_set and self.profile is None:
            raise ValueError("driving: has no effect without `profile: driver_assist`; add that")
        self._check_forecast()
        for number, polygon in enumerate(self.privacy):
            if len(polygon) < 3:  # noqa: PLR2004
                raise ValueError(f"privacy.{number}: a polygon needs three points and more")
        if self.crop is not None:
            left, top, right, bottom = self.crop
            if left >= right or top >= bottom:
                raise ValueError(
                    "crop: must be [left, top, right, bottom] with left < right and top < bottom"
                )
        return self

    def _check_forecast(self) -> None:
        ahead = {"forecast": self.forecast}
        ahead |= {f"rules.{name}.forecast": rule.forecast for name, rule in self.rules.items()}
        wanted = next((key for key, seconds in ahead.items() if seconds), None)
        if wanted is not None and not self.predictions.kinds:
            raise ValueError(
                f"{wanted}: nothing is foreseen while `predictions.kinds` is empty; take that away"
            )


class JournalConfig(_Section):
    """How long events are kept; what comes first counts."""

    days: PositiveFloat = 7.0
    """Days; default 7. Raising it bridges longer outages of a sink; lowering it forgets sooner."""

    events: PositiveInt = 100_000
    """Revisions of events; default 100000. Each takes about a kilobyte of disk."""

    megabytes: PositiveFloat = 256.0
    """Megabytes of all revisions together; default 256. Lower it where the disk is small; what a
    sink has not taken by then is reported as a `gap`."""

    reserve: float = Field(default=64.0, ge=0, le=4096)
    """Megabytes of disk kept for events; default 64. They are given up when the disk is nearly
    full, so that events go on while pictures and clips stop, and taken back when there is room.
    0 keeps none."""

    ledger_days: PositiveFloat = 90.0
    """Days that `lookout ledger` goes back; default 90. It holds times, hosts, sizes and hashes of
    pictures and questions that left the box, and no picture."""


class MediaConfig(_Section):
    """Snapshots and clips on disk."""

    megabytes: PositiveFloat = 1024.0
    """Quota in megabytes; default 1024. What the oldest events have goes first; raising it keeps it
    longer. With clips, 1024 last for about a hundred events."""

    snapshot_days: PositiveFloat | None = None
    """Days that snapshots are kept; default as long as their event, if the quota lets them."""

    clip_days: PositiveFloat | None = None
    """Days that clips are kept, but for locked ones; default as long as their event."""

    locked: int = Field(default=20, ge=0, le=10_000)
    """Events of which clips may be locked at once, see `lock` of `clips`; default 20. One more
    releases the oldest; and so does room, of which locked ones get half of `megabytes`."""


class TapeConfig(_Section):
    """Every exchange with a model, whole, for `lookout replay --cassette` and `lookout why`."""

    path: Path | None = None
    """The file; default `cassette.jsonl` in `state_dir`. Its older half is called the same with
    `.1` behind. Readable by its owner alone."""

    megabytes: PositiveFloat = 512.0
    """Megabytes it may take; default 512, some 500 to 2,000 questions. Of more, the older half
    goes. Raising it goes back further."""

    days: PositiveFloat = 7.0
    """Days after which an exchange is gone in any case, pictures and all; default 7."""


class DaemonConfig(_Section):
    """The whole file."""

    node: Name = "lookout"
    """Name of this box: in every topic and event. Two boxes on one broker need two names."""

    language: Language = "en"
    """In which events are explained: `en` (default), `de` or `zh`. Your own names and titles stay
    as they are. How to add one: `docs/explanations.md`."""

    detector: Use = Use(type="auto")
    """What finds objects: `type` and its options; for every camera that names no other. Default
    `auto`: the best that this machine and the models found on it allow."""

    detectors: dict[Name, Use] = Field(default={}, max_length=16)
    """More detectors, by names of your choice, for cameras that name them; default none. Each is a
    process of its own and takes its own memory."""

    tracker: Use = Use(type="bytetrack")
    """What gives objects an identity over time: `type` and its options; default `bytetrack`."""

    reasoner: Use | None = None
    """The vision-language model to ask about events; default none."""

    reasoners: dict[Name, Use] = Field(default={}, max_length=8)
    """More of them, by names of your choice, asked in this order when `reasoner` cannot answer, or
    first in times of little room where one says `smaller: true`. Default none."""

    sinks: dict[Name, Use] = {}
    """Where events go, by names of your choice; default nowhere but the journal. Each sink gets
    every event; a renamed one starts as new."""

    cameras: dict[Name, CameraConfig] = Field(min_length=1)
    """What is watched, one and more. The names, 1 to 32 of a-z, 0-9 and _, stand in topics and
    events."""

    rules: dict[Name, SharedRuleConfig] = Field(default={}, max_length=256)
    """Rules for several cameras; a camera's own rule of the same name takes the place of one."""

    include: tuple[Path, ...] = Field(default=(), max_length=16)
    """Files with more `rules:` for several cameras, relative to this file; default none. Such as
    those in `deploy/rules/`: a rule here takes the place of an included one of the same name."""

    profiles: tuple[Name, ...] = Field(default=PROFILES, min_length=1, max_length=16)
    """Profiles that rules may name; default home, away, night. Which one is active is switched
    while running and kept."""

    profile: Name = "home"
    """The profile that is active as long as nobody switched to another; default home."""

    state_dir: Path | None = None
    """Journal and media. Default `$STATE_DIRECTORY`, else `$XDG_STATE_HOME/lookout`, else
    `~/.local/state/lookout`."""

    secrets: Path | None = None
    """TOML file with credentials, readable by its owner alone. Default: systemd's credentials."""

    journal: JournalConfig = JournalConfig()
    """How long events are kept."""

    media: MediaConfig = MediaConfig()
    """How much room snapshots and clips get."""

    cassette: TapeConfig | None = None
    """Keeps what models are asked, shown and answer, pictures included; `{}` does, with defaults.
    Pictures are masked as they were sent, and no credential is ever on it. Default: no pictures are
    kept of it, and of the rest what `lookout why` shows."""

    timing: Timing = Timing()
    """Deadlines and delays; the defaults suit real cameras and brokers."""

    stats_interval: PositiveFloat = 60.0
    """Seconds between two publications of `stats`."""

    @property
    def state(self) -> Path:
        """The folder for journal and media."""
        return self.state_dir if self.state_dir is not None else default_state()


CASSETTE = "cassette.jsonl"
"""Where exchanges with models are kept in the state folder, if they are."""


def default_state() -> Path:
    """Return the folder for journal and media where no configuration names one."""
    named = os.environ.get("STATE_DIRECTORY")
    if named:
        return Path(named.split(":")[0])
    home = os.environ.get("XDG_STATE_HOME")
    return (Path(home) if home else Path.home() / ".local" / "state") / "lookout"


def load(path: Path) -> DaemonConfig:
    """Read a configuration file and check its shape.

    Raises:
        ConfigRejected: One line per problem: file, key, reason, remedy.
    """
    data = read(path)
    if isinstance(data, dict):
        data = _with_included(data, path)
    return parse(data, str(path))


def read(path: Path) -> object:
    """Read a YAML file.

    Raises:
        ConfigRejected: It cannot be read, or is no YAML.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise ConfigRejected(f"{path}: larger than {LARGEST} bytes; is it the right file?")
        text = path.read_text(encoding="utf-8")
    except OSError as exc:
        raise ConfigRejected(f"{path}: cannot be read: {exc.strerror}; check the path") from None
    except UnicodeDecodeError:
        raise ConfigRejected(f"{path}: not UTF-8 text; is it a YAML file?") from None
    try:
        return _Loader(text).get_single_data()
    except yaml.YAMLError as exc:
        raise ConfigRejected(f"{path}: not valid YAML: {_place(exc)}") from None
    except (RecursionError, ValueError, OverflowError):
        raise ConfigRejected(
            f"{path}: not valid YAML: nested too deep or a value too odd"
        ) from None


class RulesFile(_Section):
    """A file of rules to be included."""

    rules: dict[Name, SharedRuleConfig] = Field(min_length=1, max_length=256)
    """Rules for several cameras."""


def _with_included(data: dict[Any, Any], path: Path) -> dict[Any, Any]:
    """Add the rules of the files that a configuration includes.

    Raises:
        ConfigRejected: One line per problem.
    """
    named = data.get("include")
    if not isinstance(named, list) or not all(isinstance(one, str) for one in named):
        return data
    rules: dict[Any, Any] = {}
    for name in named:
        file = path.parent / name
        found = read(file)
        try:
            RulesFile.model_validate(found)
        except ValidationError as exc:
            raise ConfigRejected(explain(exc, str(file), "", RulesFile)) from None
        if isinstance(found, dict):
            rules |= found["rules"]
    own = data.get("rules", {})
    return {**data, "rules": {**rules, **own}} if isinstance(own, dict) else data


def parse(data: object, origin: str) -> DaemonConfig:
    """Check the shape of what a file held.

    Raises:
        ConfigRejected: One line per problem.
    """
    if not isinstance(data, dict):
        raise ConfigRejected(f"{origin}: must be a mapping with `cameras:`; it is empty or a list")
    try:
        return DaemonConfig.model_validate(data)
    except ValidationError as exc:
        raise ConfigRejected(explain(exc, origin, "", DaemonConfig)) from None


_UNFIT = re.compile("[\0\ud800-\udfff]")
"""What escapes in quotes can make and no path, topic or message can hold: a zero byte, and one half
of a pair of surrogates."""


class _Loader(yaml.SafeLoader):
    """YAML without surprises: of two equal keys the later would win, and a camera be gone."""

    def construct_scalar(self, node: yaml.ScalarNode | yaml.MappingNode) -> Any:  # noqa: ANN401 (as its base has it)
        """Build a single value.

        Raises:
            ConstructorError: It holds a character that is of no use anywhere.
        """
        value = super().construct_scalar(node)
        if isinstance(value, str) and _UNFIT.search(value):
            problem = "a zero byte or half a surrogate pair stands in a text; take it out"
            raise ConstructorError(problem=problem, problem_mark=node.start_mark)
        return value

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Build a mapping.

        Raises:
            ConstructorError: A key stands there twice.
        """
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in seen and key.value != "<<":
                problem = f"the key `{key.value}` stands here a second time; rename or remove one"
                raise ConstructorError(problem=problem, problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _place(exc: yaml.YAMLError) -> str:
    mark = getattr(exc, "problem_mark", None)
    problem = str(getattr(exc, "problem", None) or "it cannot be parsed")
    if "'\\t'" in problem:
        problem = "a tab; indent with spaces"
    return plain(f"line {mark.line + 1}, column {mark.column + 1}: {problem}" if mark else problem)
