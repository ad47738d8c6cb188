"""Lines of a picture, which have two sides: who crosses one, and which way."""

import math
from itertools import pairwise
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from reasoners.scene.change import Way
from reasoners.scene.zone import JITTER, SLACK, Coordinate, Point

SHORTEST = 0.01
"""Share of the picture's side below which a line is too short to be crossed."""


ALIKE = 1e-12
"""Difference of squared distances that is none."""


class LineConfig(BaseModel):
    """One line of a camera."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    points: tuple[tuple[Coordinate, Coordinate], ...] = Field(min_length=2, max_length=64)
    """Where it runs, each `[x, y]` from 0 to 1, origin top left; at least 2. Its direction counts:
    forward is from the left hand to the right hand of whoever walks along it from the first point
    to the last. A line drawn from left to right is crossed forward by what comes downwards on the
    picture."""

    title: str | None = Field(default=None, min_length=1, max_length=80)
    """Name for people; default none, then the line's own name is shown."""

    point: Literal["foot", "center"] = "foot"
    """What of an object must cross: the middle of its box's lower edge (`foot`, the default, right
    for what stands on the ground) or the middle of the box."""

    way: Literal["both", "forward", "backward"] = "both"
    """Which way is permitted; default `both`. Whoever crosses the other way is on the wrong way."""

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        if sum(math.dist(start, end) for start, end in pairwise(self.points)) < SHORTEST:
            msg = "the points are all at one place; give at least 2 that are apart"
            raise ValueError(msg)
        return self


class Line:
    """Geometry of one line. Distances are in picture heights, so both axes count alike."""

    def __init__(self, name: str, config: LineConfig) -> None:
        self.name = name
        self.title = config.title
        self.point = config.point
        self.way = config.way
        self.points = config.points
        self._aspect = 0.0
        self._scaled: list[tuple[float, float, float, float, float]] = []

    def offset(self, point: Point, aspect: float) -> float:
        """Tell how far from the line a point lies; positive on its right-hand side.

        Args:
            point: Relative.
            aspect: Width of the picture divided by its height.
        """
        if aspect != self._aspect:
            self._scale(aspect)
        x, y = point[0] * aspect, point[1]
        nearest, signed = math.inf, 0.0
        for left, top, across, down, length in self._scaled:
            right, below = x - left, y - top
            share = (right * across + below * down) / length
            share = 0.0 if share < 0 else min(share, 1.0)
            dx, dy = right - share * across, below - share * down
            away = dx * dx + dy * dy
            side = across * below - down * right
            # At a joint two segments are equally near: the one seen less edge-on decides the side.
            if away < nearest - ALIKE or (away < nearest + ALIKE and abs(side) > abs(signed)):
                nearest, signed = min(away, nearest), side
        return math.copysign(math.sqrt(nearest), signed)

    def parts(self, start: Point, end: Point) -> bool:
        """Tell whether the straight way from one point to another leads over the line."""
        return any(_meet(start, end, first, last) for first, last in pairwise(self.points))

    def margin(self, size: float) -> float:
        """Tell how far beyond the line counts, for an object of this size (picture heights)."""
        return max(JITTER * size, SLACK)

    def permits(self, way: Way) -> bool:
        """Tell whether this way over the line is the permitted one."""
        return self.way in {"both", way}

    def _scale(self, aspect: float) -> None:
        self._aspect = aspect
        self._scaled = []
        for (left, top), (right, bottom) in pairwise(self.points):
            across, down = (right - left) * aspect, bottom - top
            length = across * across + down * down
            if length > 0:
                self._scaled.append((left * aspect, top, across, down, length))


def _meet(start: Point, end: Point, first: Point, last: Point) -> bool:
    """Tell whether two straight ways have a point in common."""
    one, two = _turn(first, last, start), _turn(first, last, end)
    three, four = _turn(start, end, first), _turn(start, end, last)
    return one * two <= 0 and three * four <= 0 and (one, two) != (0.0, 0.0)


def _turn(start: Point, end: Point, point: Point) -> float:
    return (end[0] - start[0]) * (point[1] - start[1]) - (end[1] - start[1]) * (point[0] - start[0])
