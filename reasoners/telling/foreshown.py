"""What is drawn of the future, and of what holds between objects: ways, ellipses, ties. Pure."""

import math
from collections.abc import Callable, Iterable, Sequence

from reasoners.scene.relation import Predicate, Relation
from reasoners.scene.thing import Thing
from sources import Mark

AHEAD = 2.0
"""Seconds ahead that are drawn: farther ellipses hide the picture."""

FOUR_OF_FIVE = 1.794
"""Standard deviations of the ellipse that holds four of five: chi-square, two degrees, its root."""

CORNERS = 24
"""Of what stands for an ellipse."""

WIDEST = 0.35
"""Half an ellipse, in picture sides, beyond which it would say nothing and is not drawn."""

TIES = 12
"""Relations drawn; more hide the picture."""

TIE = (235, 235, 235)

DRAWN: frozenset[Predicate] = frozenset(
    {"carries", "follows", "accompanies", "on", "blocks", "leaves_behind", "takes", "approaches"}
)
"""What is worth a line: how things lie on the picture is plain without."""

Rgb = tuple[int, int, int]
Expected = Callable[[int, float], tuple[float, float, float, float] | None]
"""Tells by identity where a foot will be in so many seconds: x, y, and the deviation of each."""


def ways(
    things: Iterable[Thing],
    expected: Expected,
    color: Callable[[Thing], Rgb],
    seconds: float = AHEAD,
) -> list[Mark]:
    """Draw where moving objects go: an arrow, and at its head the ellipse for four of five."""
    marks: list[Mark] = []
    for thing in things:
        there = expected(thing.id, seconds) if thing.seen and thing.moving else None
        if there is None:
            continue
        x, y, across, down = there
        left, _, right, bottom = thing.box
        start, end = ((left + right) / 2, bottom), _on(x, y)
        if math.dist(start, end) > 0.01:  # noqa: PLR2004  a hundredth of the picture
            marks.append(Mark(shape="arrow", points=(start, end), color=color(thing)))
        wide, high = FOUR_OF_FIVE * across, FOUR_OF_FIVE * down
        if wide <= WIDEST and high <= WIDEST and _inside(x, y):
            around = _ellipse(x, y, wide, high)
            marks.append(Mark(shape="polygon", points=around, color=color(thing), dashed=True))
    return marks


def ties(relations: Sequence[Relation], things: Callable[[int], Thing | None]) -> list[Mark]:
    """Draw what holds between two objects that are seen: a line with the word for it."""
    marks: list[Mark] = []
    for relation in sorted(relations, key=lambda one: (-one.confidence, one.since, one.predicate)):
        if relation.predicate not in DRAWN or not isinstance(relation.object, int):
            continue
        one, two = things(relation.subject), things(relation.object)
        if one is None or two is None or not (one.seen and two.seen):
            continue
        words = relation.predicate.replace("_", " ")
        start, end = _middle(one), _middle(two)
        halfway = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        marks.append(Mark(shape="line", points=(start, end), color=TIE, dashed=True))
        marks.append(Mark(shape="text", points=(halfway,), text=words, color=TIE))
        if len(marks) >= 2 * TIES:
            break
    return marks


def _middle(thing: Thing) -> tuple[float, float]:
    left, top, right, bottom = thing.box
    return (left + right) / 2, (top + bottom) / 2


def _ellipse(x: float, y: float, wide: float, high: float) -> tuple[tuple[float, float], ...]:
    turns = (2 * math.pi * number / CORNERS for number in range(CORNERS))
    return tuple(_on(x + wide * math.cos(turn), y + high * math.sin(turn)) for turn in turns)


def _on(x: float, y: float) -> tuple[float, float]:
    return min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)


def _inside(x: float, y: float) -> bool:
    return 0.0 <= x <= 1.0 and 0.0 <= y <= 1.0
