"""What one moment of a scene offers to conditions: found once, asked for by all rules."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from reasoners.firing import Expectation, Moment
from reasoners.scene.change import Change, Related, Unrelated
from reasoners.scene.relation import INVERSE, Predicate
from reasoners.scene.scene import Scene
from reasoners.scene.thing import Thing

CAMERA: Final = 0
"""Stands for no object: what is true of the whole camera is true of it. Identities begin at 1."""

NOBODY: Final[frozenset[int]] = frozenset()
EVERYBODY: Final[frozenset[int]] = frozenset({CAMERA})

ELSEWHERE: Final[frozenset[Predicate]] = frozenset({"leaves_behind", "takes", "blocks"})
"""Relations that come with no change of their own."""

Partners = Mapping[int, float]
"""Others by identity, and since when it holds."""


class Facts:
    """The latest moment of one camera's scene.

    Args:
        predicates: Relations that any condition asks for; others are not kept.
    """

    def __init__(self, predicates: Collection[Predicate]) -> None:
        self.now = float("-inf")
        self.index = 0
        self.looked = False
        """Whether a detector looked at this moment's frame."""

        self.scene: Scene
        self.things: Mapping[int, Thing] = {}
        self.expectations: Sequence[Expectation] = ()
        self._predicates = frozenset(predicates)
        self._bonds: dict[Predicate, dict[int, dict[int, float]]] = {}
        self._changes: dict[type, list[Change]] = {}
        self._gone: Mapping[int, Thing] = {}
        self._labelled: dict[frozenset[str], AbstractSet[int]] = {}
        self._inside: dict[str, AbstractSet[int]] = {}
        self._particular: dict[Predicate, dict[int, dict[int, float]]] | None = None

    def take(self, moment: Moment) -> None:
        """Take the next moment."""
        self.now, self.index = moment.now, moment.index
        self.looked = moment.view is not None and moment.view.looked
        self.scene, self.things = moment.scene, moment.scene.things
        self.expectations = moment.expectations
        self._gone = moment.scene.gone
        self._labelled.clear()
        self._inside.clear()
        self._changes.clear()
        self._particular = None
        for change in moment.changes:
            kind = type(change)
            if kind is Related or kind is Unrelated:
                self._turn(change)
            self._changes.setdefault(kind, []).append(change)

    def forget(self) -> None:
        """Forget what holds: all objects are given up."""
        self._bonds.clear()

    def everybody(self) -> AbstractSet[int]:
        """Return all living objects."""
        return self.things.keys()

    def labelled(self, labels: frozenset[str]) -> AbstractSet[int]:
        """Return the living objects of these labels."""
        found = self._labelled.get(labels)
        if found is None:
            found = self._labelled[labels] = {
                number for number, thing in self.things.items() if thing.label in labels
            }
        return found

    def inside(self, zone: str) -> AbstractSet[int]:
        """Return the living objects in a zone."""
        found = self._inside.get(zone)
        if found is None:
            found = self._inside[zone] = {
                number for number, thing in self.things.items() if zone in thing.zones
            }
        return found

    def thing(self, number: int) -> Thing | None:
        """Return an object that lives, or was given up just now."""
        return self.things.get(number) or self._gone.get(number)

    def seen_at(self, number: int) -> float:
        """Return until when an object is known to be as it is; for the camera, now."""
        thing = self.things.get(number)
        return self.now if thing is None else thing.last_seen

    def changes(self, kind: type) -> Sequence[Change]:
        """Return the changes of one kind."""
        return self._changes.get(kind, ())

    def partners(self, predicate: Predicate) -> Mapping[int, Partners]:
        """Return with whom a relation holds, by its subject."""
        if predicate not in ELSEWHERE:
            return self._bonds.get(predicate, {})
        if self._particular is None:
            self._particular = {}
            for relation in self.scene.particular():
                if isinstance(relation.object, int):
                    subjects = self._particular.setdefault(relation.predicate, {})
                    subjects.setdefault(relation.subject, {})[relation.object] = relation.since
        return self._particular.get(predicate, {})

    def _turn(self, change: Change) -> None:
        """Take the begin or end of a relation, from both sides where it has two."""
        if not isinstance(change, Related | Unrelated):
            return
        ways: Iterable[tuple[Predicate | None, int, int]] = (
            (change.predicate, change.thing, change.other),
            (INVERSE.get(change.predicate), change.other, change.thing),
        )
        for predicate, subject, other in ways:
            if predicate is None or predicate not in self._predicates:
                continue
            subjects = self._bonds.setdefault(predicate, {})
            if isinstance(change, Related):
                subjects.setdefault(subject, {})[other] = change.since
            elif (others := subjects.get(subject)) is not None:
                others.pop(other, None)
                if not others:
                    del subjects[subject]
