"""Things that people put down, leave behind and take: who had what, and who has it now."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import hypot

from reasoners.scene.change import Change, LeftBehind, Taken
from reasoners.scene.course import EPSILON, FORESHORTENED
from reasoners.scene.kind import PERSON, PORTABLE
from reasoners.scene.relation import Relation
from reasoners.scene.thing import Thing

AT_HAND = 1.4
"""Metres from a thing within which somebody may put it down or take it."""

GONE = 3.0
"""Metres from which its owner has left it behind."""

MOVES = 0.3
"""Metres per second from which something does not lie."""

LIES = 1.0
"""Seconds after which a thing lies, and is not just passing."""

AWAY = 1.0
"""Seconds for which its owner must be gone."""

CARRIED = 1.0
"""Metres by which a thing must have moved from where it lay, to be taken."""

CLEARED = 1.2
"""Metres by which somebody must have gone from where a thing lay, to have taken it."""

UNRESOLVED = 20.0
"""Seconds after which nobody is held to have taken what is gone."""

MOST = 128
"""Things watched at once."""

TOLD = 5.0
"""Seconds for which a taking counts as present."""

LEFT = 0.9
"""Confidence of who left what: somebody else may have stood closer by."""

HINT = 0.8
"""Confidence of who took what, where the hand was not seen."""


class _Belonging:
    """One thing, over its life and beyond."""

    __slots__ = (
        "away_since",
        "gone_at",
        "keeper",
        "left_at",
        "lies_since",
        "owner",
        "place",
        "thing",
    )

    def __init__(self, thing: Thing, place: tuple[float, float]) -> None:
        self.thing = thing
        self.place = place
        """Where it lies, or was last seen; metres are taken at its own scale."""

        self.owner: Thing | None = None
        """Who put it down."""

        self.keeper: Thing | None = None
        """Who was at it when it was last seen."""

        self.lies_since: float | None = None
        self.away_since: float | None = None
        self.left_at: float | None = None
        self.gone_at: float | None = None


class Belongings:
    """All that lies about before one camera and could be carried away."""

    def __init__(self) -> None:
        self.refused = 0
        """Things not watched, for want of room; each counts once."""

        self.ended: list[Relation] = []
        """What is over since this was last emptied."""

        self._turned_away: set[int] = set()
        self._watched: dict[int, _Belonging] = {}
        self._held: dict[int, Relation] = {}

    def observe(
        self,
        index: int,
        now: float,
        things: Mapping[int, Thing],
        carriers: Mapping[int, tuple[Thing, float]],
    ) -> list[Change]:
        """Take one frame.

        Args:
            index: Of the frame.
            now: Its time, seconds.
            things: Living objects by identity.
            carriers: Who is seen carrying a thing, and with what confidence, by the thing.
        """
        self._meet(things)
        if not (self._watched or self._held):
            return []
        self._release(now)
        people = [thing for thing in things.values() if thing.kind & PERSON]
        changes: list[Change] = []
        for number, one in list(self._watched.items()):
            if number not in things:
                changes += self._miss(one, index, now, people, things)
            elif one.thing.seen:
                carrier = carriers.get(number)
                changes += self._follow(one, index, now, things, carrier)
        return changes

    def relations(self) -> Iterator[Relation]:
        """Yield who left what behind and who took what, for as long as that may matter."""
        yield from self._held.values()

    def _meet(self, things: Mapping[int, Thing]) -> None:
        self._turned_away &= things.keys()
        for thing in things.values():
            if thing.kind & PORTABLE and thing.id not in self._watched:
                if len(self._watched) >= MOST:
                    self.refused += thing.id not in self._turned_away
                    self._turned_away.add(thing.id)
                    continue
                self._watched[thing.id] = _Belonging(thing, _place(thing))

    def _follow(
        self,
        one: _Belonging,
        index: int,
        now: float,
        things: Mapping[int, Thing],
        carrier: tuple[Thing, float] | None,
    ) -> list[Change]:
        thing = one.thing
        people = [other for other in things.values() if other.kind & PERSON]
        moved = hypot(*_between(thing, one.place))
        if one.lies_since is None:
            if thing.course.speed > MOVES or _on_the_way(carrier):
                one.place = _place(thing)
                if carrier is not None:
                    one.owner = carrier[0]
                return []
            one.lies_since, one.place = now, _place(thing)
            if one.owner is None and not thing.since_start:
                one.owner = _nearest(thing, people)
        elif moved > CARRIED and thing.course.speed > MOVES:
            return self._pick_up(one, index, now, people, carrier)
        if now - one.lies_since >= LIES - EPSILON:
            one.keeper = _nearest(thing, people)
            return self._leave(one, index, now, things)
        return []

    def _leave(
        self, one: _Belonging, index: int, now: float, things: Mapping[int, Thing]
    ) -> list[Change]:
        owner, thing = one.owner, one.thing
        if owner is None or one.left_at is not None or one.lies_since is None:
            return []
        if owner.id in things and _distance(thing, owner) < GONE:
            one.away_since = None
            return []
        if one.away_since is None:
            one.away_since = now
        if now - one.away_since < AWAY - EPSILON:
            return []
        one.left_at = now
        since = one.lies_since
        self._hold(Relation(owner.id, "leaves_behind", thing.id, now, None, LEFT))
        return [LeftBehind(index, now, thing.id, thing.track, owner.id, owner.track, since)]

    def _pick_up(
        self,
        one: _Belonging,
        index: int,
        now: float,
        people: list[Thing],
        carrier: tuple[Thing, float] | None,
    ) -> list[Change]:
        """It moves, though it lay there."""
        thing = one.thing
        taker = carrier[0] if carrier is not None else _nearest(thing, people)
        confidence = carrier[1] if carrier is not None else HINT
        lay = one.lies_since is not None and now - one.lies_since >= LIES
        one.lies_since, one.place, one.away_since = None, _place(thing), None
        left, one.left_at = one.left_at, None
        owner, one.owner = one.owner, taker
        if taker is None or not lay or (taker is owner and left is None):
            return []
        return self._take(one, taker, index, now, confidence)

    def _miss(
        self,
        one: _Belonging,
        index: int,
        now: float,
        people: list[Thing],
        things: Mapping[int, Thing],
    ) -> list[Change]:
        """It is gone; whoever was at it may have taken it, or only stand before it."""
        number, thing = one.thing.id, one.thing
        if one.gone_at is None:
            one.gone_at = thing.last_seen
        keeper = one.keeper
        returned = any(
            other.kind & PORTABLE
            and other.label == thing.label
            and other.first_seen > thing.last_seen
            and hypot(*_between(other, one.place)) < CARRIED
            for other in things.values()
        )
        lay = one.lies_since is not None and thing.last_seen - one.lies_since >= LIES
        if returned or keeper is None or not lay or now - one.gone_at > UNRESOLVED:
            self._forget(number)
            return []
        if keeper is one.owner and one.left_at is None:
            self._forget(number)
            return []
        covered = any(_covers(person, thing) for person in people)
        if keeper.id in things and (covered or hypot(*_between(keeper, one.place)) < CLEARED):
            return []
        self._watched.pop(number)
        return self._take(one, keeper, index, now, HINT)

    def _take(
        self, one: _Belonging, taker: Thing, index: int, now: float, confidence: float
    ) -> list[Change]:
        thing = one.thing
        self._hold(Relation(taker.id, "takes", thing.id, now, None, confidence))
        return [Taken(index, now, thing.id, thing.track, taker.id, taker.track)]

    def _hold(self, relation: Relation) -> None:
        """Remember a relation by its thing; the one before it is over."""
        number = relation.object
        if isinstance(number, int):
            self._end(number, relation.since)
            self._held[number] = relation

    def _end(self, number: int, until: float) -> None:
        relation = self._held.pop(number, None)
        if relation is not None:
            self.ended.append(replace(relation, until=max(until, relation.since)))

    def _release(self, now: float) -> None:
        for number, relation in list(self._held.items()):
            if relation.predicate == "takes" and now - relation.since > TOLD:
                self._end(number, relation.since + TOLD)

    def _forget(self, number: int) -> None:
        self._end(number, self._watched.pop(number).thing.last_seen)


def _place(thing: Thing) -> tuple[float, float]:
    left, _, right, bottom = thing.box
    return (left + right) / 2 * thing.aspect, bottom


def _between(thing: Thing, place: tuple[float, float]) -> tuple[float, float]:
    """Return the way from a place to a thing, in metres across and into the depth."""
    x, y = _place(thing)
    return (x - place[0]) / thing.scale, FORESHORTENED * (y - place[1]) / thing.scale


def _distance(thing: Thing, person: Thing) -> float:
    """Return how far a person is from a thing, in metres; people are the better measure."""
    return hypot(*_between(person, _place(thing)))


def _nearest(thing: Thing, people: list[Thing]) -> Thing | None:
    """Return who is at a thing, if anybody is."""
    distances = [(_distance(thing, one), one.id, one) for one in people]
    distance, _, found = min(distances, default=(AT_HAND, 0, None))
    return found if distance < AT_HAND else None


def _on_the_way(carrier: tuple[Thing, float] | None) -> bool:
    return carrier is not None and carrier[0].course.speed > MOVES


def _covers(person: Thing, thing: Thing) -> bool:
    """Tell whether a person stands before where a thing was."""
    left, top, right, bottom = person.box
    a, b, c, d = thing.box
    across, down = min(right, c) - max(left, a), min(bottom, d) - max(top, b)
    return across > 0 and down > 0 and across * down > 0.4 * (c - a) * (d - b)
