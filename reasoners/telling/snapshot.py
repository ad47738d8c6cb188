"""The picture of an event: how good a view is, and what is drawn on it."""

from collections.abc import Iterable, Sequence

from reasoners.scene.config import SceneConfig
from reasoners.scene.thing import Thing
from reasoners.telling.wire import track_name
from sources import Mark, PictureRequest

BETTER = 1.3
"""How many times better a view must be to replace a snapshot."""

CUT = 0.01
"""Distance to the picture's border at which an object counts as cut off by it."""

MARKS = 256
"""Marks of one picture."""

FAINT = (150, 150, 150)
STRONG = (255, 196, 0)


def quality(thing: Thing) -> float:
    """Tell how good a view of an object is: size x score, half of it where the border cuts it."""
    left, top, right, bottom = thing.box
    cut = left <= CUT or top <= CUT or right >= 1 - CUT or bottom >= 1 - CUT
    return (right - left) * (bottom - top) * thing.score * (0.5 if cut else 1.0)


def picture(
    index: int, things: Iterable[Thing], config: SceneConfig, more: Sequence[Mark] = ()
) -> PictureRequest:
    """Ask for a frame: zones and lines faint, the objects boxed with label and score beside.

    Args:
        index: Of the frame.
        things: Whom it is about.
        config: Zones, lines and the size of pictures.
        more: What else to draw, under the boxes, as far as there is room.
    """
    zones = tuple(
        Mark(shape="polygon", points=zone.points, text=(zone.title or name)[:80], color=FAINT)
        for name, zone in config.zones.items()
    )
    lines = tuple(
        Mark(shape="line", points=line.points, text=(line.title or name)[:80], color=FAINT)
        for name, line in config.lines.items()
    )
    boxes = tuple(
        Mark(
            shape="box",
            points=((thing.box[0], thing.box[1]), (thing.box[2], thing.box[3])),
            text=f"{thing.label[:60]} {track_name(thing.track)} {thing.score:.2f}",
            color=STRONG,
        )
        for thing in things
    )
    return PictureRequest(
        index=index,
        longest=config.snapshot_longest,
        quality=config.snapshot_quality,
        marks=(*zones, *lines, *more[: MARKS - len(zones) - len(lines) - len(boxes)], *boxes),
    )
