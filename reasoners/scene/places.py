"""Objects in zones and at lines: who enters, leaves, dwells, loiters, blocks, crosses, and how."""

import math

from reasoners.scene.change import (
    Blocked,
    Change,
    Crossed,
    Dwelt,
    Entered,
    Left,
    Loitered,
    Way,
    WrongWay,
)
from reasoners.scene.config import SceneConfig
from reasoners.scene.course import EPSILON
from reasoners.scene.kind import ALIVE
from reasoners.scene.line import Line
from reasoners.scene.relation import Relation
from reasoners.scene.thing import About, Stay, Thing
from reasoners.scene.zone import Zone

ABSENT = 60.0
"""Seconds away from a zone after which loitering begins anew."""

AGAINST = 0.6
"""Seconds for which an object must go the wrong way through a zone."""

OPPOSITE = -0.5
"""Cosine of the angle from the permitted way down to which a way is the wrong one."""

GOES = 0.5
"""Metres per second from which an object has a way at all."""

Point = tuple[float, float]


class Places:
    """The zones and lines of one camera."""

    def __init__(self, config: SceneConfig) -> None:
        self.zones = tuple(Zone(name, zone) for name, zone in config.zones.items())
        self.lines = tuple(Line(name, line) for name, line in config.lines.items())
        self.ended: list[Relation] = []
        """What is over since this was last emptied; but for stays, which their objects keep."""

        self._dwell = sorted(config.dwell)
        self._ways = {
            zone.name: (math.sin(math.radians(way)), -math.cos(math.radians(way)))
            for zone in self.zones
            if (way := config.zones[zone.name].way) is not None
        }
        self._loiter = {
            name: zone.loiter for name, zone in config.zones.items() if zone.loiter is not None
        }
        self._clear = {
            name: zone.keep_clear
            for name, zone in config.zones.items()
            if zone.keep_clear is not None
        }

    def locate(self, thing: Thing, now: float) -> list[Change]:
        """Place an object that this frame shows."""
        left, top, right, bottom = thing.box
        middle, size, aspect = (left + right) / 2, thing.size, thing.aspect
        foot, center = (middle, bottom), (middle, (top + bottom) / 2)
        changes: list[Change] = []
        for zone in self.zones:
            point = foot if zone.point == "foot" else center
            if zone.name not in thing.zones and zone.misses(point):
                thing.judged.add(zone.name)
            else:
                changes += self._place(thing, zone, zone.depth(point, aspect), size, now)
        for line in self.lines:
            point = foot if line.point == "foot" else center
            changes += self._cross(thing, line, point, size, now)
        return changes

    def leave(self, thing: Thing) -> list[Change]:
        """Take an object that is given up out of its zones, at the time it was last seen."""
        where = (thing.last_index, thing.last_seen, thing.id, thing.track)
        changes: list[Change] = []
        for name in list(thing.zones):
            stay = thing.leave(name, thing.last_seen)
            self._free(thing, stay, thing.last_seen)
            changes.append(Left(*where, name, stay.since))
        return changes

    def relations(self, thing: Thing) -> list[Relation]:
        """Tell where an object is now."""
        told: list[Relation] = []
        for stay in thing.zones.values():
            place, confidence = f"zone:{stay.zone}", stay.confidence
            told.append(Relation(thing.id, "inside", place, stay.since, None, confidence))
            if stay.blocks is not None:
                told.append(Relation(thing.id, "blocks", place, stay.blocks, None, confidence))
        return told

    def _place(
        self, thing: Thing, zone: Zone, depth: float, size: float, now: float
    ) -> list[Change]:
        stay = thing.zones.get(zone.name)
        inside = None if zone.name not in thing.judged else stay is not None
        thing.judged.add(zone.name)
        admitted = zone.admits(depth, size, inside=inside)
        if stay is None and not admitted:
            return []
        where = (thing.last_index, now, thing.id, thing.track)
        if stay is not None and not admitted:
            self._bank(thing, stay, now)
            self._free(thing, stay, now)
            thing.leave(zone.name, now)
            return [Left(*where, zone.name, stay.since)]
        changes: list[Change] = []
        if stay is None:
            stay = thing.zones[zone.name] = Stay(zone.name, now)
            changes.append(Entered(*where, zone.name))
        stay.note(depth, size)
        while stay.told < len(self._dwell) and now - stay.since >= self._dwell[stay.told] - EPSILON:
            changes.append(Dwelt(*where, zone.name, self._dwell[stay.told]))
            stay.told += 1
        if zone.name in self._loiter:
            changes += self._loiters(thing, stay, self._loiter[zone.name], where)
        if zone.name in self._clear:
            changes += self._blocks(thing, stay, self._clear[zone.name], where)
        if zone.name in self._ways:
            changes += self._opposes(thing, stay, self._ways[zone.name], where)
        return changes

    def _bank(self, thing: Thing, stay: Stay, now: float) -> None:
        about = thing.about.get(stay.zone)
        if about is not None:
            about.banked += now - stay.since
            about.left_at = now

    def _loiters(
        self, thing: Thing, stay: Stay, wanted: float, where: tuple[int, float, int, int]
    ) -> list[Change]:
        about = thing.about.get(stay.zone)
        if about is None or (about.left_at is not None and stay.since - about.left_at > ABSENT):
            about = thing.about[stay.zone] = About(stay.since)
        about.left_at = None
        if about.told or about.banked + where[1] - stay.since < wanted - EPSILON:
            return []
        about.told = True
        return [Loitered(*where, stay.zone, wanted, about.since)]

    def _blocks(
        self, thing: Thing, stay: Stay, wanted: float, where: tuple[int, float, int, int]
    ) -> list[Change]:
        if thing.kind & ALIVE:
            return []
        if thing.moving:
            self._free(thing, stay, where[1])
            return []
        since = max(stay.since, thing.motion_since)
        if stay.blocks is not None or where[1] - since < wanted - EPSILON:
            return []
        stay.blocks = since
        return [Blocked(*where, stay.zone, since)]

    def _free(self, thing: Thing, stay: Stay, now: float) -> None:
        if stay.blocks is None:
            return
        place, confidence = f"zone:{stay.zone}", stay.confidence
        self.ended.append(Relation(thing.id, "blocks", place, stay.blocks, now, confidence))
        thing.ties += 1
        stay.blocks = None

    def _opposes(
        self, thing: Thing, stay: Stay, way: Point, where: tuple[int, float, int, int]
    ) -> list[Change]:
        course = thing.course
        # The permitted way is meant on the picture, where the depth is foreshortened.
        across, down = thing.velocity[0] * thing.aspect, thing.velocity[1]
        speed = math.hypot(across, down)
        against = (
            not thing.cut
            and course.speed > GOES
            and across * way[0] + down * way[1] < OPPOSITE * speed
        )
        if not against:
            stay.against = None
            return []
        if stay.against is None:
            stay.against = where[1]
        if stay.warned or where[1] - stay.against < AGAINST - EPSILON:
            return []
        stay.warned = True
        return [WrongWay(*where, f"zone:{stay.zone}")]

    def _cross(
        self, thing: Thing, line: Line, point: Point, size: float, now: float
    ) -> list[Change]:
        offset = line.offset(point, thing.aspect)
        margin = line.margin(size)
        before = thing.sides.get(line.name)
        if before is None:
            # Whoever is first seen on the line itself has no side yet.
            if abs(offset) > margin:
                thing.sides[line.name] = (offset > 0, point)
            return []
        right, place = before
        if right == (offset > 0):
            if abs(offset) > margin:
                thing.sides[line.name] = (right, point)
            return []
        if abs(offset) <= margin:
            return []
        thing.sides[line.name] = (not right, point)
        if not line.parts(place, point):
            return []
        way: Way = "backward" if right else "forward"
        where = (thing.last_index, now, thing.id, thing.track)
        changes: list[Change] = [Crossed(*where, line.name, way)]
        if not line.permits(way):
            changes.append(WrongWay(*where, f"line:{line.name}"))
        return changes
