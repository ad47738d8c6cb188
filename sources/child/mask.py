"""Privacy polygons, painted black into converted pictures.

Never into a decoded one: it is still the decoder's reference picture. Since a converted pixel mixes
its neighbours, polygons are widened by the reach of scaler and chroma subsampling: no blended edge
may tell what lies below (F56).
"""

import math

import numpy as np
import numpy.typing as npt

from sources.picture import Point
from sources.source import Box, Rgb

Bits = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]

REACH = 3.0
"""Pixels of the converted picture by which polygons are widened: bilinear scaling reaches one
pixel, half-resolution chroma two."""

_BAND = 64
"""Rows computed at once, so that a large picture needs no large temporary arrays."""

_REMEMBERED = 8
"""Sizes for which the painted area is remembered; of a 1080p picture each takes 2 MB."""


class Mask:
    """Paints the polygons of one camera.

    Args:
        polygons: Relative to the picture as the camera sends it.
    """

    def __init__(self, polygons: tuple[tuple[Point, ...], ...]) -> None:
        self._polygons = [np.asarray(polygon, np.float32) for polygon in polygons]
        self._areas: dict[tuple[int, int, int], Bits] = {}

    @property
    def empty(self) -> bool:
        """Whether there is nothing to hide."""
        return not self._polygons

    def paint(self, picture: Rgb) -> None:
        """Blacken the polygons in a whole converted picture, in place."""
        if not self._polygons:
            return
        height, width = picture.shape[:2]
        picture[self._area(width, height)] = 0

    def paint_part(self, part: Rgb, box: Box, whole: tuple[int, int]) -> None:
        """Blacken the polygons in a converted part of a picture, in place.

        A pixel is black if anything it was made of, or any pixel within reach of it, is covered.

        Args:
            part: Height x width x 3, no larger than its box.
            box: Where it was cut out, in pixels of the whole picture.
            whole: Width and height of the whole picture.
        """
        if not self._polygons:
            return
        left, top, right, bottom = box
        high, wide = part.shape[:2]
        reduced = max((bottom - top) / high, (right - left) / wide)
        area = self._area(*whole, reach=math.ceil(REACH * reduced))[top:bottom, left:right]
        if not area.any():
            return
        rows = np.arange(high) * area.shape[0] // high
        columns = np.arange(wide) * area.shape[1] // wide
        part[np.logical_or.reduceat(np.logical_or.reduceat(area, rows, 0), columns, 1)] = 0

    def covers(self, width: int, height: int) -> Bits | None:
        """Tell which of so many samples lie under a polygon; None if there is none."""
        return self._area(width, height) if self._polygons else None

    def _area(self, width: int, height: int, reach: int = round(REACH)) -> Bits:
        area = self._areas.get((width, height, reach))
        if area is None:
            if len(self._areas) >= _REMEMBERED:
                self._areas.clear()
            area = covered(self._polygons, width, height, reach)
            self._areas[width, height, reach] = area
        return area


def covered(polygons: list[Floats], width: int, height: int, reach: float = REACH) -> Bits:
    """Return which pixels lie in or within `reach` pixels of any polygon.

    A polygon that crosses itself covers all it winds around.
    """
    area = np.zeros((height, width), np.bool_)
    scale = np.asarray((width, height), np.float32)
    x = np.arange(width, dtype=np.float32)[None, :] + 0.5
    for top in range(0, height, _BAND):
        rows = np.arange(top, min(top + _BAND, height), dtype=np.float32)[:, None] + 0.5
        for polygon in polygons:
            area[top : top + _BAND] |= _cover(polygon * scale, x, rows, reach)
    return area


def _cover(polygon: Floats, x: Floats, y: Floats, reach: float) -> Bits:
    shape = (y.shape[0], x.shape[1])
    winding = np.zeros(shape, np.int16)
    near = np.zeros(shape, np.bool_)
    for start, end in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        step = end - start
        side = step[0] * (y - start[1]) - step[1] * (x - start[0])
        winding += ((start[1] <= y) & (end[1] > y)) & (side > 0)
        winding -= ((start[1] > y) & (end[1] <= y)) & (side < 0)
        near |= _distance_squared(start, step, x, y) <= reach * reach
    inside: Bits = (winding != 0) | near
    return inside


def _distance_squared(start: Floats, step: Floats, x: Floats, y: Floats) -> Floats:
    along = (x - start[0]) * step[0] + (y - start[1]) * step[1]
    length = max(float(step @ step), 1e-12)
    along = np.clip(along / length, 0, 1)
    squared: Floats = (x - start[0] - along * step[0]) ** 2 + (y - start[1] - along * step[1]) ** 2
    return squared
