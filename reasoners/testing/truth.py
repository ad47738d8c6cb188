"""What is true of a play: every change with its time, every relation at every moment.

Found from the ways of the actors in metres and their exact boxes, without anything of what the
scene does. Where a word has no sharp border, truth says so: neither telling it nor keeping silent
is wrong there.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise, permutations
from typing import Final

from detectors import Box
from reasoners.testing.between import between
from reasoners.testing.plays import (
    CAMERA,
    CROWD,
    DWELL,
    GATE,
    LANE,
    LOITER,
    YARD,
    Fact,
    Play,
)
from reasoners.testing.stage import ASPECT, HIDDEN, Actor, Sight, look

STEP = 0.1
"""Seconds between two looks at the truth."""

HOLD = 2.0
"""Seconds after which what is out of sight is gone."""

ZONES: Final = {
    name: tuple(CAMERA.project(x, 0, z) for x, z in corners)
    for name, corners in (("yard", YARD), ("lane", LANE))
}
_GATE: Final = tuple(CAMERA.project(x, 0, z) for x, z in GATE)

Key = tuple[str, str, str]
"""Subject, predicate, object; in alphabetical order where both ways say the same."""

SYMMETRIC: Final = frozenset({"near", "overlaps", "accompanies"})
SETTLES: Final = {"follows": 3.4, "accompanies": 3.4, "carries": 1.6, "on": 2.2, "blocks": 3.0}
"""Seconds after a turn during which either is right; `SETTLED` for all others."""

SETTLED = 1.0
"""Seconds."""


class Truth:
    """The truth of one play."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self.times = [number * STEP for number in range(round(play.seconds / STEP) + 1)]
        self.sights = [
            {sight.actor.name: sight for sight in look(CAMERA, play.actors, at)}
            for at in self.times
        ]
        self._relations: list[dict[Key, bool | None]] = [
            dict(self._judge(number)) for number in range(len(self.times))
        ]

    def facts(self) -> list[Fact]:
        """Tell every change, by time."""
        facts = list(self.play.facts)
        inside: dict[tuple[str, str], list[tuple[float, float]]] = {}
        alive: dict[str, list[tuple[float, float]]] = {}
        for actor in self.play.actors:
            seen = self._spans(actor)
            alive[actor.name] = seen
            facts += self._sightings(actor, seen)
            facts += self._rests(actor, seen)
            facts += self._crossings(actor)
            for zone in ZONES:
                stays = self._stays(actor, zone, seen)
                inside[actor.name, zone] = stays
                facts += _stayings(actor.name, zone, stays)
                if zone == "lane":
                    facts += _against(actor, stays)
        facts += self._counts(alive, inside)
        return sorted(facts, key=lambda fact: fact.at)

    def holds(self, at: float) -> dict[Key, bool | None]:
        """Tell what holds at a time: true, false, or None where either may be told."""
        now = round(at / STEP)
        told: dict[Key, bool | None] = {}
        for key, value in self._relations[min(now, len(self._relations) - 1)].items():
            since = max(0, now - round(SETTLES.get(key[1], SETTLED) / STEP))
            around = self._relations[since : now + 4]
            steady = now - since >= round(SETTLED / STEP) and all(
                there.get(key) is value for there in around
            )
            told[key] = value if steady else None
        return told

    def _visible(self, name: str, number: int) -> bool:
        sight = self.sights[number].get(name)
        return sight is not None and sight.visible > 1 - HIDDEN

    def _spans(self, actor: Actor) -> list[tuple[float, float]]:
        """Return from when to when it is there: seen, or out of sight for less than `HOLD`."""
        spans: list[tuple[float, float]] = []
        for number, at in enumerate(self.times):
            if self._visible(actor.name, number):
                if spans and at - spans[-1][1] <= HOLD:
                    spans[-1] = (spans[-1][0], at)
                else:
                    spans.append((at, at))
        return spans

    def _sightings(self, actor: Actor, spans: Sequence[tuple[float, float]]) -> Iterator[Fact]:
        who = (actor.name,)
        for begin, end in spans:
            yield Fact("appeared", who, begin)
            if end < self.times[-1] - HOLD - STEP:
                yield Fact("vanished", who, end)
            last = begin
            for number, at in enumerate(self.times):
                if not (begin <= at <= end and self._visible(actor.name, number)):
                    continue
                if at - last > 0.35:  # noqa: PLR2004  shorter gaps are the detector's own
                    sure = at - last > 0.9  # noqa: PLR2004
                    cover = self._cover(actor, round((last + at) / 2 / STEP))
                    yield Fact("hidden", (actor.name, cover), last, optional=not sure)
                    yield Fact("reappeared", who, at, optional=not sure)
                last = at

    def _cover(self, actor: Actor, number: int) -> str:
        """Name what stands before it."""
        box = CAMERA.box(actor, self.times[number])
        others = [
            (_overlap(box, sight.box), name)
            for name, sight in self.sights[number].items()
            if box is not None and name != actor.name and sight.box[3] > box[3]
        ]
        return max(others)[1] if others else ""

    def _rests(self, actor: Actor, spans: Sequence[tuple[float, float]]) -> Iterator[Fact]:
        who = (actor.name,)
        for begin, end in spans:
            rests_since: float | None = None
            moved = False
            # What the tracker has only just met may be taken for resting at first.
            yield Fact("moved_off", who, begin + 0.5, optional=True)
            yield Fact("stopped", who, begin + 1.5, optional=True)
            for at in self.times:
                if not begin <= at <= end:
                    continue
                across, away = actor.velocity(at)
                if math.hypot(across, away) < 0.1:  # noqa: PLR2004
                    rests_since = at if rests_since is None else rests_since
                    continue
                if rests_since is not None:
                    lasted = at - rests_since
                    vague = lasted < 2.2 or not moved  # noqa: PLR2004
                    if moved and lasted > 0.6:  # noqa: PLR2004
                        yield Fact("stopped", who, rests_since + 1.3, optional=vague)
                    if lasted > 0.6:  # noqa: PLR2004
                        yield Fact("moved_off", who, at + 0.3, optional=lasted < 2.2)  # noqa: PLR2004
                rests_since, moved = None, True
            if rests_since is not None and moved:
                vague = end - rests_since < 2.2  # noqa: PLR2004
                yield Fact("stopped", who, rests_since + 1.3, optional=vague)

    def _crossings(self, actor: Actor) -> Iterator[Fact]:
        feet = [
            (at, _foot(sights[actor.name]))
            for at, sights in zip(self.times, self.sights, strict=True)
            if actor.name in sights
        ]
        for (_, one), (at, two) in pairwise(feet):
            first, last = _GATE
            sides = [_side(first, last, one), _side(first, last, two)]
            if (
                sides[0]
                and sides[0] * sides[1] <= 0
                and _side(one, two, first) * _side(one, two, last) < 0
            ):
                way = "forward" if sides[0] < 0 else "backward"
                yield Fact("crossed", (actor.name,), at, f"gate {way}")

    def _stays(
        self, actor: Actor, zone: str, spans: Sequence[tuple[float, float]]
    ) -> list[tuple[float, float]]:
        stays: list[tuple[float, float]] = []
        for begin, end in spans:
            since: float | None = None
            for at, sights in zip(self.times, self.sights, strict=True):
                if not begin <= at <= end or actor.name not in sights:
                    continue
                if _within(_foot(sights[actor.name]), ZONES[zone]):
                    since = at if since is None else since
                elif since is not None:
                    stays.append((since, at))
                    since = None
            if since is not None:
                stays.append((since, math.inf if end > self.times[-1] - HOLD else end))
        return stays

    def _counts(
        self,
        alive: dict[str, list[tuple[float, float]]],
        inside: dict[tuple[str, str], list[tuple[float, float]]],
    ) -> Iterator[Fact]:
        labels = {actor.name: actor.label for actor in self.play.actors}
        ends = {name: [end for _, end in spans] for name, spans in alive.items()}
        series: dict[tuple[str, str], list[tuple[float, float]]] = {}
        for name, spans in alive.items():
            series.setdefault((labels[name], ""), []).extend(
                (begin, end + HOLD + STEP) for begin, end in spans
            )
        for (name, zone), stays in inside.items():
            late = [
                (begin, end + HOLD + STEP if end in ends[name] else end) for begin, end in stays
            ]
            series.setdefault((labels[name], zone), []).extend(late)
        for (label, zone), spans in series.items():
            yield from self._levels(label, zone, spans)

    def _levels(
        self, label: str, zone: str, spans: Sequence[tuple[float, float]]
    ) -> Iterator[Fact]:
        turns = sorted({at for span in spans for at in span if at < self.times[-1]})
        if not turns:
            return
        levels = [(at, sum(begin <= at < end for begin, end in spans)) for at in turns]
        sure, open_, crowded = 0, False, False
        for (at, count), after in zip(levels, [*turns[1:], self.times[-1]], strict=True):
            lasts = after - at
            if lasts < 0.45:  # noqa: PLR2004  nobody tells what is over so soon
                continue
            vague = lasts < 1.4  # noqa: PLR2004
            if count != sure or open_:
                detail = f"{label} {zone} {count}"
                yield Fact("counted", (), at, detail, optional=vague or count == sure)
            sure, open_ = (sure, True) if vague else (count, False)
            if zone == "yard" and label == "person" and lasts > 1.4:  # noqa: PLR2004
                if not crowded and count >= CROWD:
                    crowded = True
                    yield Fact("crowded", (), at + 0.6, zone)
                elif crowded and count < 0.9 * CROWD:
                    crowded = False
                    yield Fact("uncrowded", (), at + 1.0, zone)

    def _judge(self, number: int) -> Iterator[tuple[Key, bool | None]]:
        """Yield the raw truth of one moment."""
        at, sights = self.times[number], self.sights[number]
        clear = {
            name: sight
            for name, sight in sights.items()
            if sight.visible > 0.6 and sight.cut > 0.98  # noqa: PLR2004
        }
        for name, sight in clear.items():
            for zone, corners in ZONES.items():
                yield (name, "inside", f"zone:{zone}"), _within(_foot(sight), corners)
        scripted = {
            _key(tie.subject, tie.predicate, tie.object)
            for tie in self.play.ties
            if tie.since <= at <= tie.until
        }
        for one, two in permutations(clear.values(), 2):
            names = (one.actor.name, two.actor.name)
            for predicate, holds in between(one, two, at):
                if predicate not in SYMMETRIC or names[0] < names[1]:
                    yield _key(names[0], predicate, names[1]), holds
            for predicate in ("follows", "accompanies", "carries", "on", "blocks", "leaves_behind"):
                key = _key(names[0], predicate, names[1])
                yield key, key in scripted


def _key(subject: str, predicate: str, other: str) -> Key:
    if predicate in SYMMETRIC and other < subject:
        return other, predicate, subject
    return subject, predicate, other


def _stayings(name: str, zone: str, stays: Sequence[tuple[float, float]]) -> Iterator[Fact]:
    who, about = (name,), 0.0
    for begin, end in stays:
        brief = end - begin < 0.6  # noqa: PLR2004
        yield Fact("entered", who, begin, zone, optional=brief)
        if end < math.inf:
            yield Fact("left", who, end, zone, optional=brief)
        for wanted in DWELL:
            if end - begin > wanted - 0.6:
                vague = end - begin < wanted + 0.6
                yield Fact("dwelt", who, begin + wanted, f"{zone} {wanted:g}", optional=vague)
        total = about + end - begin
        if zone == "yard" and about < LOITER < total + 0.6:
            at = begin + LOITER - about
            yield Fact("loitered", who, at, zone, optional=total < LOITER + 0.6)
        about = total


def _against(actor: Actor, stays: Sequence[tuple[float, float]]) -> Iterator[Fact]:
    """Tell of whoever goes through the lane to the left, once a stay."""
    for begin, end in stays:
        since: float | None = None
        for number in range(round((min(end, actor.ends) - begin) / STEP)):
            at = begin + number * STEP
            across, away = actor.velocity(at)
            if across > -0.6 or abs(away) > -across:  # noqa: PLR2004
                since = None
                continue
            since = at if since is None else since
            if at - since >= 0.3:  # noqa: PLR2004
                vague = min(end, actor.ends) - since < 1.4  # noqa: PLR2004
                yield Fact("wrong_way", (actor.name,), since + 0.6, "zone:lane", optional=vague)
                break


def _foot(sight: Sight) -> tuple[float, float]:
    return (sight.box[0] + sight.box[2]) / 2, sight.box[3]


def _side(
    start: tuple[float, float], end: tuple[float, float], point: tuple[float, float]
) -> float:
    return (end[0] - start[0]) * (point[1] - start[1]) - (end[1] - start[1]) * (point[0] - start[0])


def _within(point: tuple[float, float], corners: Sequence[tuple[float, float]]) -> bool:
    inside = False
    x, y = point
    for (a, b), (c, d) in pairwise((*corners, corners[0])):
        if (b > y) != (d > y) and x < a + (y - b) * (c - a) / (d - b):
            inside = not inside
    return inside


def _overlap(one: Box | None, two: Box) -> float:
    if one is None:
        return 0.0
    across, down = (
        min(one[2], two[2]) - max(one[0], two[0]),
        min(one[3], two[3]) - max(one[1], two[1]),
    )
    return max(0.0, across) * max(0.0, down) * ASPECT
