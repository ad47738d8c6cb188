"""What a person saw in a clip, kept beside the tests, and how a replay is held against it."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

from reasoners import Event

CROSSED = re.compile(r"crossed line (\w+) (forward|backward) \((?:(\d+) min )?([\d.]+) s after")


class Part(BaseModel):
    """One thing that was seen."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    label: str | tuple[str, ...]
    """What it is, or what it may be called."""

    def is_called(self, label: str) -> bool:
        """Tell whether it may be called so."""
        return label == self.label if isinstance(self.label, str) else label in self.label


class Visit(Part):
    """Somebody is there, from when to when; seconds of the clip."""

    since: float = Field(alias="from")
    until: float = Field(alias="to")
    zone: str | None = None
    """Where; None: anywhere in the picture."""


class Crossing(Part):
    """Somebody crosses a line."""

    line: str
    way: str
    at: float


class Seen(BaseModel):
    """What a person saw in one clip: all of it, nothing more is there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    clip: str
    """Within the folder of material."""

    model: str | None = None
    """Model file, there as well; None: none is needed."""

    detector: dict[str, Any] = {}
    """Where another than that model's is right for the clip."""

    tracker: dict[str, Any] = {}
    """Options of the tracker, where the defaults are not right for the clip."""

    camera: dict[str, Any]
    """The camera's section of a configuration, without its source."""

    fps: float | str = 5
    within: float = Field(le=2)
    """Seconds by which a time may differ: it was read by eye."""

    visits: tuple[Visit, ...] | None = None
    """None: nobody counted."""

    stays: tuple[Visit, ...] | None = None
    crossings: tuple[Crossing, ...] | None = None

    def configuration(self, material: Path) -> dict[str, Any]:
        """Return what to replay the clip with."""
        detector = self.detector
        if self.model is not None:
            detector = {"type": "openvino", "model": str(material / self.model), **detector}
        camera = {"source": {"type": "file"}, "detect": {"fps": self.fps}, **self.camera}
        tracker = {"type": "bytetrack", **self.tracker}
        return {"detector": detector, "tracker": tracker, "cameras": {"seen": camera}}

    def differences(self, events: Sequence[Event]) -> list[str]:
        """Say what a replay told otherwise, told too much or did not tell."""
        ends = [event for event in events if event.type == "end" and event.rule == "presence"]
        found: list[str] = []
        if self.visits is not None:
            told = [(one.objects[0].label, one.started_at, _over(one)) for one in ends]
            found += _compare("visit", self.visits, told, self.within)
        zones = {stay.zone for stay in self.stays or ()}
        for zone in sorted(filter(None, zones)):
            told = [
                (event.objects[0].label, relation.since, relation.until or _over(event))
                for event in ends
                for relation in event.relations
                if relation.predicate == "inside" and relation.object == f"zone:{zone}"
            ]
            wanted = [stay for stay in self.stays or () if stay.zone == zone]
            found += _compare(f"stay in {zone}", wanted, told, self.within)
        if self.crossings is not None:
            found += self._crossings(ends, self.crossings)
        return found

    def _crossings(self, ends: Sequence[Event], wanted: Sequence[Crossing]) -> list[str]:
        told = [
            (
                event.objects[0].label,
                line,
                way,
                event.started_at + 60 * int(minutes or 0) + float(s),
            )
            for event in ends
            for line, way, minutes, s in CROSSED.findall(event.explanation)
        ]
        found = []
        for one in sorted(wanted, key=lambda crossing: crossing.at):
            fitting = [
                crossing
                for crossing in told
                if one.is_called(crossing[0])
                and crossing[1:3] == (one.line, one.way)
                and abs(crossing[3] - one.at) <= self.within
            ]
            if fitting:
                told.remove(min(fitting, key=lambda crossing: abs(crossing[3] - one.at)))
            else:
                found.append(f"nobody crossed {one.line} {one.way} at {one.at} s")
        return found + [
            f"a {who} crossed {line} {way} at {at:.1f} s" for who, line, way, at in told
        ]


def _compare(
    what: str, wanted: Sequence[Visit], told: list[tuple[str, float, float]], within: float
) -> list[str]:
    left, found = sorted(told, key=lambda one: one[1]), list[str]()
    for one in sorted(wanted, key=lambda visit: visit.since):
        fitting = [
            (label, since, until)
            for label, since, until in left
            if one.is_called(label)
            and abs(since - one.since) <= within
            and abs(until - one.until) <= within
        ]
        if fitting:
            left.remove(fitting[0])
        else:
            found.append(f"no {what} from {one.since} to {one.until} s")
    return found + [f"a {what} of a {who} from {a:.1f} to {b:.1f} s" for who, a, b in left]


def _over(event: Event) -> float:
    assert event.ended_at is not None
    return event.ended_at


def read(path: Path) -> Seen:
    """Read what was seen."""
    return Seen.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def events(jsonl: Path) -> list[Event]:
    """Read what a replay told."""
    lines = jsonl.read_text(encoding="utf-8").splitlines() if jsonl.exists() else []
    return [Event.model_validate(json.loads(line)) for line in lines]
