"""Conditions on a number: how many there are, how fast somebody goes, how likely something is."""

from collections.abc import Set as AbstractSet

from reasoners.firing import Expectation, Ground
from reasoners.rules.facts import CAMERA, EVERYBODY, NOBODY, Facts
from reasoners.rules.node import After
from reasoners.rules.state import Filter, Leaf


class Counts(Leaf):
    """So many objects are there.

    Args:
        least: From how many on; None: however few.
        most: Up to how many; None: however many.
        slack: By how much the number may fall behind and it still holds once it held.
    """

    def __init__(
        self,
        path: str,
        text: str,
        who: Filter,
        *,
        least: float | None,
        most: float | None,
        slack: float,
    ) -> None:
        super().__init__(path, text, "count", who, broad=True)
        self._least, self._most, self._slack = least, most, slack
        self._since: float | None = None
        self.count = 0

    def judge(self, facts: Facts, after: After) -> AbstractSet[int]:
        """Count."""
        del after
        self.count = len(self.who.among(facts))
        slack = self._slack if self._since is not None else 0.0
        enough = self._least is None or self.count >= self._least - slack
        if not (enough and (self._most is None or self.count <= self._most + slack)):
            self._since = None
            return NOBODY
        if self._since is None:
            self._since = facts.now
        return EVERYBODY

    def measured(self) -> float:
        """Return how many there are."""
        return self.count

    def began(self, facts: Facts, number: int) -> float:
        """Return since when there are so many."""
        del number
        return facts.now if self._since is None else self._since

    def grounds(self, facts: Facts, number: int) -> list[Ground]:
        """Say how many, and who."""
        del number
        who = [facts.things[one] for one in sorted(self.who.among(facts))]
        place = f"zone:{self.who.zones[0]}" if len(self.who.zones) == 1 else None
        wanted = self._least if self._least is not None else self._most
        return self.ground(facts, CAMERA, *who, place=place, value=self.count, wanted=wanted)

    def reset(self) -> None:
        """Count anew."""
        super().reset()
        self._since, self.count = None, 0


class Fast(Leaf):
    """An object goes faster, or more slowly, than so many metres per second."""

    def __init__(
        self,
        path: str,
        text: str,
        who: Filter,
        limit: float,
        slack: float,
        *,
        slower: bool,
    ) -> None:
        super().__init__(path, text, "slower_than" if slower else "faster_than", who)
        self._limit, self._slack, self._slower = limit, slack, slower
        self._since: dict[int, float] = {}

    def judge(self, facts: Facts, after: After) -> AbstractSet[int]:
        """Compare everybody's speed."""
        del after
        before, things, kept = self._since, facts.things, dict[int, float]()
        for number in self.who.among(facts):
            slack = self._slack if number in before else 0.0
            speed = things[number].course.speed
            if speed <= self._limit + slack if self._slower else speed >= self._limit - slack:
                kept[number] = before.get(number, facts.now)
        self._since = kept
        return kept.keys()

    def began(self, facts: Facts, number: int) -> float:
        """Return since when."""
        return self._since.get(number, facts.now)

    def grounds(self, facts: Facts, number: int) -> list[Ground]:
        """Say how fast."""
        speed = facts.things[number].course.speed
        return self.ground(facts, number, value=speed, wanted=self._limit, unit="m/s")

    def reset(self) -> None:
        """Measure anew."""
        super().reset()
        self._since = {}


class Expects(Leaf):
    """Something is predicted, with some probability."""

    def __init__(
        self,
        path: str,
        text: str,
        who: Filter,
        *,
        what: str,
        places: frozenset[str],
        least: float,
        within: float | None,
        slack: float,
    ) -> None:
        super().__init__(path, text, f"expects_{what}", who, broad=what == "count")
        self._what, self._places, self._least = what, places, least
        self._within, self._slack = within, slack
        self._since: dict[int, tuple[float, Expectation]] = {}

    def judge(self, facts: Facts, after: After) -> AbstractSet[int]:
        """Look for the prediction."""
        del after
        before, kept = self._since, dict[int, tuple[float, Expectation]]()
        for one in facts.expectations:
            number = CAMERA if self.broad else one.subject
            if number is None or not self._meant(one):
                continue
            slack = self._slack if number in before else 0.0
            if one.probability < self._least - slack:
                continue
            if self._counted(one) or self.who.admits(facts.things.get(number)):
                found = kept.get(number)
                if found is None or one.probability > found[1].probability:
                    kept[number] = (before[number][0] if number in before else facts.now, one)
        self._since = kept
        return kept.keys()

    def began(self, facts: Facts, number: int) -> float:
        """Return since when it is expected."""
        return self._since[number][0] if number in self._since else facts.now

    def grounds(self, facts: Facts, number: int) -> list[Ground]:
        """Say how likely it is."""
        found = self._since[number][1]
        place = found.object if isinstance(found.object, str) else None
        return self.ground(facts, number, place=place, value=found.probability, wanted=self._least)

    def reset(self) -> None:
        """Expect nothing."""
        super().reset()
        self._since = {}

    def _counted(self, one: Expectation) -> bool:
        labels = self.who.labels
        return self.broad and (labels is None or one.label in labels)

    def _meant(self, one: Expectation) -> bool:
        return (
            one.what == self._what
            and (not self._places or one.object in self._places)
            and (self._within is None or one.horizon <= self._within)
        )
