"""Durations, places and directions as a person would say them."""

from collections.abc import Sequence

from detectors import Box

VOWELS = frozenset("aeiou")

BORDER = 0.02
"""Distance to the picture's border at which something is said to be at that edge."""

DIRECTIONS = (
    "up",
    "up and right",
    "right",
    "down and right",
    "down",
    "down and left",
    "left",
    "up and left",
)
"""Headings on the picture, each 45 degrees wide, clockwise from 0."""


def duration(seconds: float) -> str:
    """Say how long: `0.4 s`, `6 s`, `2 min 5 s`, `3 h`."""
    if seconds < 0.95:  # noqa: PLR2004  below, one digit would read 1.0
        return f"{max(seconds, 0.1):.1f} s"
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    hours, left = divmod(minutes, 60)
    days, part = divmod(hours, 24)
    if days:
        return _both(days, "d", part, "h")
    if hours:
        return _both(hours, "h", left, "min")
    return _both(minutes, "min", rest, "s") if minutes else f"{rest} s"


def direction(heading: int) -> str:
    """Say where a heading points on the picture."""
    return DIRECTIONS[round(heading / 45) % 8]


def place(box: Box) -> str:
    """Say where on the picture a box is."""
    edge = edge_of(box)
    if edge is not None:
        return f"at the {edge} edge"
    across = _third((box[0] + box[2]) / 2, "left", "right")
    down = _third((box[1] + box[3]) / 2, "upper", "lower")
    if across and down:
        return f"in the {down} {across} of the picture"
    if across or down:
        return f"in the {across or down} part of the picture"
    return "in the middle of the picture"


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


def listed(parts: Sequence[str]) -> str:
    """Join with commas and a last `and`."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1] if parts else "")))


def quoted(text: str, longest: int) -> str:
    """Put foreign text between quotation marks, on one line, cut to length."""
    line = " ".join(text.split()).replace('"', "'")
    return f'"{line}"' if len(line) <= longest else f'"{line[: longest - 1].rstrip()}…"'


def with_article(noun: str) -> str:
    """Put `a` or `an` before a noun."""
    return f"{'an' if noun[:1].lower() in VOWELS else 'a'} {noun}"


def _both(large: int, unit: str, small: int, part: str) -> str:
    return f"{large} {unit} {small} {part}" if small else f"{large} {unit}"


def _third(position: float, low: str, high: str) -> str:
    if position < 1 / 3:
        return low
    return high if position > 2 / 3 else ""
