"""Shapes in metres, drawn large: x to the right, y upwards, the origin on the ground."""

import math
from collections.abc import Sequence

import cv2
import numpy as np

from sources.street.sprite import Bytes, Sprite, lit, sprite

Color = tuple[int, int, int]
"""RGB."""

Spot = tuple[float, float]
"""Metres right and up."""

_SHIFT = 4
_SHRINK = 3


class Brush:
    """A drawing on an empty sheet that ends as a sprite."""

    def __init__(self, scale: float, left: float, right: float, top: float) -> None:
        """Take a sheet from `left` to `right` and up to `top` metres.

        `scale` is the pixels per metre of the finished sprite.
        """
        self._scale = scale * _SHRINK
        self._origin = (-left * self._scale, top * self._scale)
        width = math.ceil((right - left) * scale) * _SHRINK
        height = math.ceil((top + 0.06) * scale) * _SHRINK
        self.color: Bytes = np.zeros((height, width, 3), np.uint8)
        self.cover: Bytes = np.zeros((height, width), np.uint8)

    def area(self, spots: Sequence[Spot], color: Color) -> None:
        """Fill a polygon."""
        points = self._points(spots)
        cv2.fillPoly(self.color, [points], color, cv2.LINE_8, _SHIFT)
        cv2.fillPoly(self.cover, [points], (255,), cv2.LINE_8, _SHIFT)

    def disc(self, at: Spot, across: float, color: Color, tall: float | None = None) -> None:
        """Fill a circle or an upright ellipse; `across` and `tall` are radii."""
        high = across if tall is None else tall
        steps = [2 * math.pi * i / 28 for i in range(28)]
        x, y = at
        self.area([(x + across * math.cos(a), y + high * math.sin(a)) for a in steps], color)

    def limb(self, a: Spot, b: Spot, thick: tuple[float, float], color: Color) -> None:
        """Fill a rounded stick from a to b; `thick` are its radii at both ends."""
        angle = math.atan2(b[1] - a[1], b[0] - a[0]) + math.pi / 2
        outline: list[Spot] = []
        for (x, y), radius, begin in ((a, thick[0], angle), (b, thick[1], angle + math.pi)):
            turns = [begin + math.pi * i / 8 for i in range(9)]
            outline += [(x + radius * math.cos(t), y + radius * math.sin(t)) for t in turns]
        self.area(outline, color)

    def line(self, spots: Sequence[Spot], thick: float, color: Color) -> None:
        """Draw a line, `thick` metres across."""
        points = self._points(spots)
        pixels = max(round(thick * self._scale), 1)
        cv2.polylines(self.color, [points], False, color, pixels, cv2.LINE_8, _SHIFT)
        cv2.polylines(self.cover, [points], False, (255,), pixels, cv2.LINE_8, _SHIFT)

    def done(self, roundness: float = 0.0) -> Sprite:
        """Finish: a sprite that stands on the drawing's origin.

        `roundness` (0 to 1) makes what is drawn look round: bright on the sun's side (left), dark
        on the other.
        """
        flat = sprite(self.color, self.cover, self._origin, _SHRINK)
        return lit(flat, roundness, self._scale / _SHRINK) if roundness else flat

    def _points(self, spots: Sequence[Spot]) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
        x, y = self._origin
        fine = 1 << _SHIFT
        points = [(x + a * self._scale, y - b * self._scale) for a, b in spots]
        return np.array([(round(p * fine), round(q * fine)) for p, q in points], np.int32)


def shaded(color: Color, factor: float) -> Color:
    """Make a colour darker (below 1) or brighter (above)."""
    red, green, blue = (min(round(part * factor), 255) for part in color)
    return red, green, blue
