"""Conditions made of others: all, any, so many of them, not, somebody, nobody."""

from collections import Counter
from collections.abc import Set as AbstractSet

from reasoners.firing import Ground
from reasoners.rules.facts import CAMERA, EVERYBODY, NOBODY, Facts
from reasoners.rules.node import After, Node, meet


class Every(Node):
    """All of its parts hold."""

    def judge(self, facts: Facts, after: After) -> AbstractSet[int]:
        """Return for whom all hold; every part takes the moment, whatever the others say."""
        truths = [part.settle(facts, after) for part in self.parts]
        found = truths[0]
        for truth in truths[1:]:
            if not found:
                return NOBODY
            found = meet(found, truth)
        return found


class Either(Node):
    """One of its parts holds, or more."""

    def judge(self, facts: Facts, after: After) -> AbstractSet[int]:
        """Return for whom any holds."""
        found: set[int] = set()
        for part in self.parts:
            found |= part.settle(facts, after)
        return found

    def domain(self, facts: Facts) -> AbstractSet[int]:
        """Return for whom any could hold."""
        if self.broad:
            return EVERYBODY
        return {number for part in self.parts if not part.broad for number in part.domain(facts)}

    def began(self, facts: Facts, number: int) -> float:
        """Return since when the first of those that hold does."""
        holding = (part.began(facts, number) for part in self.parts if number in part.truth)
        return min(holding, default=facts.now)


class SoMany(Node):
    """At least so many of its parts hold."""

    def __init__(self, path: str, text: str, *parts: Node, needed: int, broad: bool) -> None:
        super().__init__(path, text, *parts, broad=broad)
        self._needed = needed

    def judge(self, facts: Facts, after: After) -> AbstractSet[int]:
        """Return for whom enough hold."""
        counted: Counter[int] = Counter()
        for part in self.parts:
            counted.update(part.settle(facts, after))
        broadly = counted.pop(CAMERA, 0)
        found = {number for number, times in counted.items() if times + broadly >= self._needed}
        if broadly >= self._needed:
            found.add(CAMERA)
        return found

    def domain(self, facts: Facts) -> AbstractSet[int]:
        """Return for whom some could hold."""
        if self.broad:
            return EVERYBODY
        return {number for part in self.parts if not part.broad for number in part.domain(facts)}

    def began(self, facts: Facts, number: int) -> float:
        """Return when the last that was needed began to hold."""
        times = sorted(
            part.began(facts, one)
            for part in self.parts
            for one in ({number, CAMERA} & set(part.truth))
        )
        return times[self._needed - 1] if len(times) >= self._needed else facts.now


class Inverse(Node):
    """Its part does not hold."""

    def __init__(self, path: str, text: str, inner: Node) -> None:
        super().__init__(path, text, inner, broad=inner.broad)
        self._inner = inner
        self._since: dict[int, float] = {}

    def judge(self, facts: Facts, after: After) -> AbstractSet[int]:
        """Return for whom it could hold and does not."""
        true = self._inner.settle(facts, after)
        found = NOBODY if CAMERA in true else self._inner.domain(facts) - true
        before = self._since
        self._since = {number: before.get(number, facts.now) for number in found}
        return found

    def domain(self, facts: Facts) -> AbstractSet[int]:
        """Return for whom the part could hold."""
        return self._inner.domain(facts)

    def began(self, facts: Facts, number: int) -> float:
        """Return since when it does not hold."""
        return self._since.get(number, facts.now)

    def grounds(self, facts: Facts, number: int) -> list[Ground]:
        """Say that it does not hold."""
        thing = facts.thing(number)
        return [
            Ground(
                "not",
                self.text,
                self.began(facts, number),
                facts.now,
                facts.index,
                things=() if thing is None else (thing,),
            )
        ]

    def reset(self) -> None:
        """Start anew."""
        super().reset()
        self._since = {}


class Somebody(Node):
    """There is somebody for whom its part holds, or nobody."""

    def __init__(self, path: str, text: str, inner: Node, *, nobody: bool) -> None:
        super().__init__(path, text, inner, broad=True)
        self._inner, self._nobody = inner, nobody
        self._since: float | None = None

    def judge(self, facts: Facts, after: After) -> AbstractSet[int]:
        """Look for one."""
        found = bool(self._inner.settle(facts, after))
        if found == self._nobody:
            self._since = None
            return NOBODY
        if self._since is None:
            self._since = facts.now
        return EVERYBODY

    def began(self, facts: Facts, number: int) -> float:
        """Return since when there is one, whoever it was, or none."""
        del number
        if self._since is None:
            return facts.now
        if self._nobody:
            return self._since
        first = min(self._inner.began(facts, one) for one in self._inner.truth)
        return min(first, self._since)

    def grounds(self, facts: Facts, number: int) -> list[Ground]:
        """Say for whom, or that there is nobody."""
        del number
        if not self._nobody:
            return self._inner.grounds(facts, min(self._inner.truth))
        return [Ground("none", self.text, self.began(facts, CAMERA), facts.now, facts.index)]

    def reset(self) -> None:
        """Start anew."""
        super().reset()
        self._since = None
