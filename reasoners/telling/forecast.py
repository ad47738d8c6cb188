"""A forecast picture: where objects are expected in a few seconds, over the frame of now. Pure."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from reasoners.predictions.prediction import PICTURE, Prediction
from reasoners.scene.config import SceneConfig
from reasoners.scene.thing import Thing
from reasoners.telling.foreshown import Expected, ellipse, goes, vague
from reasoners.telling.strokes import (
    TIE,
    WORDS,
    Sides,
    box,
    called,
    color_of,
    fitting,
    foot,
    places,
    within,
)
from reasoners.telling.wire import track_name
from sources import Mark, PictureRequest

MOST: Final = 20
"""Objects drawn; more hide the picture."""

WIDEST: Final = 0.35
"""Half an ellipse, in picture sides, up to which a place is drawn: the picture is for that."""

TOLD: Final = 4
"""Predictions written below the picture, the likeliest."""

LEAST: Final = 0.1
"""Probability from which a prediction is told, as events do."""

MARKS: Final = 256
"""Marks of one picture."""

_ROW: Final = 0.05
"""Picture heights from one line of text to the next."""


def foreseeable(things: Iterable[Thing], expected: Expected, seconds: float) -> bool:
    """Tell whether it is known well enough where one of them will be, and that is elsewhere."""
    return any(_there(thing, expected, seconds) is not None for thing in things)


def forecast(
    index: int,
    things: Sequence[Thing],
    config: SceneConfig,
    expected: Expected,
    seconds: float,
    told: Sequence[str] = (),
) -> PictureRequest | None:
    """Ask for a frame with everybody's box as it is, and dashed where it is expected.

    Between both lies an arrow from foot to foot, and around the latter the ellipse that holds four
    of five. Of whom too little is known, and of who stands, only the box of now is drawn.

    Args:
        index: Of the frame.
        things: Who is there, whom it is about first.
        config: Zones, lines and the size of pictures.
        expected: Where feet will be.
        seconds: How far ahead.
        told: What is written below: see `stated`.

    Returns:
        None where nothing is foreseen.
    """
    seen = [thing for thing in things if thing.seen][:MOST]
    ways = {thing.id: _there(thing, expected, seconds) for thing in seen}
    if not any(ways.values()):
        return None
    later: list[Mark | None] = []
    boxes: list[Mark] = []
    for thing in reversed(seen):
        there = ways[thing.id]
        later += [] if there is None else _expected(thing, there, seconds)
        boxes.append(box(thing.box, color_of(thing.track), called(thing.label, thing.track)))
    texts = [
        Mark(shape="text", points=((0.01, 0.98 - _ROW * row),), text=text[:WORDS], color=TIE)
        for row, text in enumerate(reversed(told[:TOLD]))
    ]
    head = Mark(shape="text", points=((0.01, 0.05),), text=f"expected in {seconds:g} s", color=TIE)
    around = places(config.zones, config.lines)
    room = MARKS - len(around) - len(boxes) - len(texts) - 1
    return PictureRequest(
        index=index,
        longest=config.snapshot_longest,
        quality=config.snapshot_quality,
        marks=(*around, *fitting(later, room), *boxes, *texts, head),
    )


def stated(
    predictions: Iterable[Prediction], track: Callable[[int], int | None], now: float
) -> list[str]:
    """Write open predictions in the words of the record: `t17 enters step 82 % within 4 s`.

    Args:
        predictions: What is open.
        track: Tells the track id of an object.
        now: The present, seconds.
    """
    found: dict[str, float] = {}
    for one in predictions:
        left = one.until - now
        if one.probability < LEAST or left <= 0:
            continue
        text = f"{_clause(one, track)} {100 * one.probability:.0f} % within {max(left, 0.1):.0f} s"
        found.setdefault(text, one.probability)
    return sorted(found, key=lambda text: -found[text])


def _clause(one: Prediction, track: Callable[[int], int | None]) -> str:
    if one.what == "count":
        return f"{one.count} {one.label} in {_name(one.object, track)}"
    what = "leaves" if one.what == "departs" else one.what
    subject = "?" if one.subject is None else _name(one.subject, track)
    place = "" if one.what == "stops" else f" {_name(one.object, track)}"
    return f"{subject} {what}{place}"


def _name(about: int | str, track: Callable[[int], int | None]) -> str:
    if isinstance(about, str):
        return "picture" if about == PICTURE else about.partition(":")[2] or about
    number = track(about)
    return "?" if number is None else track_name(number)


def _there(thing: Thing, expected: Expected, seconds: float) -> Sides | None:
    """Return where a foot will be, if that is known and worth drawing."""
    there = expected(thing.id, seconds) if goes(thing) else None
    return None if there is None or vague(there, WIDEST) else there


def _expected(thing: Thing, there: Sides, seconds: float) -> list[Mark | None]:
    color, name = color_of(thing.track), track_name(thing.track)
    start, end = foot(thing.box), (within(there[0]), within(there[1]))
    arrow = Mark(shape="arrow", points=(start, end), color=color)
    if (there[0], there[1]) != end:
        return [arrow.model_copy(update={"text": f"{name} out of view"})]
    across, down = there[0] - start[0], there[1] - start[1]
    left, top, right, bottom = thing.box
    moved = (left + across, top + down, right + across, bottom + down)
    around = Mark(shape="polygon", points=ellipse(there), color=color, dashed=True)
    return [around, arrow, box(moved, color, f"{name} in {seconds:g} s", dashed=True)]
