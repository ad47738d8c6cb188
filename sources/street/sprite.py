"""Something that was drawn once and can be laid over a picture fast."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]

Cut = tuple[tuple[slice, slice], tuple[slice, slice]]
"""Rows and columns of a picture, and those of the sprite that lies there."""

SHADOW_SLANT = (0.50, -0.12)
"""Where a point one metre up throws its shadow: metres right and metres up in the picture."""

SHADOW_DEPTH = 0.42
"""How dark a shadow is: 0 invisible, 1 black."""


@dataclass(frozen=True, slots=True, eq=False)
class Sprite:
    """Colours that already carry their coverage, and the coverage itself."""

    color: Bytes
    """Height x width x 3, RGB, multiplied by coverage."""

    through: Bytes
    """Height x width x 3: 255 where the background shows fully, 0 where it is covered."""

    anchor: tuple[int, int]
    """Pixels right and down from the sprite's left top to the point that stands on the ground."""

    def box(self, x: float, y: float) -> tuple[int, int, int, int]:
        """Left, top, right, bottom in pixels if its anchor stands at this pixel."""
        left, top = round(x) - self.anchor[0], round(y) - self.anchor[1]
        height, width = self.color.shape[:2]
        return left, top, left + width, top + height

    def cut(self, picture: tuple[int, ...], x: float, y: float) -> Cut | None:
        """Tell which part of a picture (its shape) it would lie over, and with which of its own."""
        left, top, right, bottom = self.box(x, y)
        rows = slice(max(top, 0), min(bottom, picture[0]))
        columns = slice(max(left, 0), min(right, picture[1]))
        if rows.start >= rows.stop or columns.start >= columns.stop:
            return None
        own = slice(rows.start - top, rows.stop - top)
        return (rows, columns), (own, slice(columns.start - left, columns.stop - left))

    def covered(self) -> npt.NDArray[np.bool_]:
        """Where more than half of the background is hidden (height x width)."""
        return self.through[:, :, 0] < 128  # noqa: PLR2004 (half of 255)

    def lay(self, picture: Bytes, x: float, y: float) -> None:
        """Lay it over the picture (in place) with its anchor at a pixel; what sticks out is cut."""
        cut = self.cut(picture.shape, x, y)
        if cut is None:
            return
        part, inner = picture[cut[0]], cut[1]
        cv2.multiply(part, self.through[inner], dst=part, scale=1 / 255)
        cv2.add(part, self.color[inner], dst=part)


def sprite(color: Bytes, cover: Bytes, anchor: tuple[float, float], shrink: int) -> Sprite:
    """Make a sprite of an enlarged drawing; shrinking is what smooths its edges.

    Args:
        color: Height x width x 3, RGB, not multiplied by coverage.
        cover: Height x width, 255 where something was drawn.
        anchor: The point on the ground, in pixels of the drawing.
        shrink: How many times larger than wanted the drawing is.
    """
    color, cover, anchor = _cropped(color, cover, anchor, shrink)
    height, width = cover.shape
    size = (max(width // shrink, 1), max(height // shrink, 1))
    premultiplied = cv2.multiply(color, cv2.merge([cover] * 3), scale=1 / 255)
    small = cv2.resize(premultiplied, size, interpolation=cv2.INTER_AREA)
    through = 255 - cv2.resize(cover, size, interpolation=cv2.INTER_AREA)
    at = (round(anchor[0] / shrink), round(anchor[1] / shrink))
    return Sprite(_bytes(small), _bytes(cv2.merge([through] * 3)), at)


def _cropped(
    color: Bytes, cover: Bytes, anchor: tuple[float, float], shrink: int
) -> tuple[Bytes, Bytes, tuple[float, float]]:
    """Cut empty margins off, in whole steps of `shrink` so that the anchor stays exact."""
    x, y, width, height = cv2.boundingRect(cover)
    left, top = x // shrink * shrink, y // shrink * shrink
    right, bottom = -(-(x + width) // shrink) * shrink, -(-(y + height) // shrink) * shrink
    part = (slice(top, bottom), slice(left, right))
    return color[part], cover[part], (anchor[0] - left, anchor[1] - top)


def lit(made: Sprite, strength: float, scale: float) -> Sprite:
    """Brighten the side that the sun sees (left), darken the other; `scale` is pixels per metre."""
    cover = (255 - made.through[:, :, 0]).astype(np.float32)
    soft = cv2.GaussianBlur(cover, (0, 0), max(0.05 * scale, 0.5))
    slope = cv2.Sobel(soft, cv2.CV_32F, 1, 0, ksize=3) * (0.02 * scale / 255)
    gain = np.clip(1 + strength * slope, 1 - strength, 1 + strength)
    bright = made.color * gain[:, :, None]
    color = np.minimum(bright, 255 - made.through).astype(np.uint8)
    return Sprite(color, made.through, made.anchor)


def mirrored(made: Sprite) -> Sprite:
    """Turn a sprite to face the other way."""
    width = made.color.shape[1]
    color, through = (np.ascontiguousarray(a[:, ::-1]) for a in (made.color, made.through))
    return Sprite(color, through, (width - 1 - made.anchor[0], made.anchor[1]))


def shadow(made: Sprite) -> Sprite:
    """Lay a sprite's outline flat on the ground, away from the sun, with a soft edge."""
    right, up = SHADOW_SLANT
    height, width = made.color.shape[:2]
    x, y = made.anchor
    margin = 6
    wide = width + round(right * height) + 2 * margin
    above = round(max(up, 0) * height) + margin
    below = round(max(-up, 0) * height) + margin
    turn = np.array([[1, -right, right * y + margin], [0, up, above - up * y]], np.float64)
    cover = 255 - made.through[:, :, 0]
    flat = cv2.warpAffine(cover, turn, (wide, above + below))
    soft = cv2.GaussianBlur(flat, (0, 0), max(height / 90, 0.8))
    through = cv2.convertScaleAbs(soft, alpha=-SHADOW_DEPTH, beta=255)
    return Sprite(
        np.zeros((above + below, wide, 3), np.uint8),
        _bytes(cv2.merge([through] * 3)),
        (x + margin, above),
    )


def _bytes(array: npt.ArrayLike) -> Bytes:
    return np.ascontiguousarray(array, np.uint8)
