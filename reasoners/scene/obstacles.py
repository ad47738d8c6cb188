"""Who stands in whose way: a vehicle that stopped, and what it stopped before."""

from collections.abc import Iterator, Mapping, Sequence

from reasoners.scene.change import Change, MovedOff, Stopped, StoppedSuddenly
from reasoners.scene.course import FORESHORTENED
from reasoners.scene.kind import VEHICLE
from reasoners.scene.relation import Relation
from reasoners.scene.thing import Thing

AHEAD = 5.0
"""Metres of free way before a vehicle within which something is in its way."""

BESIDE = 1.2
"""Metres beside its way, beyond its own half width, at which nothing is in its way any more."""

SURE = 0.8
"""Confidence of such a relation: drivers stop for many reasons."""


class Obstacles:
    """Vehicles of one camera that stand before something."""

    def __init__(self) -> None:
        self.ended: list[Relation] = []
        """What is over since this was last emptied."""

        self._blocked: dict[int, Relation] = {}

    def observe(self, changes: Sequence[Change], things: Mapping[int, Thing], now: float) -> None:
        """Take the changes of one frame."""
        for change in changes:
            if isinstance(change, Stopped | StoppedSuddenly):
                thing = things.get(change.thing)
                if thing is not None and thing.kind & VEHICLE and thing.id not in self._blocked:
                    before = _before(thing, things)
                    if before is not None:
                        self._blocked[thing.id] = Relation(
                            before.id, "blocks", thing.id, change.at, None, SURE
                        )
        moved = {change.thing for change in changes if isinstance(change, MovedOff)}
        for number, relation in list(self._blocked.items()):
            gone = number not in things or relation.subject not in things
            if gone or number in moved or relation.subject in moved:
                del self._blocked[number]
                ended = Relation(
                    relation.subject, "blocks", number, relation.since, now, relation.confidence
                )
                self.ended.append(ended)

    def relations(self) -> Iterator[Relation]:
        """Yield who blocks whom."""
        yield from self._blocked.values()


def _before(thing: Thing, things: Mapping[int, Thing]) -> Thing | None:
    """Return what stands next before a vehicle, in the direction it came along."""
    across, down = thing.course.heading
    if not (across or down):
        return None
    left, _, right, bottom = thing.box
    x, y, half = (left + right) / 2 * thing.aspect, bottom, (right - left) / 2 * thing.aspect
    nearest, found = AHEAD, None
    for other in things.values():
        if other is thing or other.moving or not other.seen:
            continue
        metre = 2.0 / (thing.scale + other.scale)
        other_half = (other.box[2] - other.box[0]) / 2 * other.aspect
        dx = ((other.box[0] + other.box[2]) / 2 * other.aspect - x) * metre
        dy = FORESHORTENED * (other.box[3] - y) * metre
        room = (half + other_half) * metre * abs(across)
        along, beside = dx * across + dy * down - room, abs(dx * down - dy * across)
        if -1.0 < along < nearest and beside < BESIDE + half * metre * abs(down):
            nearest, found = along, other
    return found
