"""What is drawn of the future, and of what holds between objects: ways, ellipses, ties. Pure."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Literal

from reasoners.scene.relation import INVERSE, Predicate, Relation
from reasoners.scene.thing import Thing
from reasoners.telling.strokes import (
    SHORTEST,
    TIE,
    Point,
    Sides,
    color_of,
    foot,
    within,
)
from reasoners.telling.wire import track_name
from sources import Mark

AHEAD = 2.0
"""Seconds ahead that are drawn: farther ellipses hide the picture."""

FOUR_OF_FIVE = 1.794
"""Standard deviations of the ellipse that holds four of five: chi-square, two degrees, its root."""

CORNERS = 24
"""Of what stands for an ellipse."""

WIDEST = 0.22
"""Half an ellipse, in picture sides, beyond which it would say nothing and is not drawn."""

TIES = 12
"""Pairs of objects between which something is drawn; more hide the picture."""

PER_PAIR = 2
"""Words for one pair."""

DRAWN: Final[tuple[Predicate, ...]] = (
    *("takes", "leaves_behind", "carries", "blocks", "on", "follows"),
    *("accompanies", "approaches"),
)
"""What is worth a line, what says most first: how things lie on the picture is plain without."""

Expected = Callable[[int, float], Sides | None]
"""Tells by identity where a foot will be in so many seconds: x, y, and the deviation of each."""


def ways(things: Iterable[Thing], expected: Expected, seconds: float = AHEAD) -> list[Mark]:
    """Draw where moving objects go: an arrow, and at its head the ellipse for four of five.

    Of whom it is too unsure where he goes nothing is drawn: an arrow would claim to know.
    """
    marks: list[Mark] = []
    for thing in things:
        there = expected(thing.id, seconds) if goes(thing) else None
        if there is None or vague(there):
            continue
        color = color_of(thing.track)
        start, end = foot(thing.box), (within(there[0]), within(there[1]))
        if math.dist(start, end) > SHORTEST:
            marks.append(Mark(shape="arrow", points=(start, end), color=color))
        if (there[0], there[1]) == end:
            around = ellipse(there)
            marks.append(Mark(shape="polygon", points=around, color=color, dashed=True))
    return marks


def goes(thing: Thing) -> bool:
    """Tell whether an object is seen to go somewhere: the box of who falls moves as it flattens."""
    return thing.seen and thing.moving and not thing.posture.fallen


def vague(there: Sides, widest: float = WIDEST) -> bool:
    """Tell whether so little is known of where a foot will be that it is not worth drawing.

    Args:
        there: Where it will be: x, y, and the deviation of each.
        widest: Half an ellipse, in picture sides, that still says something.
    """
    return FOUR_OF_FIVE * max(there[2], there[3]) > widest


def ellipse(there: Sides) -> tuple[Point, ...]:
    """Return the outline that holds four of five, as far as it is on the picture.

    Args:
        there: Where a foot will be: x, y, and the deviation of each.
    """
    x, y, across, down = there
    wide, high = FOUR_OF_FIVE * across, FOUR_OF_FIVE * down
    turns = (2 * math.pi * number / CORNERS for number in range(CORNERS))
    return tuple(
        (within(x + wide * math.cos(turn)), within(y + high * math.sin(turn))) for turn in turns
    )


def ties(
    relations: Iterable[Relation], things: Callable[[int], Thing | None], most: int = TIES
) -> tuple[list[Mark], list[Thing]]:
    """Draw what holds between two objects that are seen: an arrow with the word for it.

    What says most comes first, then what is surest; a pair has one line for all its words.

    Args:
        relations: What holds; what is over is not drawn.
        things: Finds an object by its identity.
        most: Pairs at most.

    Returns:
        The marks, and whom they touch.
    """
    chosen: dict[frozenset[int], list[Relation]] = {}
    for relation in sorted((one for one in relations if _is_drawn(one)), key=_rank):
        other = relation.object
        if not isinstance(other, int) or not (_seen(things, relation.subject, other)):
            continue
        pair = frozenset({relation.subject, other})
        if pair not in chosen and len(chosen) >= most:
            continue
        chosen.setdefault(pair, []).append(relation)
    marks, touched = list[Mark](), dict[int, Thing]()
    for held in chosen.values():
        one, two = things(held[0].subject), things(_other(held[0]))
        if one is not None and two is not None:
            marks.append(_tie(held, one, two))
            touched |= {one.id: one, two.id: two}
    return marks, list(touched.values())


def _tie(held: Sequence[Relation], one: Thing, two: Thing) -> Mark:
    """Draw one line from subject to object; what holds the other way as well is not on it.

    Where they overlap a line would hide what it ties: there the words name the object instead.
    """
    same = [relation for relation in held if relation.subject == one.id]
    said = dict.fromkeys(relation.predicate.replace("_", " ") for relation in same)
    words = ", ".join(list(said)[:PER_PAIR])
    ends = _between(one.box, two.box)
    if ends is None:
        at = ((two.box[0] + two.box[2]) / 2, two.box[1])
        text = f"{words} {track_name(two.track)}"
        return Mark(shape="text", points=((within(at[0]), within(at[1])),), text=text, color=TIE)
    shape: Literal["line", "arrow"] = "line" if held[0].predicate in INVERSE else "arrow"
    return Mark(shape=shape, points=ends, text=words, color=TIE, dashed=True)


def _is_drawn(relation: Relation) -> bool:
    return relation.until is None and relation.predicate in DRAWN


def _rank(relation: Relation) -> tuple[int, float, float, int]:
    place = DRAWN.index(relation.predicate)
    return place, -relation.confidence, relation.since, relation.subject


def _other(relation: Relation) -> int:
    return relation.object if isinstance(relation.object, int) else -1


def _seen(things: Callable[[int], Thing | None], *numbers: int) -> bool:
    found = [things(number) for number in numbers]
    return all(thing is not None and thing.seen for thing in found)


def _between(one: Sides, two: Sides) -> tuple[Point, Point] | None:
    """Return the line from border to border; None where they overlap."""
    start, end = _middle(one), _middle(two)
    leaves, enters = _way_out(start, end, one), 1.0 - _way_out(end, start, two)
    if leaves >= enters:
        return None
    return _along(start, end, leaves), _along(start, end, enters)


def _way_out(start: Point, end: Point, sides: Sides) -> float:
    """Return at which share of the way from the middle of a box to elsewhere its border is."""
    across, down = abs(end[0] - start[0]), abs(end[1] - start[1])
    half = ((sides[2] - sides[0]) / 2, (sides[3] - sides[1]) / 2)
    shares = [reach / way for reach, way in zip(half, (across, down), strict=True) if way > 0]
    return min(shares, default=1.0)


def _along(start: Point, end: Point, share: float) -> Point:
    return (
        within(start[0] + share * (end[0] - start[0])),
        within(start[1] + share * (end[1] - start[1])),
    )


def _middle(sides: Sides) -> Point:
    left, top, right, bottom = sides
    return within((left + right) / 2), within((top + bottom) / 2)
