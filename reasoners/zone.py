"""Zones: named polygons on the picture, and when something is inside one."""

from typing import Annotated, Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, model_validator

Coordinate = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Floats = npt.NDArray[np.float64]

SMALLEST = 1e-5
"""Share of the picture below which a polygon encloses nothing: 20 pixels of Full HD."""

JITTER = 0.08
"""Depth, in sizes of the object, by which it must be over the border before that counts."""

SLACK = 0.004
"""Least such depth, in picture heights: boxes of far objects jump by whole pixels."""

EDGE = 1e-4


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

    @model_validator(mode="after")
    def _encloses_something(self) -> Self:
        corners = np.array(self.points, dtype=np.float64)
        if _area(corners) < SMALLEST:
            msg = "the points enclose nothing; give at least 3 corners that are not on one line"
            raise ValueError(msg)
        return self


class Zone:
    """Geometry of one zone. Depths and sizes are in picture heights, so both axes count alike."""

    def __init__(self, name: str, config: ZoneConfig) -> None:
        self.name = name
        self.title = config.title
        self.point = config.point
        corners = np.array(config.points, dtype=np.float64)
        self._starts = corners[(corners != np.roll(corners, -1, axis=0)).any(axis=1)]
        self._ends = np.roll(self._starts, -1, axis=0)
        # Where the outline runs along the picture's border, the zone goes on beyond it: a foot at
        # the very bottom of the picture is not near a way out.
        self._walls = ~_along_border(self._starts, self._ends)
        around = float(np.hypot(*(self._ends - self._starts).T).sum())
        self._reach = 0.5 * _area(corners) / around

    def depth(self, points: Floats, aspect: float) -> Floats:
        """Tell how deep inside points lie.

        Args:
            points: n x 2, relative; points off the picture count as on its border.
            aspect: Width of the picture divided by its height.

        Returns:
            n distances to the nearest border of the zone, negative outside; infinite where the
            zone is the whole picture.
        """
        where = np.clip(points, EDGE, 1 - EDGE)
        inside = self._contains(where)
        scale = np.array([aspect, 1.0])
        start, end = self._starts[self._walls] * scale, self._ends[self._walls] * scale
        along = end - start
        offset = where[:, None, :] * scale - start[None]
        share = (offset * along[None]).sum(axis=2) / (along * along).sum(axis=1)[None]
        nearest = offset - np.clip(share, 0.0, 1.0)[..., None] * along[None]
        gap = np.hypot(nearest[..., 0], nearest[..., 1]).min(axis=1, initial=np.inf)
        return np.asarray(np.where(inside, gap, -gap), dtype=np.float64)

    def admits(self, depth: float, size: float, *, inside: bool | None) -> bool:
        """Decide whether an object is inside, with hysteresis at the border.

        Args:
            depth: Of its point, see `depth`.
            size: Of the object; the larger, the more its point jitters.
            inside: What was decided before; None at first sight.
        """
        if inside is None:
            return depth >= 0
        # A margin that grew with the object alone would make narrow zones impossible to enter.
        margin = min(max(JITTER * size, SLACK), self._reach)
        return depth > -margin if inside else depth > margin

    def _contains(self, where: Floats) -> npt.NDArray[np.bool_]:
        """Count the sides to the right of each point; odd is inside."""
        x, y = where[:, 0:1], where[:, 1:2]
        (left, top), (right, bottom) = self._starts.T, self._ends.T
        spans = (top[None] > y) != (bottom[None] > y)
        rise = np.where(bottom == top, 1.0, bottom - top)
        crossing = left[None] + (y - top[None]) * ((right - left) / rise)[None]
        return np.asarray((spans & (x < crossing)).sum(axis=1) % 2 == 1)


def _area(corners: Floats) -> float:
    x, y = corners.T
    following = np.roll(corners, -1, axis=0)
    signed = float((x * following[:, 1] - following[:, 0] * y).sum()) / 2
    # A bow-tie encloses something although its signed halves cancel out.
    spread = float(np.abs(np.linalg.det(corners[1:3] - corners[0]))) / 2
    return max(abs(signed), spread)


def _along_border(starts: Floats, ends: Floats) -> npt.NDArray[np.bool_]:
    low = ((starts <= EDGE) & (ends <= EDGE)).any(axis=1)
    high = ((starts >= 1 - EDGE) & (ends >= 1 - EDGE)).any(axis=1)
    return np.asarray(low | high)
