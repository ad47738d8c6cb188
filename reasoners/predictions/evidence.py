"""What speaks for a statement: where an object is going, how surely, and what is usual there."""

import math
from collections import Counter
from collections.abc import Iterable

from reasoners.predictions.belief import Evidence, log_odds
from reasoners.predictions.config import Kind
from reasoners.predictions.experience import Experience
from reasoners.predictions.motion import Motion
from reasoners.predictions.passage import PICTURE_BORDER, Look, Outline, goes_in, meets, passes
from reasoners.predictions.prediction import PICTURE, Prediction
from reasoners.scene.course import EPSILON, FORESHORTENED
from reasoners.scene.judgement import CLOSE, NEAR, TO, TO_IT
from reasoners.scene.scene import Scene
from reasoners.scene.thing import CUT, RESTS, Thing
from reasoners.scene.zone import Zone

SETTLED = 0.8
"""Seconds for which an object must have been seen, so that it has a way at all."""

BACK = 2.0
"""Seconds after which a way that was expected is compared with the one that was gone."""

BACK_AT_MOST = 2.4
"""Seconds after which that says nothing any more."""

BORDER = 0.02
"""Distance of a box from the border of the picture at which it may have gone out there."""

SUREST = 5.0
"""Log odds beyond which a way says nothing more."""

_STILL = 1e-4

Found = tuple[Evidence, str, bool]
"""The evidence, whose base rate it adds to, and whether it is within reach at all."""


class Witness:
    """Follows the ways of all objects of a scene.

    Args:
        scene: Read, never changed.
        experience: What was learned about this camera.
    """

    def __init__(self, scene: Scene, experience: Experience) -> None:
        self._scene = scene
        self._experience = experience
        self._motions: dict[int, Motion] = {}
        self._slow: dict[int, float] = {}
        self._pledges: dict[int, tuple[float, float, float, float, float]] = {}
        self._zones = {f"zone:{zone.name}": zone for zone in scene.places.zones}
        self._lines = {f"line:{line.name}": line for line in scene.places.lines}
        self._outlines = {
            **{name: Outline(zone.points, closed=True) for name, zone in self._zones.items()},
            **{name: Outline(line.points, closed=False) for name, line in self._lines.items()},
            PICTURE: PICTURE_BORDER,
        }
        self._seen_at = -math.inf

    def observe(self) -> None:
        """Take the latest frame of the scene; again is no harm."""
        if self._scene.now <= self._seen_at:
            return
        self._seen_at = self._scene.now
        for thing in self._scene.things.values():
            if thing.seen and not thing.carried:
                self._follow(thing)

    def forget(self, things: Iterable[int]) -> None:
        """Let go of objects that are gone."""
        for thing in things:
            self._motions.pop(thing, None)
            self._slow.pop(thing, None)
            self._pledges.pop(thing, None)

    def clear(self) -> None:
        """Let go of all."""
        self._motions.clear()
        self._slow.clear()
        self._pledges.clear()

    def went_out(self, thing: int) -> bool:
        """Tell whether an object that vanished had come to the border of the picture."""
        motion = self._motions.get(thing)
        return motion is not None and motion.at_border

    def expected(self, thing: int, seconds: float) -> tuple[float, float, float, float] | None:
        """Return where an object's foot will be, relative: x, y and the deviation of each."""
        motion, known = self._motions.get(thing), self._scene.things.get(thing)
        if motion is None or known is None:
            return None
        x, y, across, down = motion.ahead(seconds + self._scene.now - motion.at)
        spread = self._experience.spread
        aspect = known.aspect
        return x / aspect, y, math.sqrt(spread * across) / aspect, math.sqrt(spread * down)

    def comers(self, zone: str, horizon: float) -> Counter[str]:
        """Return labels of which more may come into a zone (`zone:step`), and their numbers."""
        name = self._zones[zone].name
        counts: Counter[str] = Counter()
        coming: set[str] = set()
        for thing in self._scene.things.values():
            if name in thing.zones:
                counts[thing.label] += 1
            elif thing.moving and thing.seen and thing.label not in coming:
                found = self.evidence("enters", thing.id, zone, horizon)
                if found is not None and found[2]:
                    coming.add(thing.label)
        return Counter({label: counts[label] for label in sorted(coming)})

    def knows(self, thing: Thing) -> bool:
        """Tell whether an object has been seen for long enough to have a way."""
        return thing.last_seen - thing.first_seen >= SETTLED - EPSILON

    def approaching(self) -> dict[int, list[int]]:
        """Tell who comes towards whom and is not there yet."""
        found: dict[int, list[int]] = {}
        near: set[tuple[int, int]] = set()
        for one, two, (flag, _) in self._scene.graph.bonds(TO | TO_IT | NEAR):
            if flag == NEAR:
                near |= {(one.id, two.id), (two.id, one.id)}
            elif two.seen:
                found.setdefault(one.id, []).append(two.id)
        return {
            one: [two for two in others if (one, two) not in near] for one, others in found.items()
        }

    def weigh(
        self,
        what: Kind,
        subject: int | str,
        place: int | str,
        horizon: float,
        now: float,
        count: int | None = None,
    ) -> Prediction | None:
        """Return a statement with its probability; None where it cannot be made.

        Args:
            what: Its kind.
            subject: Identity of an object; for `count` a label.
            place: Zone, line, picture, or identity of another object.
            horizon: Seconds ahead.
            now: The present.
            count: For `count`: how many there will be.
        """
        found = self.evidence(what, subject, place, horizon)
        if found is None or not found[2]:
            return None
        evidence, cell, _ = found
        return Prediction(
            what=what,
            subject=None if isinstance(subject, str) else subject,
            object=place,
            horizon=horizon,
            probability=round(self._experience.probability(what, evidence), 3),
            stated_at=now,
            label=subject if isinstance(subject, str) else None,
            count=count,
            evidence=evidence,
            cell=cell,
        )

    def evidence(
        self, what: Kind, subject: int | str, place: int | str, horizon: float
    ) -> Found | None:
        """Return what speaks for a statement; None where it cannot be made.

        Args:
            what: Its kind.
            subject: Identity of an object; for `count` a label.
            place: Zone, line, picture, or identity of another object.
            horizon: Seconds ahead.
        """
        if isinstance(subject, str):
            return self._count(subject, str(place), horizon)
        thing, motion = self._scene.things.get(subject), self._motions.get(subject)
        if thing is None or motion is None:
            return None
        look = self._look(thing, horizon)
        if what == "reaches":
            return self._reaches(thing, motion, place, look)
        if what == "stops":
            return self._stops(thing, motion)
        if what == "departs":
            return self._passes(what, thing, motion, PICTURE, ("center", 0.0), look)
        return self._at(what, thing, motion, str(place), look)

    def _at(self, what: Kind, thing: Thing, motion: Motion, place: str, look: Look) -> Found | None:
        """Return what speaks for passing the border of a zone, or a line."""
        line, zone = self._lines.get(place), self._zones.get(place)
        if what == "crosses":
            if line is None or line.name not in thing.sides:
                return None
            margin = line.margin(motion.size)
            return self._passes(what, thing, motion, place, (line.point, margin), look)
        if zone is None or (zone.name in thing.zones) != (what == "leaves"):
            return None
        margin = zone.margin(motion.size)
        if what == "enters" and self._skirts(zone, thing, motion, margin):
            rise = _rise(zone.point, thing)
            aspect = thing.aspect
            chance = goes_in(
                lambda x, y: zone.depth((x / aspect, y), aspect), motion, rise, margin, look
            )
            return self._found(what, log_odds(chance), 0.0, place, near=True)
        found = self._passes(what, thing, motion, place, (zone.point, margin), look)
        if what == "enters":
            return found
        (one, way, lean, _), cell, _ = found
        return (one, way, lean, 0.0 if thing.moving else 1.0), cell, True

    def _skirts(self, zone: Zone, thing: Thing, motion: Motion, margin: float) -> bool:
        """Tell whether an object is so near to the border that it might count as inside."""
        x, y = motion.x / thing.aspect, motion.y - _rise(zone.point, thing)
        return not zone.misses((x, y)) and zone.depth((x, y), thing.aspect) > -margin

    def _look(self, thing: Thing, horizon: float) -> Look:
        return Look(horizon, thing.aspect, self._experience.spread)

    def _passes(
        self,
        what: Kind,
        thing: Thing,
        motion: Motion,
        place: str,
        where: tuple[str, float],
        look: Look,
    ) -> Found:
        point, margin = where
        rise = _rise(point, thing)
        chance = passes(self._outlines[place], motion, rise, margin, look)
        if chance is None:
            return self._found(what, -SUREST, 0.0, place, near=False)
        return self._found(what, log_odds(chance), 0.0, place, near=True)

    def _stops(self, thing: Thing, motion: Motion) -> Found | None:
        if not thing.moving:
            return None
        pace = motion.speed / motion.size
        slow = self._slow.get(thing.id, pace)
        margin = -math.log(max(pace, _STILL) / RESTS)
        slowing = -math.log(max(pace, _STILL) / max(slow, _STILL))
        cell = next(iter(thing.zones), PICTURE)
        return self._found("stops", _within(margin), _within(slowing), cell, near=True)

    def _reaches(self, thing: Thing, motion: Motion, place: int | str, look: Look) -> Found | None:
        other = self._scene.things.get(place) if isinstance(place, int) else None
        motion2 = self._motions.get(place) if isinstance(place, int) else None
        if other is None or motion2 is None:
            return None
        wide = (_width(thing) + _width(other)) / 2
        close = CLOSE * (thing.scale + other.scale) / 2 + wide / 2
        chance = meets(motion, motion2, close, look, FORESHORTENED)
        return self._found("reaches", log_odds(chance), 0.0, PICTURE, near=True)

    def _count(self, label: str, place: str, horizon: float) -> Found | None:
        zone = self._zones.get(place)
        if zone is None:
            return None
        none_comes = none_goes = 1.0
        for thing in self._scene.things.values():
            if thing.label != label:
                continue
            inside = zone.name in thing.zones
            found = self.evidence("leaves" if inside else "enters", thing.id, place, horizon)
            if found is None:
                continue
            if inside:
                none_goes *= 1.0 - self._experience.probability("leaves", found[0])
            elif thing.moving and found[2]:
                none_comes *= 1.0 - self._experience.probability("enters", found[0])
        cell = f"{place} {label}"[:120]
        return self._found("count", log_odds(1.0 - none_comes), 1.0 - none_goes, cell, near=True)

    def _found(self, what: Kind, margin: float, other: float, cell: str, *, near: bool) -> Found:
        return (1.0, margin, self._experience.lean(what, cell), other), cell, near

    def _follow(self, thing: Thing) -> None:
        left, top, right, bottom = thing.box
        aspect, size = thing.aspect, thing.size
        box = (left * aspect, top, right * aspect, bottom)
        cut = (left < CUT, right > 1 - CUT, bottom > 1 - CUT)
        motion = self._motions.get(thing.id)
        if motion is None:
            vx, vy = thing.velocity
            motion = Motion(thing.last_seen, box, (vx * aspect, vy), size, cut)
            self._motions[thing.id] = motion
            self._slow[thing.id] = motion.speed / size
        else:
            elapsed = thing.last_seen - motion.at
            motion.see(thing.last_seen, box, size, cut)
            slow = self._slow[thing.id]
            self._slow[thing.id] = slow + min(elapsed, 1.0) * (motion.speed / size - slow)
        motion.at_border = (
            left < BORDER or top < BORDER or right > 1 - BORDER or bottom > 1 - BORDER
        )
        self._look_back(thing, motion, (left + right) * aspect / 2, bottom)

    def _look_back(self, thing: Thing, motion: Motion, x: float, y: float) -> None:
        """Compare where it is with where it was expected, and expect it somewhere again."""
        pledge = self._pledges.get(thing.id)
        now = thing.last_seen
        if pledge is not None:
            due, was_x, was_y, across, down = pledge
            if now < due:
                return
            if now - due <= BACK_AT_MOST - BACK and not thing.cut:
                off_x, off_y = x - was_x, y - was_y
                self._experience.compare(off_x * off_x / across + off_y * off_y / down)
            del self._pledges[thing.id]
        if thing.moving and not thing.cut and now - thing.first_seen >= 1.0:
            self._pledges[thing.id] = (now + BACK, *motion.ahead(BACK))


def _rise(point: str, thing: Thing) -> float:
    """Return how far above its foot the point of an object lies that counts."""
    return 0.0 if point == "foot" else (thing.box[3] - thing.box[1]) / 2


def _width(thing: Thing) -> float:
    return (thing.box[2] - thing.box[0]) * thing.aspect


def _within(margin: float) -> float:
    return min(max(margin, -SUREST), SUREST)
