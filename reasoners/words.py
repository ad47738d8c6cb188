"""Durations, places and directions as a person would say them: what to say, and it in English."""

from collections.abc import Sequence
from typing import Final

from detectors import Box
from reasoners.language.catalogue import catalogue
from reasoners.language.phrase import Phrase

ENGLISH: Final = catalogue("en")

BORDER = 0.02
"""Distance to the picture's border at which something is said to be at that edge."""

DIRECTIONS: Final = tuple(
    Phrase(f"direction.{way}")
    for way in (
        "up",
        "up_right",
        "right",
        "down_right",
        "down",
        "down_left",
        "left",
        "up_left",
    )
)
"""Headings on the picture, each 45 degrees wide, clockwise from 0."""


def heading_phrase(heading: int) -> Phrase:
    """Say where a heading, in degrees, points on the picture."""
    return DIRECTIONS[round(heading / 45) % 8]


def place_phrase(box: Box) -> Phrase:
    """Say where on the picture a box is."""
    edge = edge_of(box)
    if edge is not None:
        return Phrase(f"place.edge_{edge}")
    down = _third((box[1] + box[3]) / 2, "upper", "lower")
    across = _third((box[0] + box[2]) / 2, "left", "right")
    return Phrase(f"place.{'_'.join(filter(None, (down, across))) or 'middle'}")


def edge_of(box: Box) -> str | None:
    """Name the one edge that cuts a box; None where none does or opposite ones do.

    At a corner the sides come first: things that walk or drive come in from there.
    """
    left, right = box[0] <= BORDER, box[2] >= 1 - BORDER
    top, bottom = box[1] <= BORDER, box[3] >= 1 - BORDER
    if left != right:
        return "left" if left else "right"
    if top != bottom and not left:
        return "upper" if top else "lower"
    return None


def duration(seconds: float) -> str:
    """Say how long: `0.4 s`, `6 s`, `2 min 5 s`, `3 h`."""
    return ENGLISH.duration(seconds)


def direction(heading: int) -> str:
    """Say where a heading points on the picture."""
    return ENGLISH.say(heading_phrase(heading))


def place(box: Box) -> str:
    """Say where on the picture a box is."""
    return ENGLISH.say(place_phrase(box))


def listed(parts: Sequence[str]) -> str:
    """Join with commas and a last `and`."""
    return ENGLISH.listed(parts)


def quoted(text: str, longest: int) -> str:
    """Put foreign text between quotation marks, on one line, cut to length."""
    return ENGLISH.quoted(text, longest)


def with_article(noun: str) -> str:
    """Put `a` or `an` before a noun."""
    return ENGLISH.noun(noun, "a")


def _third(position: float, low: str, high: str) -> str:
    if position < 1 / 3:
        return low
    return high if position > 2 / 3 else ""
