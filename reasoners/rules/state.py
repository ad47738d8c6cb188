"""Conditions that hold for a while: where an object is, what it does, how many there are."""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from reasoners.firing import Ground
from reasoners.rules.facts import EVERYBODY, NOBODY, Facts
from reasoners.rules.node import After, Node
from reasoners.scene.relation import Predicate
from reasoners.scene.thing import Thing


@dataclass(frozen=True, slots=True)
class Filter:
    """Which objects a condition is about."""

    labels: frozenset[str] | None = None
    """None: whatever they are."""

    score: float = 0.0
    zones: tuple[str, ...] = ()
    """One of these it must be in; none of them: anywhere."""

    def among(self, facts: Facts) -> AbstractSet[int]:
        """Return the living objects it lets through."""
        found = facts.everybody() if self.labels is None else facts.labelled(self.labels)
        if self.zones:
            found = found & inside(facts, self.zones)
        if self.score:
            things = facts.things
            found = {number for number in found if things[number].best >= self.score}
        return found

    def admits(self, thing: Thing | None) -> bool:
        """Tell whether it lets an object through, living or gone."""
        return (
            thing is not None
            and (self.labels is None or thing.label in self.labels)
            and thing.best >= self.score
            and (not self.zones or any(zone in thing.zones for zone in self.zones))
        )


def inside(facts: Facts, zones: tuple[str, ...]) -> AbstractSet[int]:
    """Return who is in one of these zones."""
    if len(zones) == 1:
        return facts.inside(zones[0])
    return {number for zone in zones for number in facts.inside(zone)}


class Leaf(Node):
    """A condition that is made of no others, about the objects a filter lets through."""

    def __init__(
        self, path: str, text: str, kind: str, who: Filter, *, broad: bool = False
    ) -> None:
        super().__init__(path, text, broad=broad)
        self.kind, self.who = kind, who

    def domain(self, facts: Facts) -> AbstractSet[int]:
        """Return the objects it is about."""
        return EVERYBODY if self.broad else self.who.among(facts)

    def ground(
        self,
        facts: Facts,
        number: int,
        *others: Thing,
        place: str | None = None,
        value: float | str | None = None,
        wanted: float | str | None = None,
        unit: str = "",
    ) -> list[Ground]:
        """Say that it holds for an object."""
        thing = facts.thing(number)
        things = others if thing is None else (thing, *others)
        since = self.began(facts, number)
        told = Ground(
            self.kind, self.text, since, facts.now, facts.index, None, things, place, value, wanted
        )
        return [replace(told, unit=unit) if unit else told]


class Present(Leaf):
    """Somebody is there."""

    def judge(self, facts: Facts, after: After) -> AbstractSet[int]:
        """Return who is there."""
        del after
        return self.who.among(facts)

    def began(self, facts: Facts, number: int) -> float:
        """Return since when somebody is known."""
        return facts.things[number].first_seen

    def grounds(self, facts: Facts, number: int) -> list[Ground]:
        """Say who is there, and how sure that is."""
        thing = facts.things[number]
        return self.ground(facts, number, value=thing.best, wanted=self.who.score or None)


class Within(Leaf):
    """An object is in one of some zones."""

    def __init__(
        self, path: str, text: str, kind: str, who: Filter, zones: tuple[str, ...]
    ) -> None:
        super().__init__(path, text, kind, who)
        self._zones = zones

    def judge(self, facts: Facts, after: After) -> AbstractSet[int]:
        """Return who is inside."""
        del after
        found = inside(facts, self._zones)
        return found & self.who.among(facts) if found else NOBODY

    def began(self, facts: Facts, number: int) -> float:
        """Return when it came in; where it is in several of them, into the first."""
        zones = facts.things[number].zones
        return min(zones[zone].since for zone in self._zones if zone in zones)

    def grounds(self, facts: Facts, number: int) -> list[Ground]:
        """Say in which, and for how long."""
        thing = facts.things[number]
        zone = next(zone for zone in self._zones if zone in thing.zones)
        lasted = thing.last_seen - self.began(facts, number)
        return self.ground(facts, number, place=f"zone:{zone}", value=max(0.0, lasted), unit="s")


class Outside(Leaf):
    """An object is in none of some zones."""

    def __init__(self, path: str, text: str, who: Filter, zones: tuple[str, ...]) -> None:
        super().__init__(path, text, "outside", who)
        self._zones = zones

    def judge(self, facts: Facts, after: After) -> AbstractSet[int]:
        """Return who is outside."""
        del after
        return self.who.among(facts) - inside(facts, self._zones)

    def began(self, facts: Facts, number: int) -> float:
        """Return when it left the last of them, or was first seen."""
        thing = facts.things[number]
        left = (stay.until or stay.since for stay in thing.past if stay.zone in self._zones)
        return max(left, default=thing.first_seen)

    def grounds(self, facts: Facts, number: int) -> list[Ground]:
        """Say of what."""
        place = f"zone:{self._zones[0]}" if len(self._zones) == 1 else None
        return self.ground(facts, number, place=place)


Doing = Callable[[Facts, Thing, tuple[str, ...]], float | None]
"""Returns since when an object does something, within some zones or anywhere; None if not."""


def _loitering(facts: Facts, thing: Thing, zones: tuple[str, ...]) -> float | None:
    del facts
    times = (
        thing.about[zone].since
        for zone in thing.zones
        if zone in thing.about and thing.about[zone].told and (not zones or zone in zones)
    )
    return min(times, default=None)


def _blocking(facts: Facts, thing: Thing, zones: tuple[str, ...]) -> float | None:
    del facts
    times = (
        stay.blocks
        for stay in thing.zones.values()
        if stay.blocks is not None and (not zones or stay.zone in zones)
    )
    return min(times, default=None)


def _wrong_way(facts: Facts, thing: Thing, zones: tuple[str, ...]) -> float | None:
    del facts
    times = (
        stay.since
        for stay in thing.zones.values()
        if stay.warned and (not zones or stay.zone in zones)
    )
    return min(times, default=None)


def _grouped(facts: Facts, thing: Thing, zones: tuple[str, ...]) -> float | None:
    groups = facts.scene.groups.groups
    times = (group.since for group in groups if thing.id in group.members)
    return min(times, default=None) if _there(thing, zones) else None


def _there(thing: Thing, zones: tuple[str, ...]) -> bool:
    return not zones or any(zone in thing.zones for zone in zones)


def _plainly(does: Callable[[Thing], float | None]) -> Doing:
    return lambda _, thing, zones: does(thing) if _there(thing, zones) else None


DOING: Mapping[str, Doing] = {
    "moving": _plainly(lambda thing: thing.motion_since if thing.moving else None),
    "still": _plainly(lambda thing: None if thing.moving else thing.motion_since),
    "running": _plainly(lambda thing: thing.course.running_since if thing.course.running else None),
    "fallen": _plainly(lambda thing: thing.posture.fallen_since if thing.posture.fallen else None),
    "hidden": _plainly(lambda thing: thing.hidden_at),
    "loitering": _loitering,
    "blocking": _blocking,
    "wrong_way": _wrong_way,
    "grouped": _grouped,
}


class Does(Leaf):
    """An object does something, or is in some state."""

    def __init__(
        self, path: str, text: str, state: str, who: Filter, zones: tuple[str, ...]
    ) -> None:
        super().__init__(path, text, state, who)
        self._doing, self._zones = DOING[state], zones

    def judge(self, facts: Facts, after: After) -> AbstractSet[int]:
        """Return who does."""
        del after
        doing, things, zones = self._doing, facts.things, self._zones
        return {
            number
            for number in self.who.among(facts)
            if doing(facts, things[number], zones) is not None
        }

    def began(self, facts: Facts, number: int) -> float:
        """Return since when."""
        since = self._doing(facts, facts.things[number], self._zones)
        return facts.now if since is None else since

    def grounds(self, facts: Facts, number: int) -> list[Ground]:
        """Say who does, and where."""
        thing = facts.things[number]
        zone = next((zone for zone in self._zones if zone in thing.zones), None)
        place = None if zone is None else f"zone:{zone}"
        # Of a hint, how plain it is.
        sure = round(thing.posture.plainness, 2) if self.kind == "fallen" else None
        return self.ground(facts, number, place=place, value=sure)


class Tied(Leaf):
    """A relation with another object holds."""

    def __init__(
        self, path: str, text: str, predicate: Predicate, who: Filter, other: Filter
    ) -> None:
        super().__init__(path, text, predicate, who)
        self._predicate, self._other = predicate, other

    def judge(self, facts: Facts, after: After) -> AbstractSet[int]:
        """Return for whom it holds with anybody the other filter lets through."""
        del after
        partners = facts.partners(self._predicate)
        if not partners:
            return NOBODY
        others = self._other.among(facts)
        found = {number for number, with_ in partners.items() if not others.isdisjoint(with_)}
        return found & self.who.among(facts)

    def began(self, facts: Facts, number: int) -> float:
        """Return since when, with the first of them."""
        return min((since for _, since in self._with(facts, number)), default=facts.now)

    def grounds(self, facts: Facts, number: int) -> list[Ground]:
        """Say with whom."""
        others = [thing for thing, _ in self._with(facts, number)]
        return self.ground(facts, number, *others)

    def _with(self, facts: Facts, number: int) -> list[tuple[Thing, float]]:
        partners = facts.partners(self._predicate).get(number, {})
        others = self._other.among(facts)
        return [(facts.things[one], since) for one, since in partners.items() if one in others]
