"""What Frigate would publish: for automations and blueprints that were written for it.

Source: https://docs.frigate.video/integrations/mqtt. Verbs, names and kinds of fields are its own;
what it knows and we do not is empty or zero. Boxes are in pixels of a picture of `SIZE`.
"""

import json
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Final

from reasoners import Event, EventObject
from sinks.message import CameraStatus, Message, ObjectCounts, Snapshot, SwitchState, ZoneCounts
from sinks.mqtt.topic import JPEG, TEXT, Letter
from sinks.sink import Place

SIZE: Final = (1280, 720)
"""Pixels that boxes are told in; events carry relative ones, whatever the camera's size."""

REMEMBERED: Final = 1000
"""Events whose last revision is kept, to be told as `before`."""

_AWAY: Final = {"online": "online", "frozen": "online", "disabled": "disabled"}


class FrigateTopics:
    """The topic tree of Frigate; remembers what it told last.

    Args:
        prefix: Where it begins; Frigate's own is `frigate`.
        node: Of this box; several of them must not share camera names.
    """

    def __init__(self, prefix: str, node: str) -> None:
        self.root = prefix
        self.selftest = f"{prefix}/lookout/{node}/selftest"
        self.orders: tuple[str, ...] = ()
        self.remains: tuple[str, ...] = ()
        self._told: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._labels: OrderedDict[str, str] = OrderedDict()
        self._early: dict[str, Snapshot] = {}
        """Pictures that came before their event, by camera."""

        self._counted: dict[str, set[str]] = {}

    def present(self, online: bool) -> Letter:
        """Say whether we are there."""
        word = b"online" if online else b"offline"
        return Letter(f"{self.root}/available", word, retain=True, kind=TEXT)

    def ghosts(self, topics: set[str], cameras: Sequence[Place], gone: Sequence[str]) -> list[str]:
        """List what is retained of cameras that are gone."""
        del topics
        return [
            f"{self.root}/{camera}/{part}"
            for camera in sorted(set(gone) - {place.name for place in cameras})
            for part in ("status/detect", "detect/state")
        ]

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
        early = self._early.get(event.camera)
        if early is not None and early.event == event.id:
            letters += self._picture(self._early.pop(event.camera))
        return tuple(letters)

    def message(self, message: Message) -> tuple[Letter, ...]:
        """Tell of states; of what Frigate has no word for, nothing."""
        match message:
            case CameraStatus():
                word = _AWAY.get(message.state, "offline").encode()
                topic = f"{self.root}/{message.camera}/status/detect"
                return (Letter(topic, word, retain=True, kind=TEXT),)
            case SwitchState(switch="detect"):
                topic = f"{self.root}/{message.camera}/detect/state"
                word = b"ON" if message.on else b"OFF"
                return (Letter(topic, word, retain=True, kind=TEXT),)
            case ObjectCounts():
                return self._counts(message.camera, message.counts)
            case ZoneCounts():
                return self._counts(message.zone, message.counts)
            case Snapshot():
                return self._picture(message)
        return ()

    def _counts(self, place: str, counts: dict[str, int]) -> tuple[Letter, ...]:
        """Tell how many of each label there are; those that are gone are none."""
        known = self._counted.setdefault(place, set())
        known.update(counts)
        all_of = {label: counts.get(label, 0) for label in sorted(known)}
        all_of["all"] = sum(counts.values())
        return tuple(
            Letter(f"{self.root}/{place}/{label}", str(count).encode(), retain=True, kind=TEXT)
            for label, count in all_of.items()
        )

    def _picture(self, picture: Snapshot) -> tuple[Letter, ...]:
        label = self._labels.get(picture.event)
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
        "severity": "alert" if event.severity == "alert" else "detection",
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


def _box(thing: EventObject | None) -> list[int]:
    if thing is None:
        return [0, 0, *SIZE]
    return [round(at * SIZE[place % 2]) for place, at in enumerate(thing.box)]


def _area(box: list[int]) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def _json(topic: str, payload: dict[str, Any]) -> Letter:
    return Letter(topic, json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode())
