"""The rolling memory of one camera: tracks in, changes out. Pure; time comes with the view."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from detectors import Track
from reasoners.scene.belongings import Belongings
from reasoners.scene.causality import Causality
from reasoners.scene.change import (
    Appeared,
    Change,
    Entered,
    MovedOff,
    Reappeared,
    Relabelled,
    Stopped,
    Vanished,
)
from reasoners.scene.conduct import conduct
from reasoners.scene.config import SceneConfig
from reasoners.scene.counting import Counting
from reasoners.scene.graph import Graph
from reasoners.scene.group import Groups
from reasoners.scene.hiding import Hiding
from reasoners.scene.identity import reunite
from reasoners.scene.judgement import CARRIED, CARRIES, ON, TOGETHER, UNDER
from reasoners.scene.obstacles import Obstacles
from reasoners.scene.places import Places
from reasoners.scene.relation import Relation
from reasoners.scene.thing import Thing
from reasoners.scene.view import View

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
        self.places = Places(config)
        self.graph = Graph()
        self.groups = Groups(config.group)
        self.causality = Causality()
        self.things: dict[int, Thing] = {}
        """Living objects by identity, oldest first."""

        self.gone: dict[int, Thing] = {}
        """Objects given up in the latest moment, by identity."""

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
        self._zone_labels: dict[str, dict[str, None]] = {
            zone.name: {} for zone in self.places.zones
        }
        self._names: dict[int, tuple[int, str]] = {}
        self._index = 0
        self._counting = Counting(
            {name: zone.crowd for name, zone in config.zones.items() if zone.crowd is not None}
        )
        self._belongings = Belongings()
        self._obstacles = Obstacles()
        self._hiding = Hiding()

    def observe(self, view: View) -> list[Change]:
        """Take one frame."""
        self.gone.clear()
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
        seen = [thing for thing in self.things.values() if thing.seen]
        riding = {rider.id for rider, _, _ in self.graph.bonds(ON | UNDER)}
        for thing in seen:
            changes += conduct(thing, self.now, rides=thing.id in riding)
            changes += self.places.locate(thing, self.now)
        changes += self._hiding.observe(self.things, self.now)
        changes += self.graph.observe(view.index, self.now, [thing.row() for thing in seen])
        return self._conclude(changes, view.index)

    def lapse(self, at: float) -> list[Change]:
        """Let time pass without a frame."""
        self.gone.clear()
        self.now = max(self.now, at)
        return self._conclude(self._give_up(self.things.values()), self._index)

    def clear(self) -> list[Change]:
        """Give up every object: the camera is gone, or the recording over."""
        self._started_at = self._viewed_at = None
        self._intervals = (0.0, 0.0)
        self.gone.clear()
        return self._conclude(self._part(list(self.things.values())), self._index)

    def refusals(self) -> dict[str, int]:
        """Count what was not remembered for want of room: objects, pairs a frame, belongings."""
        return {
            "objects": self.refused,
            "pairs": self.graph.refused,
            "belongings": self._belongings.refused,
        }

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

    def moving(self, zone: str | None = None) -> dict[str, int]:
        """Count the objects that move by label, in all or in one zone; no zeros."""
        counted = Counter(
            thing.label
            for thing in self.things.values()
            if thing.moving and (zone is None or zone in thing.zones)
        )
        return dict(sorted(counted.items()))

    def relations(self, thing: int | None = None) -> list[Relation]:
        """Tell what holds now: the live graph of the scene.

        Args:
            thing: Identity of the one object whose relations are wanted, told with it as subject
                where that can be said; None for all, each told once.
        """
        told: list[Relation] = []
        for one in self.things.values():
            if thing in {None, one.id}:
                told += self.places.relations(one)
        told += self.graph.relations(thing)
        told += [
            relation
            for relation in self.particular()
            if thing in {None, relation.subject, relation.object}
        ]
        return told

    def touching(self, thing: Thing) -> tuple[list[Relation], int]:
        """Tell what holds and what held with an object, and how much more has been forgotten.

        Where it is and was is not among it: see `Thing.zones` and `Thing.past`.
        """
        now = [*self.graph.relations(thing.id)]
        now += [
            relation
            for relation in self.particular()
            if thing.id in {relation.subject, relation.object}
        ]
        now += [
            relation for relation in self.places.relations(thing) if relation.predicate != "inside"
        ]
        before = [
            relation.seen_from(thing.id)
            for relation in self.graph.ended
            if thing.id in {relation.subject, relation.object}
        ]
        return now + before, max(0, thing.ties - len(before))

    def claim(self, relation: Relation) -> None:
        """Take into the graph what a model says held between what is there.

        It lies in the past of the graph, as `vlm`; nothing is concluded from it. What concerns an
        object that is gone is left.
        """
        whom = {relation.subject, relation.object}
        if all(isinstance(one, str) or one in self.things for one in whom):
            self.graph.ended.append(replace(relation, source="vlm"))
            for one in whom:
                if isinstance(one, int):
                    self.things[one].ties += 1

    def shown_as(self, track: int) -> int | None:
        """Return the identity of the object that a track shows now; None if it is not there."""
        thing = self._by_track.get(track)
        return None if thing is None or thing.id not in self.things else thing.id

    def particular(self) -> Iterator[Relation]:
        """Yield what holds now and comes with no change of its own: who left, took, blocks what."""
        yield from self._belongings.relations()
        yield from self._obstacles.relations()
        yield from self._hiding.relations()

    def track(self, thing: int) -> int | None:
        """Return the track id an object has now, or had last; None if it is long forgotten."""
        living = self.things.get(thing)
        return living.track if living is not None else self._names.get(thing, (None, ""))[0]

    def naming(self, thing: int) -> tuple[int, str] | None:
        """Return track id and label of an object, or its last ones; None if long forgotten."""
        living = self.things.get(thing)
        return (living.track, living.label) if living is not None else self._names.get(thing)

    def titles(self) -> Mapping[str, str]:
        """Tell what people call the zones and lines that have a title: `zone:step`, `line:gate`."""
        zones = {f"zone:{zone.name}": zone.title for zone in self.places.zones if zone.title}
        lines = {f"line:{line.name}": line.title for line in self.places.lines if line.title}
        return zones | lines

    def _conclude(self, changes: list[Change], index: int) -> list[Change]:
        """Add what follows from the changes of one moment, and look for causes."""
        self._index = index
        carriers: dict[int, tuple[Thing, float]] = {}
        together: list[tuple[int, int]] = []
        for subject, other, (flag, bond) in self.graph.bonds(CARRIES | CARRIED | TOGETHER):
            if flag == TOGETHER:
                together.append((subject.id, other.id))
            else:
                carriers[other.id] = (subject, bond.confidence)
        changes += self.groups.observe(index, self.now, together)
        changes += self._belongings.observe(index, self.now, self.things, carriers)
        changes += self._counting.observe(index, self.now, self.things.values())
        self._obstacles.observe(changes, self.things, self.now)
        for change in changes:
            if isinstance(change, Entered):
                _remember(self._zone_labels[change.zone], self.things[change.thing].label)
        for ended in (
            self.places.ended,
            self._belongings.ended,
            self._obstacles.ended,
            self._hiding.ended,
        ):
            self.graph.ended.extend(ended)
            ended.clear()
        self.causality.observe(changes, self._known, self.things)
        return changes

    def _known(self) -> list[Relation]:
        measured = [one for one in self.graph.ended if one.source == "geometry"]
        return [*measured, *self.relations()]

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
        previous, label, away = thing.track, thing.label, self.now - thing.last_seen
        hidden, thing.hidden_at = thing.hidden_at is not None, None
        thing.follow(track, index, self.now, aspect)
        changes: list[Change] = []
        where = (index, self.now, thing.id, thing.track)
        if previous != thing.track:
            if self._by_track.get(previous) is thing:
                self._retire(previous)
            self._by_track[thing.track] = thing
        if previous != thing.track or hidden:
            changes.append(Reappeared(*where, previous, max(0.0, away)))
        if label != thing.label:
            _remember(self._labels, thing.label)
            changes.append(Relabelled(*where, label, thing.label))
        if thing.settle(self.now):
            changes.append(MovedOff(*where) if thing.moving else Stopped(*where))
        return changes

    def _give_up(self, things: Iterable[Thing]) -> list[Change]:
        patience = self.patience
        return self._part([t for t in things if self.now - t.last_seen > patience])

    def _part(self, things: list[Thing]) -> list[Change]:
        changes: list[Change] = []
        for thing in things:
            where = (thing.last_index, thing.last_seen, thing.id, thing.track)
            changes += self.places.leave(thing)
            changes += self.graph.part(thing)
            del self.things[thing.id]
            self.gone[thing.id] = thing
            self._names[thing.id] = (thing.track, thing.label)
            if len(self._names) > RETIRED:
                del self._names[next(iter(self._names))]
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
