"""Conditions that must hold one after the other, in time."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from reasoners.firing import Ground
from reasoners.rules.facts import CAMERA, NOBODY, Facts
from reasoners.rules.node import EPSILON, After, Node


class _Reached:
    """How far somebody has come."""

    __slots__ = ("at", "fresh", "grounds", "start")

    def __init__(self, start: float, at: float, grounds: list[Ground]) -> None:
        self.start = start
        """When the first step last held."""

        self.at = at
        """When this step came to hold: from then on the next one's time counts."""

        self.grounds = grounds
        self.fresh = True
        """Whether it held in the moment before."""


class Sequence(Node):
    """Its parts hold one after the other, in moments of their own, the last soon enough.

    What counts is the latest time at which the first held. Once it has come true, it stays so for
    as long as its last part holds; then it must come true from the beginning.
    """

    def __init__(self, path: str, text: str, *parts: Node, within: float, broad: bool) -> None:
        super().__init__(path, text, *parts, broad=broad)
        self._within = within
        self._reached: list[dict[int, _Reached]] = [{} for _ in parts[:-1]]
        self._done: dict[int, tuple[float, list[Ground], float]] = {}
        """When it came true, why, and from when on the time of the last step counted."""

    def judge(self, facts: Facts, after: After) -> AbstractSet[int]:
        """Take every step that is due, the last ones first: each needs a moment of its own."""
        truths = [
            part.settle(facts, after if place == 0 else self._after(place))
            for place, part in enumerate(self.parts)
        ]
        for reached in self._reached:
            late = facts.now - self._within - EPSILON
            for number in [one for one, found in reached.items() if found.start < late]:
                del reached[number]
        self._finish(facts, truths[-1])
        for place in range(len(self._reached) - 1, 0, -1):
            for number, before in [*self._join(place - 1, truths[place])]:
                self._reach(facts, place, number, before.start, before.grounds)
            self._stale(place, truths[place])
        for number in truths[0]:
            self._reach(facts, 0, number, facts.now, [])
        self._stale(0, truths[0])
        return self._done.keys() if self._done else NOBODY

    def began(self, facts: Facts, number: int) -> float:
        """Return when it came true."""
        return self._done[number][0] if number in self._done else facts.now

    def grounds(self, facts: Facts, number: int) -> list[Ground]:
        """Say what held at each step."""
        del facts
        return self._done[number][1]

    def forget(self, facts: Facts) -> None:
        """Let go of who is gone."""
        for reached in self._reached:
            for number in [one for one in reached if one != CAMERA and one not in facts.things]:
                del reached[number]

    def reset(self) -> None:
        """Start anew."""
        super().reset()
        self._reached = [{} for _ in self._reached]
        self._done = {}

    def steps(self, number: int) -> int:
        """Tell how many steps somebody has taken."""
        return max(
            (
                place + 1
                for place, reached in enumerate(self._reached)
                if number in reached or CAMERA in reached
            ),
            default=0,
        )

    def _after(self, place: int) -> After:
        """Return since when the time of a step counts: since the step before was reached."""
        times = {number: found.at for number, found in self._reached[place - 1].items()}
        if place == len(self._reached):
            # What has come true stays so on the same terms.
            times.update((number, since) for number, (_, _, since) in self._done.items())
        if not times:
            return times
        # A step that speaks of the whole camera waits for whoever took the one before last.
        times.setdefault(CAMERA, max(times.values()))
        return times

    def _finish(self, facts: Facts, last: AbstractSet[int]) -> None:
        kept = {
            number: done for number, done in self._done.items() if number in last or CAMERA in last
        }
        for number, before in [*self._join(len(self._reached) - 1, last)]:
            if number not in kept:
                own = number if number in last else CAMERA
                why = [*before.grounds, *self.parts[-1].grounds(facts, own)]
                came = max(before.at, self.parts[-1].began(facts, own))
                kept[number] = (min(came, facts.now), why, before.at)
            for reached in self._reached:
                reached.pop(number, None)
        self._done = kept

    def _join(self, place: int, truth: AbstractSet[int]) -> Iterator[tuple[int, _Reached]]:
        """Yield who reached a step before and now finds the next one true."""
        reached = self._reached[place]
        if not reached or not truth:
            return
        broadly = reached.get(CAMERA)
        for number in truth:
            found = reached.get(number, broadly)
            if found is not None:
                yield number, found
        if CAMERA in truth:
            for number, found in reached.items():
                if number not in truth:
                    yield number, found

    def _reach(
        self, facts: Facts, place: int, number: int, start: float, before: list[Ground]
    ) -> None:
        reached = self._reached[place]
        found = reached.get(number)
        if found is not None and found.fresh:
            found.start = max(found.start, start)
            return
        truth = self.parts[place].truth
        why = self.parts[place].grounds(facts, number if number in truth else CAMERA)
        reached[number] = _Reached(start, facts.now, [*before, *why])

    def _stale(self, place: int, truth: AbstractSet[int]) -> None:
        for number, found in self._reached[place].items():
            found.fresh = number in truth or CAMERA in truth
