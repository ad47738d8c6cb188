"""Finds what contributed to a change, by stated patterns. See `reasoners.scene.cause`.

A pattern wants an effect of one kind, an earlier change of another, and a relation between the two
objects that says how the one bears on the other. What merely came before is no cause.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence

from reasoners.scene.cause import Cause, Pattern
from reasoners.scene.change import (
    Appeared,
    Change,
    Crossed,
    Crowded,
    Entered,
    Hidden,
    Left,
    LeftBehind,
    MovedOff,
    Related,
    Stopped,
    StoppedSuddenly,
    Taken,
    Vanished,
)
from reasoners.scene.kind import ALIVE, VEHICLE
from reasoners.scene.relation import Predicate, Relation
from reasoners.scene.thing import Thing

REMEMBERED = 256
"""Changes that may still turn out to have contributed to something."""

KEPT = 128
"""Links remembered."""

SOON, LATER, LONG = 5.0, 20.0, 600.0
"""Seconds within which a cause must have worked: at once, in a moment, or by standing there."""

EFFECTS = (LeftBehind, Taken, Stopped, StoppedSuddenly, MovedOff, Hidden, Entered, Crowded)

Relations = Callable[[], Iterable[Relation]]


class Causality:
    """The causal links of one camera, latest last."""

    def __init__(self) -> None:
        self.links: deque[Cause] = deque(maxlen=KEPT)
        self._recent: deque[Change] = deque(maxlen=REMEMBERED)

    def observe(
        self, changes: Sequence[Change], relations: Relations, things: Mapping[int, Thing]
    ) -> list[Cause]:
        """Explain the changes of one frame.

        Args:
            changes: In their order.
            relations: Gives what holds, and what held until a while ago; asked only if need be.
            things: The living objects by identity.
        """
        found: list[Cause] = []
        wanted = [change for change in changes if isinstance(change, EFFECTS)]
        if wanted:
            moment = _Moment([*self._recent, *changes], list(relations()), things)
            for effect in wanted:
                found += moment.explain(effect)
        self._recent.extend(changes)
        self.links.extend(found)
        return found

    def of(self, effect: Change) -> tuple[Cause, ...]:
        """Return what is known to have contributed to a change."""
        return tuple(link for link in self.links if link.effect == effect)


class _Moment:
    """All that is known when something is to be explained."""

    def __init__(
        self, past: Sequence[Change], held: Sequence[Relation], things: Mapping[int, Thing]
    ) -> None:
        self._past, self._held, self._things = past, held, things

    def explain(self, effect: Change) -> list[Cause]:  # noqa: PLR0911  a table, read row by row
        """Try the patterns that fit this kind of effect."""
        match effect:
            case LeftBehind(thing=thing, other=owner):
                return self._put_down(effect, thing, owner)
            case Taken(thing=thing, other=taker):
                came = self._related(effect, taker, thing, ("carries", "approaches", "near"))
                takes = self._relation(taker, "takes", thing, effect.at)
                return _link("carried_off", came, effect, takes)
            case Stopped(thing=thing) | StoppedSuddenly(thing=thing):
                return self._held_up(effect, thing) or self._gave_way(effect, thing)
            case MovedOff(thing=thing):
                return self._freed(effect, thing)
            case Hidden(thing=thing, other=cover):
                return self._covered(effect, thing, cover)
            case Entered(thing=thing, zone=zone):
                return self._followed_in(effect, thing, zone)
            case Crowded(zone=zone):
                return self._filled(effect, zone)
            case _:
                return []

    def _put_down(self, effect: LeftBehind, thing: int, owner: int) -> list[Cause]:
        went = self._related(effect, owner, thing, ("moves_away",)) or self._of(
            effect, owner, (MovedOff, Vanished), LATER
        )
        had = self._relation(owner, "carries", thing, effect.at, LATER) or self._relation(
            owner, "leaves_behind", thing, effect.at
        )
        return _link("put_down", went, effect, had)

    def _covered(self, effect: Hidden, thing: int, cover: int) -> list[Cause]:
        mover = self._things.get(thing)
        who = thing if mover is not None and mover.moving else cover
        came = self._of(effect, who, (MovedOff, Entered, Left, Crossed, Appeared), LONG)
        front = self._relation(cover, "in_front_of", thing, effect.at)
        return _link("covered", came, effect, front)

    def _held_up(self, effect: Stopped | StoppedSuddenly, thing: int) -> list[Cause]:
        for blocks in self._held:
            if blocks.predicate == "blocks" and blocks.object == thing and blocks.until is None:
                kinds = (Stopped, StoppedSuddenly, Appeared)
                stood = self._of(effect, blocks.subject, kinds, LONG)
                return _link("held_up", stood, effect, blocks)
        return []

    def _gave_way(self, effect: Stopped | StoppedSuddenly, thing: int) -> list[Cause]:
        if not self._is(thing, VEHICLE):
            return []
        for nears in self._held:
            if nears.predicate != "approaches" or nears.subject != thing:
                continue
            other = nears.object
            if not isinstance(other, int) or not self._is(other, ALIVE):
                continue
            if nears.until is None or effect.at - nears.until <= SOON:
                came = self._of(effect, other, (Crossed, Entered, MovedOff, Appeared), SOON)
                if came is not None:
                    return _link("gave_way", came, effect, nears)
        return []

    def _is(self, number: int, kind: int) -> bool:
        thing = self._things.get(number)
        return thing is not None and bool(thing.kind & kind)

    def _freed(self, effect: MovedOff, thing: int) -> list[Cause]:
        for blocks in self._held:
            if blocks.predicate != "blocks" or blocks.object != thing:
                continue
            if blocks.until is None or effect.at - blocks.until <= SOON:
                went = self._of(effect, blocks.subject, (MovedOff, Vanished), SOON)
                return _link("freed", went, effect, blocks)
        return []

    def _followed_in(self, effect: Entered, thing: int, zone: str) -> list[Cause]:
        for follows in self._held:
            if follows.predicate != "follows" or follows.subject != thing:
                continue
            if follows.until is not None and effect.at - follows.until > SOON:
                continue
            for change in reversed(self._past):
                if (
                    isinstance(change, Entered)
                    and (change.thing, change.zone) == (follows.object, zone)
                    and 0 <= effect.at - change.at <= LATER
                ):
                    return _link("followed_in", change, effect, follows)
        return []

    def _filled(self, effect: Crowded, zone: str) -> list[Cause]:
        for change in reversed(self._past):
            if isinstance(change, Entered) and change.zone == zone and change.at <= effect.at:
                if change.thing not in effect.members:
                    continue
                inside = self._relation(change.thing, "inside", f"zone:{zone}", effect.at)
                return _link("filled", change, effect, inside)
        return []

    def _relation(
        self,
        subject: int,
        predicate: Predicate,
        other: int | str,
        at: float,
        within: float = SOON,
    ) -> Relation | None:
        """Return what holds, or held a while ago, between two."""
        found = None
        for relation in self._held:
            if (relation.subject, relation.predicate, relation.object) == (
                subject,
                predicate,
                other,
            ) and (relation.until is None or at - relation.until <= within):
                found = relation
        return found

    def _related(
        self, effect: Change, subject: int, other: int, predicates: tuple[Predicate, ...]
    ) -> Change | None:
        """Return the latest beginning of one of these relations between two."""
        for change in reversed(self._past):
            if (
                isinstance(change, Related)
                and change.predicate in predicates
                and {change.thing, change.other} == {subject, other}
                and 0 <= effect.at - change.at <= LATER
            ):
                return change
        return None

    def _of(
        self, effect: Change, thing: int, kinds: tuple[type[Change], ...], within: float
    ) -> Change | None:
        """Return the latest change of these kinds of one object."""
        for change in reversed(self._past):
            if (
                isinstance(change, kinds)
                and change is not effect
                and change.things[:1] == (thing,)
                and 0 <= effect.at - change.at <= within
            ):
                return change
        return None


def _link(
    pattern: Pattern, cause: Change | None, effect: Change, evidence: Relation | None
) -> list[Cause]:
    if cause is None or evidence is None:
        return []
    return [Cause(pattern, cause, effect, (evidence,), evidence.confidence)]
