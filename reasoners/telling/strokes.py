"""The vocabulary of every picture: how places, objects, ways and what holds between them are drawn.

Snapshots, forecast pictures and films say the same thing with the same strokes. Places are faint
and grey; an object has the colour of its track, and so have its box, its tail and its way; what
holds between two is a light arrow from the one to the other with the word for it. Pure.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Final

from reasoners.scene.line import LineConfig
from reasoners.scene.zone import ZoneConfig
from reasoners.telling.wire import track_name
from sources import Mark, legible

Rgb = tuple[int, int, int]
Point = tuple[float, float]
Sides = tuple[float, float, float, float]

FAINT: Final = (170, 170, 170)
"""Places, and what is only believed to be there."""

TIE: Final = (245, 245, 245)
"""What holds between two."""

COLORS: Final[tuple[Rgb, ...]] = (
    *((255, 190, 0), (0, 190, 255), (90, 225, 70), (255, 95, 70)),
    *((185, 120, 255), (0, 225, 190), (255, 150, 215), (80, 125, 255)),
)
"""One after the other by track id, so that neighbours differ, also for who sees red and green
alike: they differ in brightness, too."""

TAIL: Final = 3.0
"""Seconds of an object's way that are drawn behind it."""

SPACING: Final = 0.1
"""Least seconds between two points of a tail."""

FOLLOWED: Final = 512
"""Objects whose ways are remembered."""

SHORTEST: Final = 0.01
"""Picture sides below which a way is no way."""

WORDS: Final = 80
"""Characters of a mark."""

_EPSILON: Final = 1e-6


def color_of(track: int) -> Rgb:
    """Return the colour of a track, the same on every picture."""
    return COLORS[track % len(COLORS)]


def places(zones: Mapping[str, ZoneConfig], lines: Mapping[str, LineConfig]) -> tuple[Mark, ...]:
    """Draw zones and lines, with the title where it can be written, else with the name.

    Args:
        zones: As configured, by name.
        lines: As configured, by name.
    """
    return (
        *(
            Mark(shape="polygon", points=zone.points, text=_title(zone.title, name), color=FAINT)
            for name, zone in zones.items()
        ),
        *(
            Mark(shape="line", points=line.points, text=_title(line.title, name), color=FAINT)
            for name, line in lines.items()
        ),
    )


def called(label: str, track: int, score: float | None = None) -> str:
    """Name an object, with how sure that is where it is worth saying: `person t17 0.91`."""
    name = f"{label[:60]} {track_name(track)}"
    return name if score is None else f"{name} {score:.2f}"


def box(sides: Sides, color: Rgb, text: str = "", *, dashed: bool = False) -> Mark:
    """Draw an object's box; dashed where nobody saw it, but it should be."""
    left, top, right, bottom = (within(side) for side in sides)
    corners = ((left, top), (right, bottom))
    return Mark(shape="box", points=corners, text=text[:WORDS], color=color, dashed=dashed)


def within(side: float) -> float:
    """Keep a coordinate on the picture."""
    return min(max(side, 0.0), 1.0)


def foot(sides: Sides) -> Point:
    """Return the point on which an object stands, on the picture."""
    left, _, right, bottom = sides
    return within((left + right) / 2), within(bottom)


class Tails:
    """Where objects were in the last seconds. Bounded; time comes with the data."""

    def __init__(self) -> None:
        self._ways: dict[int, deque[tuple[float, Point]]] = {}

    def note(self, key: int, at: float, place: Point) -> None:
        """Remember where an object is.

        Args:
            key: Who it is.
            at: Seconds; what comes too soon after the last replaces nothing and is not needed.
            place: Its foot, relative.
        """
        way = self._ways.get(key)
        if way is None:
            if len(self._ways) >= FOLLOWED:
                return
            way = self._ways[key] = deque(maxlen=round(TAIL / SPACING) + 2)
        if not way or at - way[-1][0] >= SPACING - _EPSILON:
            way.append((at, place))

    def forget(self, now: float) -> None:
        """Let go of what is long past."""
        for key, way in list(self._ways.items()):
            while way and way[0][0] < now - TAIL - _EPSILON:
                way.popleft()
            if not way:
                del self._ways[key]

    def clear(self) -> None:
        """Forget everything: the camera was away."""
        self._ways.clear()

    def mark(self, key: int, color: Rgb, end: Point | None = None) -> Mark | None:
        """Draw the way of an object; None where it has hardly moved.

        Args:
            key: Who it is.
            color: Of its track.
            end: Where it is now, if that is not the latest point.
        """
        points = [place for _, place in self._ways.get(key, ())]
        if end is not None and (not points or points[-1] != end):
            points.append(end)
        across = [x for x, _ in points]
        down = [y for _, y in points]
        if len(points) < 2 or max(max(across) - min(across), max(down) - min(down)) < SHORTEST:  # noqa: PLR2004  two ends
            return None
        return Mark(shape="line", points=tuple(points), color=color, dashed=True)


def fitting(marks: Sequence[Mark | None], most: int) -> list[Mark]:
    """Leave out what is not there, and what would be too much."""
    return [mark for mark in marks if mark is not None][: max(most, 0)]


def _title(title: str | None, name: str) -> str:
    return legible(title, name)[:WORDS] if title else name
