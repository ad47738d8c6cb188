"""Conditions on the time for which others hold, and on how often: for, votes, lasts, times."""

from collections import deque
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace

from reasoners.firing import Ground
from reasoners.rules.facts import CAMERA, NOBODY, Facts
from reasoners.rules.node import EPSILON, EVER, After, Node
from reasoners.scene.thing import Thing

MOST = 1024
"""Objects remembered by one condition after what happened to them."""


class Lasting(Node):
    """A condition holds for so long without a break.

    Args:
        seconds: For how long.
        unseen: Whether time counts in which the object is not seen.
    """

    def __init__(self, inner: Node, text: str, seconds: float, *, unseen: bool) -> None:
        super().__init__(inner.path, text, inner, broad=inner.broad)
        self._inner, self._seconds, self._unseen = inner, seconds, unseen
        self._starts: dict[int, float] = {}

    def judge(self, facts: Facts, after: After) -> AbstractSet[int]:
        """Return for whom it has held long enough."""
        true, before = self._inner.settle(facts, after), self._starts
        if not true and not before:
            return NOBODY
        starts: dict[int, float] = {}
        held: set[int] = set()
        for number in true:
            start = before.get(number)
            if start is None:
                start = min(facts.now, self._inner.began(facts, number))
            starts[number] = start
            until = facts.now if self._unseen else facts.seen_at(number)
            counts_from = after.get(number, after.get(CAMERA, EVER)) if after else EVER
            if until - max(start, counts_from) >= self._seconds - EPSILON:
                held.add(number)
        self._starts = starts
        return held

    def began(self, facts: Facts, number: int) -> float:
        """Return since when the condition holds."""
        return self._starts.get(number, facts.now)

    def waiting(self, facts: Facts) -> Mapping[int, float]:
        """Return since when it holds for those for whom it does."""
        del facts
        return self._starts

    def grounds(self, facts: Facts, number: int) -> list[Ground]:
        """Say why, with the time for which it had to hold."""
        return [
            _timed(ground, self.text, self._seconds, facts)
            for ground in super().grounds(facts, number)
        ]

    def reset(self) -> None:
        """Start all over."""
        super().reset()
        self._starts = {}


class Voting(Node):
    """A condition holds in so many of the last looks."""

    def __init__(self, inner: Node, text: str, needed: int, looks: int) -> None:
        super().__init__(inner.path, text, inner, broad=inner.broad)
        self._inner, self._needed, self._mask = inner, needed, (1 << looks) - 1
        self._votes: dict[int, int] = {}

    def judge(self, facts: Facts, after: After) -> AbstractSet[int]:
        """Count the votes; a frame nobody looked at has none."""
        true = self._inner.settle(facts, after)
        if facts.looked:
            votes = {
                number: bits
                for number in {*self._votes, *true}
                if (bits := (self._votes.get(number, 0) << 1 | (number in true)) & self._mask)
            }
            self._votes = votes
        return {number for number, bits in self._votes.items() if bits.bit_count() >= self._needed}

    def grounds(self, facts: Facts, number: int) -> list[Ground]:
        """Say how many looks spoke for it."""
        thing = facts.thing(number)
        votes = self._votes[number].bit_count()
        about = () if thing is None else (thing,)
        return [
            Ground(
                "votes",
                self.text,
                self.began(facts, number),
                facts.now,
                facts.index,
                things=about,
                value=votes,
                wanted=self._needed,
            ),
            *super().grounds(facts, number),
        ]

    def began(self, facts: Facts, number: int) -> float:
        """Return since when, where it holds just now."""
        holds = number in self._inner.truth
        return self._inner.began(facts, number) if holds else facts.now

    def forget(self, facts: Facts) -> None:
        """Let go of who is gone."""
        for number in [one for one in self._votes if one != CAMERA and one not in facts.things]:
            del self._votes[number]

    def reset(self) -> None:
        """Count anew."""
        super().reset()
        self._votes = {}


class Lingering(Node):
    """Something happened up to so long ago."""

    def __init__(self, inner: Node, text: str, seconds: float) -> None:
        super().__init__(inner.path, text, inner, broad=inner.broad)
        self._inner, self._seconds = inner, seconds
        self._last: dict[int, tuple[float, list[Ground]]] = {}

    def judge(self, facts: Facts, after: After) -> AbstractSet[int]:
        """Return to whom it happened not too long ago."""
        for number in self._inner.settle(facts, after):
            self._last.pop(number, None)
            self._last[number] = (facts.now, self._inner.grounds(facts, number))
        if not self._last:
            return NOBODY
        if len(self._last) > MOST:
            del self._last[next(iter(self._last))]
        oldest = facts.now - self._seconds - EPSILON
        for number in [one for one, (at, _) in self._last.items() if at < oldest]:
            del self._last[number]
        return self._last.keys()

    def domain(self, facts: Facts) -> AbstractSet[int]:
        """Return to whom it could happen."""
        return self._inner.domain(facts) | self._last.keys()

    def began(self, facts: Facts, number: int) -> float:
        """Return when it happened."""
        return self._last[number][0] if number in self._last else facts.now

    def grounds(self, facts: Facts, number: int) -> list[Ground]:
        """Say what happened then."""
        del facts
        return self._last[number][1]

    def reset(self) -> None:
        """Forget what happened."""
        super().reset()
        self._last = {}


class Repeated(Node):
    """Something happens for the so-maniest time within so long."""

    def __init__(self, inner: Node, text: str, times: int, within: float) -> None:
        super().__init__(inner.path, text, inner, broad=inner.broad)
        self._inner, self._needed, self._within = inner, times, within
        self._times: dict[int, deque[float]] = {}

    def judge(self, facts: Facts, after: After) -> AbstractSet[int]:
        """Return to whom it happens often enough."""
        found: set[int] = set()
        for number in self._inner.settle(facts, after):
            times = self._times.get(number)
            if times is None:
                times = self._times[number] = deque(maxlen=self._needed)
            times.append(facts.now)
            if len(times) == self._needed and facts.now - times[0] <= self._within + EPSILON:
                found.add(number)
        return found

    def grounds(self, facts: Facts, number: int) -> list[Ground]:
        """Say how often it happened, and what happened last."""
        thing: Thing | None = facts.thing(number)
        times = self._times[number]
        counted = Ground(
            "times",
            self.text,
            times[0],
            facts.now,
            facts.index,
            facts.now,
            () if thing is None else (thing,),
            None,
            len(times),
            self._needed,
        )
        return [counted, *super().grounds(facts, number)]

    def forget(self, facts: Facts) -> None:
        """Let go of who is gone."""
        for number in [one for one in self._times if one != CAMERA and one not in facts.things]:
            del self._times[number]

    def reset(self) -> None:
        """Count anew."""
        super().reset()
        self._times = {}


def _timed(ground: Ground, text: str, seconds: float, facts: Facts) -> Ground:
    """Say for how long something has held, where nothing else was measured of it."""
    if ground.value is not None and ground.unit != "s":
        return replace(ground, condition=text)
    lasted = max(0.0, facts.now - ground.since)
    return replace(ground, condition=text, value=lasted, wanted=seconds, unit="s")
