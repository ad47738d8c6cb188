"""The picture of an event: how good a view is, and what is drawn on it."""

from collections.abc import Iterable, Sequence

from reasoners.scene.config import SceneConfig
from reasoners.scene.thing import Thing
from reasoners.telling.strokes import box, called, color_of, fitting, places
from sources import Mark, PictureRequest

BETTER = 1.3
"""How many times better a view must be to replace a snapshot."""

CUT = 0.01
"""Distance to the picture's border at which an object counts as cut off by it."""

MARKS = 256
"""Marks of one picture."""

TIES = 4
"""Pairs between which something is drawn: a snapshot is looked at small."""


def quality(thing: Thing) -> float:
    """Tell how good a view of an object is: size x score, half of it where the border cuts it."""
    left, top, right, bottom = thing.box
    cut = left <= CUT or top <= CUT or right >= 1 - CUT or bottom >= 1 - CUT
    return (right - left) * (bottom - top) * thing.score * (0.5 if cut else 1.0)


def picture(
    index: int,
    things: Iterable[Thing],
    config: SceneConfig,
    more: Sequence[Mark | None] = (),
    others: Iterable[Thing] = (),
) -> PictureRequest:
    """Ask for a frame: zones and lines faint, the objects boxed with label and score beside.

    Args:
        index: Of the frame.
        things: Whom it is about.
        config: Zones, lines and the size of pictures.
        more: What else to draw, under the boxes, as far as there is room: ways, tails, ties.
        others: Whom something ties to them: boxed with their names alone.
    """
    around = places(config.zones, config.lines)
    boxes = [
        box(thing.box, color_of(thing.track), called(thing.label, thing.track, thing.score))
        for thing in things
    ]
    beside = [
        box(other.box, color_of(other.track), called(other.label, other.track)) for other in others
    ]
    room = MARKS - len(around) - len(boxes)
    under = fitting((*more, *beside), room)
    return PictureRequest(
        index=index,
        longest=config.snapshot_longest,
        quality=config.snapshot_quality,
        marks=(*around, *under, *boxes),
    )
