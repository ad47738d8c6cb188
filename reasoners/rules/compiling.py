"""From conditions as they are written to conditions at work."""

from collections.abc import Iterator
from typing import Any, Final

from reasoners.predictions.wish import Wish
from reasoners.rules.combination import Either, Every, Inverse, SoMany, Somebody
from reasoners.rules.condition import (
    COMBINATIONS,
    HAPPENINGS,
    RELATIONS,
    ConditionConfig,
    Labels,
    Other,
    OtherConfig,
    listed_names,
)
from reasoners.rules.happening import BROAD, Happens
from reasoners.rules.measure import Counts, Expects, Fast
from reasoners.rules.node import Node
from reasoners.rules.sequence import Sequence
from reasoners.rules.state import Does, Filter, Leaf, Outside, Present, Tied, Within
from reasoners.rules.timing import Lasting, Lingering, Repeated, Voting
from reasoners.rules.wording import said
from reasoners.scene.config import SceneConfig

ANY: Final = "any"
"""Stands for whatever label."""

AHEAD: Final = 5.0
"""Seconds ahead of what is expected, where no time is given."""

LIKELY: Final = 0.5
"""Least probability of what is expected, where none is given."""

_KINDS: Final = {"enters": "entered", "leaves": "left", "crosses": "crossed"}
"""The changes that the keys of happenings are short for."""


class Compiler:
    """Compiles the conditions of one camera.

    Args:
        scene: Zones and lines of that camera; they are known to be there.
    """

    def __init__(self, scene: SceneConfig) -> None:
        self._scene = scene

    def compile(
        self, condition: ConditionConfig, path: str = "when", labels: Labels | None = None
    ) -> Node:
        """Return a condition at work.

        Args:
            condition: As it is written; its shape is known to be right.
            path: Where it stands.
            labels: Meant where it names none.
        """
        labels = condition.label if condition.label is not None else labels
        # What is meant is said, also where it was written once for several.
        text = said(condition.model_copy(update={"label": labels}) if labels else condition)
        node = self._node(condition, path, text, labels)
        if condition.times is not None and condition.within is not None:
            node = Repeated(node, text, condition.times, condition.within)
        if condition.lasts is not None:
            node = Lingering(node, text, condition.lasts)
        if condition.votes is not None:
            node = Voting(node, text, *condition.votes)
        if condition.for_ is not None:
            node = Lasting(node, text, condition.for_, unseen=_unseen(condition))
        return node

    def _node(
        self, condition: ConditionConfig, path: str, text: str, labels: Labels | None
    ) -> Node:
        if condition.verb in COMBINATIONS:
            return self._combined(condition, path, text, labels)
        who = Filter(_labels(labels), condition.score or 0.0)
        if condition.verb in HAPPENINGS:
            return self._happening(condition, path, text, who)
        return self._state(condition, path, text, who)

    def _combined(
        self, condition: ConditionConfig, path: str, text: str, labels: Labels | None
    ) -> Node:
        parts = [self.compile(inner, f"{path}.{key}", labels) for key, inner in condition.members()]
        broad = all(part.broad for part in parts)
        match condition.verb:
            case "all_":
                return Every(path, text, *parts, broad=broad)
            case "any_":
                return Either(path, text, *parts, broad=broad)
            case "of":
                needed = round(condition.at_least or 1)
                return SoMany(path, text, *parts, needed=needed, broad=broad)
            case "then":
                return Sequence(path, text, *parts, within=condition.within or 0.0, broad=broad)
            case "not_":
                return Inverse(path, text, parts[0])
            case verb:
                return Somebody(path, text, parts[0], nobody=verb == "none")

    def _happening(self, condition: ConditionConfig, path: str, text: str, who: Filter) -> Node:
        verb = condition.verb or ""
        kind = str(condition.change or _KINDS[verb])
        where = getattr(condition, verb) if verb in _KINDS else condition.where
        return Happens(
            path,
            text,
            who,
            kind=kind,
            word=verb if verb in _KINDS else kind,
            places=self.places(listed_names(where)),
            way=condition.way,
            other=None if condition.by is None else _other(condition.by),
        )

    def _state(self, condition: ConditionConfig, path: str, text: str, who: Filter) -> Leaf:
        verb, zones = condition.verb, listed_names(condition.where)
        wanted: Any = None if verb is None else getattr(condition, verb)
        match verb:
            case None:
                return Present(path, text, "present", who)
            case "inside" | "dwells_in":
                return Within(path, text, verb, who, listed_names(wanted))
            case "outside":
                return Outside(path, text, who, listed_names(wanted))
            case "is_":
                return Does(path, text, str(wanted), who, zones)
            case "count" | "expects" | "faster_than" | "slower_than":
                return self._measure(condition, path, text, who)
            case _:
                predicate = next(one for one in RELATIONS if one == verb)
                return Tied(path, text, predicate, who, _other(wanted))

    def _measure(self, condition: ConditionConfig, path: str, text: str, who: Filter) -> Leaf:
        zones, slack = listed_names(condition.where), condition.hysteresis
        if condition.count is not None:
            counted = Filter(_labels(condition.count), condition.score or 0.0, zones)
            least, most = condition.at_least, condition.at_most
            return Counts(path, text, counted, least=least, most=most, slack=slack)
        if condition.expects is not None:
            return Expects(
                path,
                text,
                who,
                what=condition.expects,
                places=self.places(zones),
                least=LIKELY if condition.at_least is None else condition.at_least,
                within=condition.within,
                slack=slack,
            )
        slower = condition.slower_than is not None
        limit = condition.slower_than if slower else condition.faster_than
        return Fast(path, text, who, limit or 0.0, slack, slower=slower)

    def places(self, names: tuple[str, ...]) -> frozenset[str]:
        """Say of each name whether a zone or a line, or both, are meant."""
        zones = {f"zone:{name}" for name in names if name in self._scene.zones}
        return frozenset(zones | {f"line:{name}" for name in names if name in self._scene.lines})


def momentary(condition: ConditionConfig) -> bool:
    """Tell whether a condition is true for a moment only, as what happens is."""
    if condition.lasts is not None or condition.votes is not None:
        return False
    inner = [momentary(one) for _, one in condition.members()]
    match condition.verb:
        case "all_" | "of":
            return any(inner)
        case "any_" | "some":
            return all(inner)
        case "then":
            return inner[-1]
        case verb:
            return verb in HAPPENINGS


def broad(condition: ConditionConfig) -> bool:
    """Tell whether a condition speaks of the whole camera and not of an object."""
    match condition.verb:
        case "some" | "none" | "count":
            return True
        case "expects":
            return condition.expects == "count"
        case "change":
            return condition.change in BROAD
        case _:
            inner = [broad(one) for _, one in condition.members()]
            return bool(inner) and all(inner)


def leaves(condition: ConditionConfig, path: str = "when") -> Iterator[tuple[str, ConditionConfig]]:
    """Yield the conditions that are made of no others, with their paths."""
    members = condition.members()
    if not members:
        yield path, condition
    for key, inner in members:
        yield from leaves(inner, f"{path}.{key}")


def labels_of(condition: ConditionConfig) -> set[str]:
    """Return every label a condition names, those of others in relations included."""
    found = set(listed_names(condition.label)) | set(listed_names(condition.count))
    for key in (*RELATIONS, "by"):
        other = getattr(condition, key)
        if other is not None:
            named = other.label if isinstance(other, OtherConfig) else other
            found |= set(listed_names(named))
    for _, inner in condition.members():
        found |= labels_of(inner)
    return found - {ANY}


def wishes(condition: ConditionConfig, scene: SceneConfig) -> set[Wish]:
    """Return what a condition wants to be told about the near future."""
    compiler = Compiler(scene)
    return {
        Wish(
            leaf.expects,
            AHEAD if leaf.within is None else leaf.within,
            compiler.places(listed_names(leaf.where)),
        )
        for _, leaf in leaves(condition)
        if leaf.expects is not None
    }


def predicates(condition: ConditionConfig) -> set[str]:
    """Return the relations a condition asks for."""
    return {leaf.verb for _, leaf in leaves(condition) if leaf.verb in RELATIONS}


def _unseen(condition: ConditionConfig) -> bool:
    """Tell whether a condition goes on while its object is out of sight: it is about just that."""
    return any(leaf.is_ == "hidden" for _, leaf in leaves(condition))


def _labels(labels: Labels | None) -> frozenset[str] | None:
    names = frozenset(listed_names(labels))
    return None if not names or ANY in names else names


def _other(other: Other) -> Filter:
    if isinstance(other, OtherConfig):
        return Filter(_labels(other.label), zones=listed_names(other.inside))
    return Filter(_labels(other))
