"""The rolling memory of one camera: tracks in, changes out. Pure; time comes with the view."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from detectors import Track
from reasoners.scene.change import (
    Appeared,
    Change,
    Dwelt,
    Entered,
    Left,
    MovedOff,
    Reappeared,
    Relabelled,
    Stopped,
    Vanished,
)
from reasoners.scene.config import SceneConfig
from reasoners.scene.identity import reunite
from reasoners.scene.relation import Relation
from reasoners.scene.thing import Stay, Thing
from reasoners.scene.view import View
from reasoners.scene.zone import Zone

LABELS = 256
"""Labels whose counts are remembered at zero; no detector at hand knows more."""

RETIRED = 1024
"""Track ids remembered after their objects are gone; trackers give up on them long before."""

SLOWEST = 15.0
"""Seconds between frames beyond which a source counts as stalled, not as slow."""


class Scene:
    """Objects of one camera, above track ids.

    An object lives until it has been out of sight for `hold`, or for two frames of a source whose
    frames are further apart than that.
    """

    def __init__(self, config: SceneConfig) -> None:
        self._config = config
        self._dwell = sorted(config.dwell)
        self.zones = tuple(Zone(name, zone) for name, zone in config.zones.items())
        self.things: dict[int, Thing] = {}
        """Living objects by identity, oldest first."""

        self.refused = 0
        """Objects not remembered, for want of room."""

        self.now = float("-inf")
        """Time of the latest view or lapse."""

        self._by_track: dict[int, Thing] = {}
        self._turned_away: set[int] = set()
        self._retired: dict[int, None] = {}
        self._number = 0
        self._started_at: float | None = None
        self._viewed_at: float | None = None
        self._intervals = (0.0, 0.0)
        self._labels: dict[str, None] = {}
        self._zone_labels: dict[str, dict[str, None]] = {zone.name: {} for zone in self.zones}

    def observe(self, view: View) -> list[Change]:
        """Take one frame."""
        self.now = max(self.now, view.captured_at)
        if view.looked:
            self._note_interval()
        aspect = view.width / view.height
        shown = {track.id: track for track in view.tracks if not track.lost}
        known = {
            track_id: thing
            for track_id in shown
            if (thing := self._by_track.get(track_id)) is not None and self._continues(thing)
        }
        kept = {thing.id for thing in known.values()}
        changes = self._give_up(thing for thing in self.things.values() if thing.id not in kept)
        absent = [thing for thing in self.things.values() if thing.id not in kept]
        # Nobody is met whom nobody looked for.
        strange = [t for t in shown.values() if t.id not in known and not t.carried]
        known |= reunite(strange, absent, self.now)
        for thing in self.things.values():
            thing.seen = False
        for track in shown.values():
            thing = known.get(track.id)
            if thing is not None:
                changes += self._follow(thing, track, view.index, aspect)
            elif not track.carried and self._has_room(track):
                changes.append(self._meet(track, view.index, aspect))
        self._turned_away &= shown.keys()
        return changes + self._locate(aspect)

    def lapse(self, at: float) -> list[Change]:
        """Let time pass without a frame."""
        self.now = max(self.now, at)
        return self._give_up(self.things.values())

    def clear(self) -> list[Change]:
        """Give up every object: the camera is gone, or the recording over."""
        self._started_at = self._viewed_at = None
        self._intervals = (0.0, 0.0)
        return self._part(list(self.things.values()))

    @property
    def patience(self) -> float:
        """Seconds an object may be out of sight."""
        return max(self._config.presence.hold, 2 * min(*self._intervals, SLOWEST))

    def counts(self) -> dict[str, int]:
        """Count the objects by label; labels seen before stay at zero."""
        counted = Counter(thing.label for thing in self.things.values())
        return {label: counted[label] for label in sorted(self._labels)}

    def zone_counts(self) -> dict[str, dict[str, int]]:
        """Count the objects in each zone by label; labels seen there before stay at zero."""
        return {
            zone: {
                label: sum(
                    zone in thing.zones and thing.label == label for thing in self.things.values()
                )
                for label in sorted(labels)
            }
            for zone, labels in self._zone_labels.items()
        }

    def relations(self, thing: int | None = None) -> list[Relation]:
        """Tell what holds now: the live graph of the scene.

        Args:
            thing: Identity of the one object whose relations are wanted, told with it as subject
                where that can be said; None for all, each told once.
        """
        return [
            Relation(one.id, "inside", f"zone:{stay.zone}", stay.since, None, stay.confidence)
            for one in self.things.values()
            if thing in {None, one.id}
            for stay in one.zones.values()
        ]

    def titles(self) -> Mapping[str, str]:
        """Tell what people call the zones that have a title."""
        return {zone.name: zone.title for zone in self.zones if zone.title}

    def _note_interval(self) -> None:
        if self._started_at is None:
            self._started_at = self.now
        elif self._viewed_at is not None:
            # The smaller of two: one stall does not make a source slow.
            self._intervals = (self._intervals[1], self.now - self._viewed_at)
        self._viewed_at = self.now

    def _continues(self, thing: Thing) -> bool:
        return thing.seen or self.now - thing.last_seen <= self.patience

    def _has_room(self, track: Track) -> bool:
        if len(self.things) < self._config.max_objects:
            return True
        if track.id not in self._turned_away:
            self._turned_away.add(track.id)
            self.refused += 1
        return False

    def _meet(self, track: Track, index: int, aspect: float) -> Change:
        self._number += 1
        first = self._started_at is not None and track.first_seen <= self._started_at
        if track.id in self._retired:
            # It showed an object that was given up; what it shows now begins now.
            track = replace(track, first_seen=self.now)
        thing = Thing.of(track, self._number, index, aspect, first=first)
        thing.last_seen = thing.shown_at = self.now
        self.things[thing.id] = thing
        self._by_track[track.id] = thing
        _remember(self._labels, thing.label)
        return Appeared(index, self.now, thing.id, thing.track)

    def _follow(self, thing: Thing, track: Track, index: int, aspect: float) -> list[Change]:
        previous, label = thing.track, thing.label
        thing.follow(track, index, self.now, aspect)
        changes: list[Change] = []
        where = (index, self.now, thing.id, thing.track)
        if previous != thing.track:
            if self._by_track.get(previous) is thing:
                self._retire(previous)
            self._by_track[thing.track] = thing
            changes.append(Reappeared(*where, previous, thing.away))
        if label != thing.label:
            _remember(self._labels, thing.label)
            changes.append(Relabelled(*where, label, thing.label))
        if thing.settle(self.now):
            changes.append(MovedOff(*where) if thing.moving else Stopped(*where))
        return changes

    def _locate(self, aspect: float) -> list[Change]:
        """Place the objects of this frame in zones."""
        seen = [thing for thing in self.things.values() if thing.seen]
        if not seen or not self.zones:
            return []
        changes: list[Change] = []
        for thing in seen:
            left, top, right, bottom = thing.box
            middle, size = (left + right) / 2, thing.size
            foot, center = (middle, bottom), (middle, (top + bottom) / 2)
            for zone in self.zones:
                point = foot if zone.point == "foot" else center
                if zone.name not in thing.zones and zone.misses(point):
                    thing.judged.add(zone.name)
                else:
                    changes += self._place(thing, zone, zone.depth(point, aspect), size)
        return changes

    def _place(self, thing: Thing, zone: Zone, depth: float, size: float) -> list[Change]:
        stay = thing.zones.get(zone.name)
        inside = None if zone.name not in thing.judged else stay is not None
        thing.judged.add(zone.name)
        admitted = zone.admits(depth, size, inside=inside)
        if stay is None and not admitted:
            return []
        where = (thing.last_index, self.now, thing.id, thing.track)
        if stay is not None and not admitted:
            thing.leave(zone.name, self.now)
            return [Left(*where, zone.name, stay.since)]
        changes: list[Change] = []
        if stay is None:
            stay = thing.zones[zone.name] = Stay(zone.name, self.now)
            _remember(self._zone_labels[zone.name], thing.label)
            changes.append(Entered(*where, zone.name))
        stay.note(depth, size)
        while stay.told < len(self._dwell) and self.now - stay.since >= self._dwell[stay.told]:
            changes.append(Dwelt(*where, zone.name, self._dwell[stay.told]))
            stay.told += 1
        return changes

    def _give_up(self, things: Iterable[Thing]) -> list[Change]:
        patience = self.patience
        return self._part([t for t in things if self.now - t.last_seen > patience])

    def _part(self, things: list[Thing]) -> list[Change]:
        changes: list[Change] = []
        for thing in things:
            where = (thing.last_index, thing.last_seen, thing.id, thing.track)
            for name in list(thing.zones):
                stay = thing.leave(name, thing.last_seen)
                changes.append(Left(*where, name, stay.since))
            del self.things[thing.id]
            if self._by_track.get(thing.track) is thing:
                self._retire(thing.track)
            changes.append(Vanished(*where))
        return changes

    def _retire(self, track: int) -> None:
        del self._by_track[track]
        self._retired[track] = None
        if len(self._retired) > RETIRED:
            del self._retired[next(iter(self._retired))]


def _remember(labels: dict[str, None], label: str) -> None:
    if len(labels) < LABELS:
        labels[label] = None
