"""The live graph of a scene: every pair of objects that are close, and what holds between them."""

from collections import deque
from collections.abc import Iterator, Sequence

from reasoners.scene.change import Change, Related, Unrelated
from reasoners.scene.judgement import REACH, judge
from reasoners.scene.pair import MEANING, Bond, Pair
from reasoners.scene.relation import Predicate, Relation
from reasoners.scene.thing import Row, Thing

ENDED = 512
"""Relations of the past that are remembered."""

PAIRS = 4096
"""Pairs judged at most: 90 objects all close to each other."""

PLANAR: frozenset[Predicate] = frozenset({"left_of", "right_of", "above", "below"})
"""What is plain to see and therefore not worth remembering once it is over."""


class Graph:
    """What holds between the objects of one camera. Quadratic in those that are close."""

    def __init__(self) -> None:
        self.ended: deque[Relation] = deque(maxlen=ENDED)
        """What held until a while ago, latest last; without left, right, above and below."""

        self.refused = 0
        """How often a pair was not judged, for want of room: each counts in every frame."""

        self._pairs: dict[tuple[int, int], Pair] = {}

    def observe(self, index: int, now: float, rows: Sequence[Row]) -> list[Change]:
        """Take one frame: all objects it shows, by rising identity."""
        pairs = self._pairs
        changes: list[Change] = []
        # Half of a pair's reach each: metres are taken at the mean of both scales.
        reaches = [REACH / 2 * row[7] for row in rows]
        for place, one in enumerate(rows):
            number, left, right, reach = one[0], one[3], one[5], reaches[place]
            for other in range(place + 1, len(rows)):
                two = rows[other]
                pair = pairs.get((number, two[0]))
                if pair is None:
                    limit = reach + reaches[other]
                    if two[3] - right > limit or left - two[5] > limit:
                        continue
                    sure, maybe = judge(one, two)
                    if not sure:
                        continue
                    if len(pairs) >= PAIRS:
                        self.refused += 1
                        continue
                    pair = pairs[number, two[0]] = Pair(one[13], two[13])
                else:
                    sure, maybe = judge(one, two)
                for bit, bond, began in pair.settle(sure, maybe, now):
                    changes += self._turn(pair, bit, bond, (index, now), began=began)
                if pair.idle:
                    del pairs[number, two[0]]
        return changes

    def part(self, thing: Thing) -> list[Change]:
        """Forget an object; what held with it ends when it was last seen."""
        changes: list[Change] = []
        for key in [key for key in self._pairs if thing.id in key]:
            pair = self._pairs.pop(key)
            for bit, bond in pair.bonds.items():
                until = max(bond.since, thing.last_seen)
                changes += self._turn(pair, bit, bond, (thing.last_index, until), began=False)
        return changes

    def bonds(self, flags: int) -> Iterator[tuple[Thing, Thing, tuple[int, Bond]]]:
        """Yield subject, object, flag and bond wherever one of these flags holds."""
        for pair in self._pairs.values():
            if pair.active & flags:
                for flag, bond in pair.bonds.items():
                    if flag & flags:
                        yield (*pair.ends(flag), (flag, bond))

    def relations(self, thing: int | None = None) -> Iterator[Relation]:
        """Yield what holds now, of one object or of all."""
        for key, pair in self._pairs.items():
            if thing is None or thing in key:
                for bit, bond in pair.bonds.items():
                    relation = pair.relation(bit, bond, None)
                    if relation is not None:
                        yield relation if thing is None else relation.seen_from(thing)

    def _turn(
        self, pair: Pair, bit: int, bond: Bond, where: tuple[int, float], *, began: bool
    ) -> list[Change]:
        predicate = MEANING[bit][0]
        if predicate is None:
            return []
        subject, other = pair.ends(bit)
        about = (*where, subject.id, subject.track, other.id, other.track, predicate, bond.since)
        if began:
            return [Related(*about)]
        if predicate not in PLANAR:
            relation = pair.relation(bit, bond, where[1])
            if relation is not None:
                self.ended.append(relation)
                subject.ties += 1
                other.ties += 1
        return [Unrelated(*about)]
