"""Which relations an event carries, the strongest, the rest counted; and how causes are written."""

from collections.abc import Callable, Sequence
from typing import get_args

from reasoners.event import EventCause, EventChange, EventRelation
from reasoners.scene.cause import Cause
from reasoners.scene.change import Change
from reasoners.scene.relation import Predicate, Relation
from reasoners.scene.scene import Scene
from reasoners.scene.thing import Thing
from reasoners.telling.saying import KIND, places_of
from reasoners.telling.wire import moment, track_name, unit

RELATIONS = 32
"""Relations an event carries."""

PREDICATES: tuple[Predicate, ...] = get_args(Predicate)
"""What the scene knows to hold between things."""

_SAYING: tuple[frozenset[Predicate], ...] = (
    frozenset({"inside", "carries", "leaves_behind", "takes", "blocks", "follows", "on"}),
    frozenset({"accompanies", "approaches", "moves_away", "near", "in_front_of", "behind"}),
)
"""What says most of an object, then what says something; how things lie on the picture is last."""


def carried(
    relations: Sequence[Relation],
    track: Callable[[int], int | None],
    most: int | None = RELATIONS,
) -> tuple[tuple[EventRelation, ...], int]:
    """Choose and write the relations of one event.

    Args:
        relations: All that touch its object, with the object as subject where that can be said.
        track: Tells the track id an object has or had last; None if that is forgotten.
        most: How many to write; None for all.

    Returns:
        At most so many: what holds before what held, what says much before what says little,
        then the surest. And how many were left out.
    """
    written: list[EventRelation] = []
    for relation in sorted(relations, key=_rank):
        subject = track(relation.subject)
        other = relation.object
        place = other if isinstance(other, str) else _name(track(other))
        if subject is None or place is None or len(written) == most:
            continue
        written.append(
            EventRelation(
                subject=track_name(subject),
                predicate=relation.predicate,
                object=place,
                since=moment(relation.since),
                until=None if relation.until is None else moment(relation.until),
                confidence=unit(relation.confidence),
                source=relation.source,
            )
        )
    return tuple(written), len(relations) - len(written)


def claimed(told: EventRelation, thing: Callable[[int], int | None]) -> Relation | None:
    """Read what a model claims; None where the scene does not know the word, or whom it names.

    Args:
        told: As it stands in an event.
        thing: Tells the identity of the object that a track shows; None if it is not there.
    """
    subject = thing(int(told.subject.removeprefix("t")))
    other: int | str | None = told.object
    if not told.object.startswith("zone:"):
        other = thing(int(told.object.removeprefix("t")))
    predicate = next((word for word in PREDICATES if word == told.predicate), None)
    if subject is None or other is None or predicate is None:
        return None
    return Relation(
        subject, predicate, other, told.since, told.until, told.confidence, source="vlm"
    )


def caused(cause: Cause, track: Callable[[int], int | None]) -> EventCause | None:
    """Write a causal link; None if who was part of it is long forgotten."""
    evidence, _ = carried(cause.evidence, track, most=None)
    if not evidence:
        return None
    return EventCause(
        pattern=cause.pattern,
        cause=_changed(cause.cause, track),
        effect=_changed(cause.effect, track),
        evidence=evidence,
        confidence=unit(cause.confidence),
    )


def _changed(change: Change, track: Callable[[int], int | None]) -> EventChange:
    names = [_name(track(thing)) for thing in getattr(change, "members", change.things)]
    alone = not hasattr(change, "members")
    others = (*(names[1:] if alone else ()), *places_of(change))
    return EventChange(
        what=KIND[type(change)],
        subject=names[0] if alone and names else None,
        object=others[0] if others else None,
        at=moment(change.at),
        frame=change.index,
    )


def _rank(relation: Relation) -> tuple[bool, int, float, float, str, str, str]:
    saying = next(
        (place for place, words in enumerate(_SAYING) if relation.predicate in words), len(_SAYING)
    )
    return (
        relation.until is not None,
        saying,
        -unit(relation.confidence),
        relation.since,
        relation.predicate,
        str(relation.object),
        str(relation.subject),
    )


def related(things: Sequence[Thing], scene: Scene) -> tuple[tuple[EventRelation, ...], int]:
    """Tell in which zones the objects of an event are and were, and what ties them to others.

    Returns:
        As `carried`, what the scene itself forgot included.
    """
    told: list[Relation] = []
    before: set[int | str] = set()
    forgotten = 0
    for thing in things:
        told += [
            Relation(
                thing.id, "inside", f"zone:{stay.zone}", stay.since, stay.until, stay.confidence
            )
            for stay in (*thing.zones.values(), *thing.past)
        ]
        others, lost = scene.touching(thing)
        # Between two of its objects each would tell it, from its own side.
        told += [one for one in others if not {one.subject, one.object} & before]
        before.add(thing.id)
        forgotten += lost + thing.forgotten
    written, left_out = carried(told, scene.track)
    return written, left_out + forgotten


def amended(
    relations: tuple[EventRelation, ...], claims: Sequence[EventRelation]
) -> tuple[tuple[EventRelation, ...], int]:
    """Add what a model claims to what an event carries; return both, and how many found no room.

    A quarter of the room is for claims at most, and what was measured alike is not claimed twice.
    """
    known = {_said(one) for one in relations}
    fresh = tuple(one for one in claims if _said(one) not in known)
    room = fresh[: RELATIONS // 4]
    told = (*relations[: RELATIONS - len(room)], *room)
    return told, len(relations) + len(fresh) - len(told)


def _said(relation: EventRelation) -> tuple[str, str, str, str]:
    return relation.subject, relation.predicate, relation.object, relation.source


def _name(track: int | None) -> str | None:
    return None if track is None else track_name(track)
