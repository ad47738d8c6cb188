"""Who is hidden behind whom: out of sight, where something larger stands in front."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from reasoners.scene.change import Change, Hidden
from reasoners.scene.course import EPSILON
from reasoners.scene.relation import Relation
from reasoners.scene.thing import Thing

HIDES_AFTER = 0.6
"""Seconds out of sight after which an object counts as hidden; a detector misses some looks."""

COVERED = 0.5
"""Share of its last box that must be covered."""

LOWER = 0.03
"""How much lower on the picture the foot of what is in front must be, in heights of the other."""

COASTS = 1.0
"""Seconds for which it is expected to have gone on as it did."""

SURE = 0.8
"""Confidence of what is concluded from somebody's absence."""


class Hiding:
    """Who is hidden behind whom before one camera."""

    def __init__(self) -> None:
        self.ended: list[Relation] = []
        """What is over since this was last emptied."""

        self._before: dict[int, Relation] = {}

    def observe(self, things: Mapping[int, Thing], now: float) -> list[Change]:
        """Find the objects that are hidden from now on."""
        for number, relation in list(self._before.items()):
            thing = things.get(number)
            if thing is None or thing.seen:
                until = now if thing is not None else relation.since
                self.ended.append(replace(self._before.pop(number), until=until))
        changes: list[Change] = []
        for thing in things.values():
            if thing.seen or thing.hidden_at is not None:
                continue
            if now - thing.last_seen < HIDES_AFTER - EPSILON:
                continue
            cover = _before(thing, things, now - thing.last_seen)
            if cover is not None:
                at = thing.hidden_at = thing.last_seen
                changes.append(
                    Hidden(thing.last_index, at, thing.id, thing.track, cover.id, cover.track)
                )
                self._before[thing.id] = Relation(cover.id, "in_front_of", thing.id, at, None, SURE)
        return changes

    def relations(self) -> Iterator[Relation]:
        """Yield who is hidden behind whom."""
        yield from self._before.values()


def _before(thing: Thing, things: Mapping[int, Thing], away: float) -> Thing | None:
    """Return what covers the place where an object should be by now most."""
    left, top, right, bottom = thing.box
    coasted = min(away, COASTS) if thing.moving else 0.0
    across, down = thing.velocity[0] * coasted, thing.velocity[1] * coasted
    left, top, right, bottom = left + across, top + down, right + across, bottom + down
    area = max((right - left) * (bottom - top), 1e-9)
    best, found = COVERED, None
    for other in things.values():
        # What only came once the other was gone hides nothing: it may be the other, renamed.
        if other is thing or not other.seen or other.first_seen > thing.last_seen:
            continue
        a, b, c, d = other.box
        across, down = min(right, c) - max(left, a), min(bottom, d) - max(top, b)
        if across <= 0 or down <= 0 or d < bottom + LOWER * (bottom - top):
            continue
        if across * down / area >= best:
            best, found = across * down / area, other
    return found
