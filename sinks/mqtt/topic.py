"""Which message goes to which topic, and how. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, assert_never

from pydantic import TypeAdapter

from reasoners import Event
from sinks.command import Command, Feedback, FeedbackReset, ProfileChoice, SceneAsked, Switch
from sinks.message import (
    CameraStatus,
    ConfigurationState,
    Forecast,
    FrameReport,
    Latest,
    Message,
    Notice,
    ObjectCounts,
    ProfileState,
    RuleState,
    SceneReport,
    Snapshot,
    Stats,
    SwitchState,
    ZoneCounts,
)
from sinks.sink import Place

JSON = "application/json"
TEXT = "text/plain"
JPEG = "image/jpeg"

ON_OFF = {b"ON": True, b"OFF": False}
"""What a switch understands."""

_FEEDBACK: Final[TypeAdapter[Feedback | FeedbackReset]] = TypeAdapter(Feedback | FeedbackReset)

_PICTURES: Final = ("snapshot", "forecast")
_OF_A_CAMERA: Final = (
    *("state", "status", "objects", "latest", *_PICTURES),
    *("detect/state", "reason/state"),
)
"""Retained, whatever its zones and rules are."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One MQTT publish, before any protocol."""

    topic: str
    payload: bytes
    qos: int = 1
    retain: bool = False
    kind: str = JSON
    """MIME type of the payload."""


@dataclass(frozen=True, slots=True)
class Topics:
    """The topic tree of one node."""

    prefix: str
    node: str
    pictures: bool = True
    """Whether pictures are shown."""

    @property
    def root(self) -> str:
        """Everything of this node lies below."""
        return f"{self.prefix}/{self.node}"

    @property
    def selftest(self) -> str:
        """Where we speak to ourselves, to know that the broker lets us."""
        return f"{self.root}/selftest"

    @property
    def availability(self) -> str:
        """`online` or, by the last will, `offline`; retained."""
        return f"{self.root}/availability"

    @property
    def stats(self) -> str:
        """Figures, once a minute."""
        return f"{self.root}/stats"

    @property
    def notices(self) -> str:
        """What is said once."""
        return f"{self.root}/notices"

    @property
    def feedback(self) -> str:
        """Where people say what an event was worth."""
        return f"{self.root}/feedback"

    @property
    def profile(self) -> str:
        """Below it, which profile is active (`state`, retained) and is to be (`set`)."""
        return f"{self.root}/profile"

    @property
    def configuration(self) -> str:
        """Which configuration is at work; retained."""
        return f"{self.root}/configuration"

    @property
    def orders(self) -> tuple[str, ...]:
        """Match everything that may be said to us."""
        cameras = f"{self.root}/cameras/+"
        switches = f"{cameras}/+/set", f"{cameras}/rule/+/set", f"{self.profile}/set"
        return *switches, f"{cameras}/scene/get", self.feedback

    def command(self, topic: str, payload: bytes) -> Command | None:
        """Read what was said on one of `orders`; None where the topic is none of them.

        Raises:
            ValidationError: It is, but this payload means nothing there.
        """
        if topic == self.feedback:
            return _FEEDBACK.validate_json(payload)
        if topic == f"{self.profile}/set":
            return ProfileChoice.model_validate({"profile": payload.decode(errors="replace")})
        camera, *switch, last = topic.removeprefix(f"{self.root}/cameras/").split("/")
        if switch == ["scene"] and last == "get":
            return SceneAsked(camera=camera)
        if len(switch) not in {1, 2} or last != "set":
            return None
        told = {"camera": camera, "switch": "/".join(switch), "on": ON_OFF.get(payload)}
        return Switch.model_validate(told)

    def camera(self, camera: str) -> str:
        """Everything of one camera but its events lies below."""
        return f"{self.root}/cameras/{camera}"

    def events(self, camera: str) -> str:
        """Match the events of one camera, of whatever rule."""
        return f"{self.root}/events/{camera}/+"

    def remains(self, cameras: Sequence[Place]) -> tuple[str, ...]:
        """Match one retained topic of each camera, zone and rule that ever was.

        And pictures, if there are cameras of which none is shown any more.

        Args:
            cameras: What is configured.
        """
        parts = ["state", "zones/+", "rules/+", "rule/+/state"]
        parts += sorted(set().union(*(self._unshown(place) for place in cameras)))
        return tuple(f"{self.root}/cameras/+/{part}" for part in parts)

    def retained(self, cameras: Sequence[Place]) -> set[str]:
        """Return the topics that `remains` finds of cameras."""
        found: set[str] = set()
        for place in cameras:
            camera = self.camera(place.name)
            found |= {f"{camera}/state", *(f"{camera}/zones/{zone}" for zone in place.zones)}
            found |= {f"{camera}/rules/{rule}" for rule in place.rules}
            found |= {f"{camera}/rule/{rule}/state" for rule in place.rules}
            found |= {f"{camera}/{part}" for part in {*_PICTURES} - self._unshown(place)}
        return found

    def ghosts(self, topics: set[str], cameras: Sequence[Place], gone: Sequence[str]) -> list[str]:
        """List what is retained of cameras, zones, rules and pictures that are no more.

        Args:
            topics: What is retained; of what is not below our cameras, nothing is ours to clear.
            cameras: What is configured.
            gone: Cameras known to have been.
        """
        known = {place.name: place for place in cameras}
        lost = set(gone)
        found: set[str] = set()
        ours = f"{self.root}/cameras/"
        for topic in topics:
            if not topic.startswith(ours):
                continue
            camera, _, rest = topic.removeprefix(ours).partition("/")
            kind, _, name = rest.partition("/")
            place = known.get(camera)
            if place is None:
                lost.add(camera)
                found.add(topic)
            elif kind in _PICTURES:
                if kind in self._unshown(place):
                    found.add(topic)
            elif kind != "state":
                named = name.removesuffix("/state") if kind == "rule" else name
                if named not in (place.zones if kind == "zones" else place.rules):
                    found.add(topic)
        for camera in lost - known.keys():
            found |= {f"{self.camera(camera)}/{part}" for part in _OF_A_CAMERA}
        return sorted(found)

    def _unshown(self, place: Place) -> set[str]:
        """Return the kinds of pictures that are not shown of a camera."""
        if not self.pictures:
            return {*_PICTURES}
        return set() if place.forecast else {"forecast"}

    def letters(self, event: Event) -> tuple[Letter, ...]:
        """Address everything that one revision is told by."""
        return (self.event(event),)

    def event(self, event: Event) -> Letter:
        """Address one revision: not retained, so that nobody takes an old event for a new one."""
        return Letter(f"{self.root}/events/{event.camera}/{event.rule}", event.wire().encode())

    def present(self, online: bool) -> Letter:
        """Say whether this node is there."""
        word = b"online" if online else b"offline"
        return Letter(self.availability, word, retain=True, kind=TEXT)

    def message(self, message: Message) -> tuple[Letter, ...]:
        """Address what is not an event.

        A camera's status goes out twice: the bare word on `state`, for automations, and the whole
        record with reason and time on `status`.
        """
        match message:
            case CameraStatus():
                camera = self.camera(message.camera)
                word = message.state.encode()
                letters: tuple[Letter, ...] = (
                    Letter(f"{camera}/state", word, retain=True, kind=TEXT),
                    Letter(f"{camera}/status", _json(message), retain=True),
                )
            case ObjectCounts() | ZoneCounts() | RuleState() | Latest() | ConfigurationState():
                letters = (Letter(self._state(message), _json(message), retain=True),)
            case SwitchState():
                topic = f"{self.camera(message.camera)}/{message.switch}/state"
                word = b"ON" if message.on else b"OFF"
                letters = (Letter(topic, word, retain=True, kind=TEXT),)
            case ProfileState():
                word = message.profile.encode()
                letters = (Letter(f"{self.profile}/state", word, retain=True, kind=TEXT),)
            case Snapshot() | Forecast():
                part = "snapshot" if isinstance(message, Snapshot) else "forecast"
                topic = f"{self.camera(message.camera)}/{part}"
                letters = (Letter(topic, message.jpeg, retain=True, kind=JPEG),)
            case SceneReport():
                letters = (Letter(f"{self.camera(message.camera)}/scene", _json(message)),)
            case FrameReport():
                letters = (Letter(f"{self.camera(message.camera)}/frames", _json(message), qos=0),)
            case Notice():
                letters = (Letter(self.notices, _json(message)),)
            case Stats():
                letters = (Letter(self.stats, _json(message)),)
            case _:
                assert_never(message)
        return letters

    def _state(
        self, message: ObjectCounts | ZoneCounts | RuleState | Latest | ConfigurationState
    ) -> str:
        if isinstance(message, ConfigurationState):
            return self.configuration
        camera = self.camera(message.camera)
        match message:
            case ObjectCounts():
                return f"{camera}/objects"
            case ZoneCounts():
                return f"{camera}/zones/{message.zone}"
            case RuleState():
                return f"{camera}/rules/{message.rule}"
        return f"{camera}/latest"


def _json(message: Message) -> bytes:
    return message.model_dump_json().encode()
