"""What Frigate would publish: for automations and blueprints that were written for it.

Source: https://docs.frigate.video/integrations/mqtt, and …/integrations/api for `stats`. Verbs,
names and kinds of fields are its own; what it knows and we do not is empty or zero. Boxes are in
pixels of a picture of `SIZE`.
"""

import json
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Final

from reasoners import Event, EventObject
from sinks.command import Command, Switch
from sinks.message import (
    CameraStatus,
    Message,
    ObjectCounts,
    Snapshot,
    Stats,
    SwitchState,
    ZoneCounts,
)
from sinks.mqtt.frigate_stats import Rates
from sinks.mqtt.topic import JPEG, ON_OFF, TEXT, Letter
from sinks.sink import Place

SIZE: Final = (1280, 720)
"""Pixels that boxes are told in; events carry relative ones, whatever the camera's size."""

REMEMBERED: Final = 1000
"""Events whose last revision is kept, to be told as `before`."""

SWITCHES: Final = {"detect": "detect", "object_descriptions": "reason"}
"""Its switch → ours: whether anybody looks, and whether a model describes what is seen."""

_OURS: Final = {ours: theirs for theirs, ours in SWITCHES.items()}

_AWAY: Final = {"online": "online", "frozen": "online", "disabled": "disabled"}
_OF_A_CAMERA: Final = (
    "status/detect",
    *(f"{switch}/state" for switch in SWITCHES),
    "review_status",
    "all",
    "all/active",
)
"""Retained, whatever it has seen."""


class FrigateTopics:
    """The topic tree of Frigate; remembers what it told last.

    Args:
        prefix: Where it begins; Frigate's own is `frigate`.
        node: Of this box; several of them must not share camera names.
        version: Of this program.
    """

    def __init__(self, prefix: str, node: str, version: str) -> None:
        self.root = prefix
        self.selftest = f"{prefix}/lookout/{node}/selftest"
        self.orders = tuple(f"{prefix}/+/{switch}/set" for switch in SWITCHES)
        self._rates = Rates(version)
        self._open: dict[str, dict[str, str]] = {}
        """Severities of open events, by camera and id."""

        self._status: dict[str, str] = {}
        self._told: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._labels: OrderedDict[str, str] = OrderedDict()
        self._early: dict[str, Snapshot] = {}
        """Pictures that came before their event, by camera."""

        self._counted: dict[str, set[str]] = {}
        self._gone: set[str] = set()

    def present(self, online: bool) -> Letter:
        """Say whether we are there."""
        return self._word("available", "online" if online else "offline")

    def remains(self, cameras: Sequence[Place]) -> tuple[str, ...]:
        """Match nothing: which cameras there were is remembered elsewhere."""
        del cameras
        return ()

    def retained(self, cameras: Sequence[Place]) -> set[str]:
        """Return the topics that `remains` finds of cameras: none."""
        del cameras
        return set()

    def ghosts(self, topics: set[str], cameras: Sequence[Place], gone: Sequence[str]) -> list[str]:
        """List what is retained of cameras and zones that are gone: of labels, those counted."""
        del topics
        self._gone = set(gone) - {place.name for place in cameras}
        found = {f"{self.root}/{camera}/{part}" for camera in self._gone for part in _OF_A_CAMERA}
        known = {place.name for place in cameras} | {zone for one in cameras for zone in one.zones}
        for place in self._counted.keys() - known:
            labels = ("all", *self._counted.pop(place))
            ends = ("", "/active", "/snapshot") if place in self._gone else ("", "/active")
            found |= {f"{self.root}/{place}/{label}{end}" for label in labels for end in ends}
        return sorted(found)

    def command(self, topic: str, payload: bytes) -> Command | None:
        """Read what was said on one of `orders`; None where the topic is none of them.

        Raises:
            ValidationError: It is, but this payload means nothing there.
        """
        match topic.removeprefix(f"{self.root}/").split("/"):
            case [camera, switch, "set"] if switch in SWITCHES:
                told = {"camera": camera, "switch": SWITCHES[switch], "on": ON_OFF.get(payload)}
                return Switch.model_validate(told)
        return None

    def letters(self, event: Event) -> tuple[Letter, ...]:
        """Tell of one revision: as an event, as a review, with its description and picture."""
        after = self._object(event)
        before = self._told.pop(event.id, after)
        self._told[event.id] = after
        self._labels[event.id] = after["label"]
        for memory in (self._told, self._labels):
            if len(memory) > REMEMBERED:
                memory.popitem(last=False)
        kind = event.type
        letters = [
            _json(f"{self.root}/events", {"type": kind, "before": before, "after": after}),
            _json(
                f"{self.root}/reviews",
                {"type": kind, "before": _review(before, event), "after": _review(after, event)},
            ),
        ]
        if event.description and event.description != before.get("data", {}).get("description"):
            told = {"type": "description", "id": after["id"], "camera": event.camera}
            told["description"] = event.description
            letters.append(_json(f"{self.root}/tracked_object_update", told))
        letters += self._review_status(event)
        early = self._early.get(event.camera)
        if early is not None and early.event == event.id:
            letters += self._picture(self._early.pop(event.camera))
        return tuple(letters)

    def message(self, message: Message) -> tuple[Letter, ...]:
        """Tell of states; of what Frigate has no word for, nothing."""
        told: tuple[Letter, ...] = ()
        match message:
            case CameraStatus():
                word = _AWAY.get(message.state, "offline")
                told = (self._word(f"{message.camera}/status/detect", word),)
            case SwitchState() if message.switch in _OURS:
                topic = f"{message.camera}/{_OURS[message.switch]}/state"
                told = (self._word(topic, "ON" if message.on else "OFF"),)
            case ObjectCounts():
                told = self._counts(message.camera, message)
            case ZoneCounts():
                told = self._counts(message.zone, message)
            case Stats():
                told = (_json(f"{self.root}/stats", self._rates.since_last(message)),)
            case Snapshot():
                told = self._picture(message)
        return told

    def _word(self, topic: str, word: str) -> Letter:
        return Letter(f"{self.root}/{topic}", word.encode(), retain=True, kind=TEXT)

    def _counts(self, place: str, message: ObjectCounts | ZoneCounts) -> tuple[Letter, ...]:
        """Tell how many of each label there are, and move; those that are gone are none."""
        known = self._counted.setdefault(place, set())
        known.update(message.counts)
        told: dict[str, int] = {}
        for counts, end in ((message.counts, ""), (message.moving, "/active")):
            told |= {f"{label}{end}": counts.get(label, 0) for label in sorted(known)}
            told[f"all{end}"] = sum(counts.values())
        return tuple(self._word(f"{place}/{name}", str(count)) for name, count in told.items())

    def _review_status(self, event: Event) -> tuple[Letter, ...]:
        """Tell whether anything goes on before a camera, and how grave it is, when that changes."""
        here = self._open.setdefault(event.camera, {})
        here.pop(event.id, None)
        if event.type != "end":
            here[event.id] = _severity(event)
            if len(here) > REMEMBERED:
                del here[next(iter(here))]
        grave = "alert" if "alert" in here.values() else "detection" if here else "none"
        if event.camera in self._gone or self._status.get(event.camera) == grave:
            return ()
        self._status[event.camera] = grave
        return (self._word(f"{event.camera}/review_status", grave.upper()),)

    def _picture(self, picture: Snapshot) -> tuple[Letter, ...]:
        label = self._labels.get(picture.event)
        if picture.camera in self._gone:
            return ()
        if label is None:
            self._early[picture.camera] = picture
            return ()
        topic = f"{self.root}/{picture.camera}/{label}/snapshot"
        return (Letter(topic, picture.jpeg, retain=True, kind=JPEG),)

    def _object(self, event: Event) -> dict[str, Any]:
        before = self._told.get(event.id, {})
        first = event.objects[0] if event.objects else None
        score = first.score if first else 1.0
        zones = list(first.zones) if first else []
        entered = list(dict.fromkeys([*before.get("entered_zones", ()), *zones]))
        still = first is not None and first.motion.state == "stationary"
        at, box = event.frame.captured_at, _box(first)
        return {
            "id": f"{event.started_at:.6f}-{event.id[-6:].lower()}",
            "camera": event.camera,
            "frame_time": at,
            "snapshot": {
                "frame_time": at,
                "box": box,
                "area": _area(box),
                "region": [0, 0, *SIZE],
                "score": score,
                "attributes": [],
            },
            "label": first.label if first else event.rule,
            "sub_label": None,
            "top_score": max(score, before.get("top_score", 0.0)),
            "false_positive": event.reasoning.state == "rejected",
            "start_time": event.started_at,
            "end_time": event.ended_at,
            "score": score,
            "box": box,
            "area": _area(box),
            "ratio": round((box[2] - box[0]) / max(1, box[3] - box[1]), 2),
            "region": [0, 0, *SIZE],
            "active": not still,
            "stationary": still,
            "motionless_count": 0,
            "position_changes": 0,
            "current_zones": zones,
            "entered_zones": entered,
            "has_clip": event.media.clip is not None,
            "has_snapshot": event.media.snapshot is not None,
            "attributes": {},
            "current_attributes": [],
            "thumbnail": None,
            "current_estimated_speed": 0,
            "average_estimated_speed": 0,
            "velocity_angle": (first.motion.heading or 0) if first else 0,
            "recognized_license_plate": None,
            "path_data": [],
            "data": {"type": "object", "description": event.description},
        }


def _review(told: dict[str, Any], event: Event) -> dict[str, Any]:
    """Tell of an event as of something to be looked at by a person."""
    metadata = None
    if event.description is not None or event.reasoning.state in {"verified", "rejected"}:
        metadata = {
            "title": event.explanation[:80],
            "scene": event.description or event.explanation,
            "shortSummary": event.explanation[:200],
        }
    return {
        "id": told["id"],
        "camera": told["camera"],
        "start_time": told["start_time"],
        "end_time": told["end_time"],
        "severity": _severity(event),
        "thumb_path": "",
        "data": {
            "detections": [told["id"]],
            "objects": [told["label"]],
            "sub_labels": [],
            "zones": told["entered_zones"],
            "audio": [],
            "metadata": metadata,
        },
    }


def _severity(event: Event) -> str:
    return "alert" if event.severity == "alert" else "detection"


def _box(thing: EventObject | None) -> list[int]:
    if thing is None:
        return [0, 0, *SIZE]
    return [round(at * SIZE[place % 2]) for place, at in enumerate(thing.box)]


def _area(box: list[int]) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def _json(topic: str, payload: dict[str, Any]) -> Letter:
    return Letter(topic, json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode())
