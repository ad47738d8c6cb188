"""Conditions on what happens: true for a moment."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from reasoners.firing import Ground
from reasoners.rules.facts import CAMERA, NOBODY, Facts
from reasoners.rules.node import After
from reasoners.rules.state import Filter, Leaf
from reasoners.scene.change import KINDS, Change
from reasoners.scene.thing import Thing

BROAD = frozenset({"group_formed", "group_dissolved", "counted", "crowded", "uncrowded"})
"""Changes of no one object."""


class Happens(Leaf):
    """Something changes.

    Args:
        kind: Key of `KINDS`.
        word: What it is called where it is told.
        places: Zones or lines, as `zone:step`, of which one it must be; none: wherever.
        way: Over the line; None for both.
        other: Who else must have to do with it; None for anybody or nobody.
    """

    def __init__(
        self,
        path: str,
        text: str,
        who: Filter,
        *,
        kind: str,
        word: str,
        places: frozenset[str] = frozenset(),
        way: str | None = None,
        other: Filter | None = None,
    ) -> None:
        super().__init__(path, text, word, who, broad=kind in BROAD)
        self._type, self._places, self._way, self._other = KINDS[kind], places, way, other
        self._found: dict[int, Change] = {}

    def judge(self, facts: Facts, after: After) -> AbstractSet[int]:
        """Return to whom it happens."""
        del after
        changes = facts.changes(self._type)
        if not changes:
            return NOBODY
        self._found = {self._subject(one): one for one in changes if self._meant(facts, one)}
        return self._found.keys()

    def began(self, facts: Facts, number: int) -> float:
        """Return when it happened."""
        change = self._found.get(number)
        return facts.now if change is None else change.at

    def grounds(self, facts: Facts, number: int) -> list[Ground]:
        """Say what happened, to whom and where."""
        change = self._found[number]
        things = tuple(thing for one in change.things if (thing := facts.thing(one)) is not None)
        value = getattr(change, "count", None) or getattr(change, "way", None)
        return [
            Ground(
                self.kind,
                self.text,
                change.at,
                facts.now,
                change.index,
                change.at,
                things,
                _place(change),
                value,
                self._way,
            )
        ]

    def domain(self, facts: Facts) -> AbstractSet[int]:
        """Return to whom it could happen; also to those who are gone with this moment."""
        return super().domain(facts) | self.truth

    def reset(self) -> None:
        """Forget what happened last."""
        super().reset()
        self._found = {}

    def _subject(self, change: Change) -> int:
        return CAMERA if self.broad else change.things[0]

    def _meant(self, facts: Facts, change: Change) -> bool:
        if self._places and _place(change) not in self._places:
            return False
        if self._way is not None and getattr(change, "way", None) != self._way:
            return False
        if self._other is not None:
            others = (self._other.admits(thing) for thing in _others(facts, change))
            if not any(others):
                return False
        return self._right(facts, change)

    def _right(self, facts: Facts, change: Change) -> bool:
        """Tell whether it happened to whom is meant; of many, to one of them."""
        if self.who.labels is None and not self.who.score:
            return True
        label = getattr(change, "label", None)
        if self.broad and isinstance(label, str):
            return self.who.labels is None or label in self.who.labels
        who = change.things if self.broad else change.things[:1]
        return any(self.who.admits(facts.thing(one)) for one in who)


def _others(facts: Facts, change: Change) -> Iterator[Thing | None]:
    return (facts.thing(one) for one in change.things[1:])


def _place(change: Change) -> str | None:
    """Return where it happened, as `zone:step` or `line:gate`."""
    for kind in ("zone", "line"):
        name = getattr(change, kind, None)
        if name is not None:
            return f"{kind}:{name}"
    place = getattr(change, "place", None)
    return place if isinstance(place, str) else None
