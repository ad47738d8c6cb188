"""A condition at work: for whom it is true now, since when, and why."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from types import MappingProxyType
from typing import Final

from reasoners.firing import Ground
from reasoners.rules.facts import CAMERA, EVERYBODY, NOBODY, Facts

After = Mapping[int, float]
"""From when on time counts, by identity: when the step before was reached. Others: ever since."""

ALWAYS: Final[After] = MappingProxyType({})
EVER: Final = float("-inf")
EPSILON: Final = 1e-6
"""Seconds that rounding of times may take away."""


class Node:
    """One condition of one camera. Truth is told as the set of those for whom it is true.

    Args:
        path: Where it stands in its rule: `when.all.0`.
        text: What it says, on one line.
        parts: The conditions it is made of.
        broad: Whether it speaks of the whole camera and not of an object: `CAMERA` is then all that
            it is true of.
    """

    def __init__(self, path: str, text: str, *parts: "Node", broad: bool = False) -> None:
        self.path, self.text, self.parts, self.broad = path, text, parts, broad
        self.truth: AbstractSet[int] = NOBODY
        """For whom it was true in the latest moment."""

        self.last: float | None = None
        """When it was last true of anybody."""

    def settle(self, facts: Facts, after: After = ALWAYS) -> AbstractSet[int]:
        """Take one moment and return for whom it is true. Called once for every moment, in order.

        Args:
            facts: The moment.
            after: From when on time counts, where it is a step of a sequence.
        """
        truth = self.truth = self.judge(facts, after)
        if truth:
            self.last = facts.now
        return truth

    def judge(self, facts: Facts, after: After) -> AbstractSet[int]:
        """Return for whom it is true; see `settle`, which remembers it."""
        raise NotImplementedError

    def domain(self, facts: Facts) -> AbstractSet[int]:
        """Return for whom it could be true: of these `not` leaves some over."""
        if self.broad:
            return EVERYBODY
        found: AbstractSet[int] | None = None
        for part in self.parts:
            if not part.broad:
                one = part.domain(facts)
                found = one if found is None else found & one
        return NOBODY if found is None else found

    def began(self, facts: Facts, number: int) -> float:
        """Return since when it is true for somebody for whom it is."""
        return max((part.began(facts, _of(part, number)) for part in self.parts), default=facts.now)

    def grounds(self, facts: Facts, number: int) -> list[Ground]:
        """Say why it is true for somebody for whom it is, in this moment."""
        found: list[Ground] = []
        for part in self.parts:
            one = _of(part, number)
            if one in part.truth:
                found += part.grounds(facts, one)
        return found

    def waiting(self, facts: Facts) -> Mapping[int, float]:
        """Tell for whom it would be true if it went on, and since when it does."""
        del facts
        return {}

    def measured(self) -> float | None:
        """Return the number it compares, where it is one of the whole camera."""
        return None

    def forget(self, facts: Facts) -> None:
        """Let go of what concerns objects that are gone."""

    def reset(self) -> None:
        """Let go of everything."""
        self.truth, self.last = NOBODY, None

    def all(self) -> "list[Node]":
        """Return it and all it is made of, outermost first."""
        return [self, *(node for part in self.parts for node in part.all())]


def meet(one: AbstractSet[int], two: AbstractSet[int]) -> AbstractSet[int]:
    """Return for whom both are true; what is true of the camera is true of everybody."""
    if CAMERA not in one and CAMERA not in two:
        return one & two
    found = set(one & two)
    if CAMERA in one:
        found |= two
    if CAMERA in two:
        found |= one
    if not (CAMERA in one and CAMERA in two):
        found.discard(CAMERA)
    return found


def _of(part: Node, number: int) -> int:
    """Return as what a part knows somebody."""
    return CAMERA if CAMERA in part.truth and number not in part.truth else number
