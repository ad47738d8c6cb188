"""Two objects and what holds between them, with hysteresis in space and in time."""

from typing import Final

from reasoners.scene import judgement as flag
from reasoners.scene.course import EPSILON
from reasoners.scene.relation import Predicate, Relation
from reasoners.scene.thing import Thing

MEANING: Final[dict[int, tuple[Predicate | None, bool, float, float]]] = {
    flag.NEAR: ("near", False, 0.4, 0.6),
    flag.LEFT: ("left_of", False, 0.4, 0.4),
    flag.RIGHT: ("left_of", True, 0.4, 0.4),
    flag.ABOVE: ("above", False, 0.4, 0.4),
    flag.BELOW: ("above", True, 0.4, 0.4),
    flag.FRONT: ("in_front_of", False, 0.4, 0.6),
    flag.BACK: ("in_front_of", True, 0.4, 0.6),
    flag.OVERLAPS: ("overlaps", False, 0.4, 0.4),
    flag.TO: ("approaches", False, 0.6, 0.6),
    flag.TO_IT: ("approaches", True, 0.6, 0.6),
    flag.FROM: ("moves_away", False, 0.6, 0.6),
    flag.FROM_IT: ("moves_away", True, 0.6, 0.6),
    flag.FOLLOWS: ("follows", False, 2.0, 1.0),
    flag.LEADS: ("follows", True, 2.0, 1.0),
    flag.ACCOMPANIES: ("accompanies", False, 2.0, 1.0),
    flag.CARRIES: ("carries", False, 0.4, 0.6),
    flag.CARRIED: ("carries", True, 0.4, 0.6),
    flag.ON: ("on", False, 0.4, 1.0),
    flag.UNDER: ("on", True, 0.4, 1.0),
    flag.TOGETHER: (None, False, 2.0, 1.2),
}
"""Predicate, whether its subject is the second of the two, and for how many seconds a judgement
must hold until it begins or ends. `TOGETHER` is known to groups alone."""


class Bond:
    """One thing that holds between two objects."""

    __slots__ = ("clear", "looks", "since")

    def __init__(self, since: float) -> None:
        self.since = since
        self.looks = self.clear = 1

    @property
    def confidence(self) -> float:
        """How often it held plainly, and not only by habit: 0.5 to 1."""
        return 0.5 + 0.5 * self.clear / self.looks


class Pair:
    """Two objects that are or were close; `one` is the older."""

    __slots__ = ("active", "bonds", "one", "pending", "two")

    def __init__(self, one: Thing, two: Thing) -> None:
        self.one, self.two = one, two
        self.active = 0
        self.bonds: dict[int, Bond] = {}
        self.pending: dict[int, float] = {}

    @property
    def idle(self) -> bool:
        """Whether nothing holds and nothing is about to."""
        return not (self.active or self.pending)

    def settle(self, sure: int, maybe: int, now: float) -> list[tuple[int, Bond, bool]]:
        """Take one judgement.

        Returns:
            What turned: flag, bond, and whether it began.
        """
        active = self.active
        for bit, bond in self.bonds.items():
            bond.looks += 1
            if sure & bit:
                bond.clear += 1
        turning = (sure & ~active) | (active & ~maybe)
        pending = self.pending
        if not turning:
            if pending:
                pending.clear()
            return []
        turned: list[tuple[int, Bond, bool]] = []
        for bit in [bit for bit in pending if not turning & bit]:
            del pending[bit]
        while turning:
            bit = turning & -turning
            turning ^= bit
            since = pending.setdefault(bit, now)
            begins = not active & bit
            _, _, after, until = MEANING[bit]
            if now - since < (after if begins else until) - EPSILON:
                continue
            del pending[bit]
            self.active ^= bit
            if begins:
                bond = self.bonds[bit] = Bond(since)
            else:
                bond = self.bonds.pop(bit)
            turned.append((bit, bond, begins))
        return turned

    def ends(self, bit: int) -> tuple[Thing, Thing]:
        """Return subject and object of what a flag means."""
        return (self.two, self.one) if MEANING[bit][1] else (self.one, self.two)

    def relation(self, bit: int, bond: Bond, until: float | None) -> Relation | None:
        """Put a bond into words; None for what is not told."""
        predicate = MEANING[bit][0]
        if predicate is None:
            return None
        subject, other = self.ends(bit)
        return Relation(subject.id, predicate, other.id, bond.since, until, bond.confidence)
