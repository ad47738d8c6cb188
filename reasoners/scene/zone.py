"""Zones: named polygons on the picture, and when something is inside one."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from detectors import Box
from reasoners.period import Period

Coordinate = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Point = tuple[float, float]
LongPeriod = Annotated[Period, Field(gt=0, le=86_400, allow_inf_nan=False)]

_Side = tuple[float, float, float, float, float, bool]
"""Left and top of its start, its reach across and down, that squared, and whether it separates."""

SMALLEST = 1e-5
"""Share of the picture below which a polygon encloses nothing: 20 pixels of Full HD."""

JITTER = 0.08
"""Depth, in sizes of the object, by which it must be over the border before that counts."""

SLACK = 0.004
"""Least such depth, in picture heights: boxes of far objects jump by whole pixels."""

EDGE = 1e-4
"""Distance to the picture's border that is no distance."""


class ZoneConfig(BaseModel):
    """One zone of a camera."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    points: tuple[tuple[Coordinate, Coordinate], ...] = Field(min_length=3, max_length=64)
    """Corners in order, each `[x, y]` from 0 to 1, origin top left; at least 3. Where the outline
    crosses itself, what is enclosed twice is outside."""

    title: str | None = Field(default=None, min_length=1, max_length=80)
    """Name for people; default none, then the zone's own name is shown."""

    point: Literal["foot", "center"] = "foot"
    """What of an object must be inside: the middle of its box's lower edge (`foot`, the default,
    right for what stands on the ground) or the middle of the box."""

    loiter: LongPeriod | None = None
    """After how long an object loiters here (`2m`): time inside counts on over absences of up to a
    minute. Default none, then nobody loiters. Lowering it notices those who wait, too."""

    crowd: int | None = Field(default=None, ge=2, le=1000)
    """From how many people on the zone is crowded; default none. It is no longer once there are
    fewer than nine tenths of that for a moment."""

    keep_clear: LongPeriod | None = None
    """After how long something that stands still here blocks the zone (`5s`); default none. People
    who stand do not block."""

    way: int | None = Field(default=None, ge=0, lt=360)
    """The permitted way through: degrees on the picture, 0 up, 90 right, clockwise; default any.
    What moves within 60 degrees of the opposite for a moment is on the wrong way."""

    @model_validator(mode="after")
    def _encloses_something(self) -> Self:
        if _area(self.points) < SMALLEST:
            msg = "the points enclose nothing; give at least 3 corners that are not on one line"
            raise ValueError(msg)
        return self


class Zone:
    """Geometry of one zone. Depths and sizes are in picture heights, so both axes count alike.

    Plain arithmetic: for the few corners and objects of a scene it is several times faster than
    numpy, whose every call costs more than a whole polygon.
    """

    def __init__(self, name: str, config: ZoneConfig) -> None:
        self.name = name
        self.title = config.title
        self.point = config.point
        self.points = config.points
        self._sides = [(start, end) for start, end in _sides(config.points) if start != end]
        around = sum(math.dist(start, end) for start, end in self._sides)
        self._reach = 0.5 * _area(config.points) / around
        across, down = zip(*config.points, strict=True)
        self.bounds: Box = (min(across), min(down), max(across), max(down))
        """Left, top, right, bottom."""

        self._aspect = 0.0
        self._scaled: list[_Side] = []

    def misses(self, point: Point) -> bool:
        """Tell, faster than `depth`, whether a point is clearly outside; most are."""
        left, top, right, bottom = self.bounds
        x, y = point
        return x < left - EDGE or x > right + EDGE or y < top - EDGE or y > bottom + EDGE

    def depth(self, point: Point, aspect: float) -> float:
        """Tell how deep inside a point lies.

        Args:
            point: Relative; off the picture it counts as on its border.
            aspect: Width of the picture divided by its height.

        Returns:
            Distance to the nearest border of the zone, negative outside; infinite where the zone
            is the whole picture.
        """
        if aspect != self._aspect:
            self._scale(aspect)
        x = min(max(point[0], EDGE), 1 - EDGE) * aspect
        y = min(max(point[1], EDGE), 1 - EDGE)
        inside = False
        nearest = math.inf
        for left, top, across, down, length, wall in self._scaled:
            right, below = x - left, y - top
            # Ray casting: a ray to the right crosses the outline an odd number of times.
            if (below < 0) != (below < down) and right < across * below / down:
                inside = not inside
            if wall:
                share = (right * across + below * down) / length
                share = 0.0 if share < 0 else min(share, 1.0)
                dx, dy = right - share * across, below - share * down
                nearest = min(nearest, dx * dx + dy * dy)
        away = math.sqrt(nearest)
        return away if inside else -away

    def admits(self, depth: float, size: float, *, inside: bool | None) -> bool:
        """Decide whether an object is inside, with hysteresis at the border.

        Args:
            depth: Of its point, see `depth`.
            size: Of the object; the larger, the more its point jitters.
            inside: What was decided before; None at first sight.
        """
        if inside is None:
            return depth >= 0
        margin = self.margin(size)
        return depth > -margin if inside else depth > margin

    def margin(self, size: float) -> float:
        """Tell how far over the border counts, for an object of this size (picture heights)."""
        # A margin that grew with the object alone would make narrow zones impossible to enter.
        return min(max(JITTER * size, SLACK), self._reach)

    def _scale(self, aspect: float) -> None:
        self._aspect = aspect
        self._scaled = []
        for (left, top), (right, bottom) in self._sides:
            across, down = (right - left) * aspect, bottom - top
            # Where the outline runs along the picture's border, the zone goes on beyond it: a foot
            # at the very bottom of the picture is not near a way out.
            wall = not _along_border((left, top), (right, bottom))
            length = across * across + down * down
            self._scaled.append((left * aspect, top, across, down, length, wall and length > 0))


def _sides(points: Sequence[Point]) -> Iterator[tuple[Point, Point]]:
    return zip(points, (*points[1:], points[0]), strict=True)


def _area(points: Sequence[Point]) -> float:
    signed = sum(x * below - right * y for (x, y), (right, below) in _sides(points)) / 2
    # A bow-tie encloses something although its signed halves cancel out.
    (x, y), *others = points
    fan = (abs((a - x) * (d - y) - (c - x) * (b - y)) / 2 for (a, b), (c, d) in pairwise(others))
    return max(abs(signed), *fan)


def _along_border(start: Point, end: Point) -> bool:
    return any(
        (a <= EDGE and b <= EDGE) or (a >= 1 - EDGE and b >= 1 - EDGE)
        for a, b in zip(start, end, strict=True)
    )
