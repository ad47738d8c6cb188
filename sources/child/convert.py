"""From a decoded picture to what the outside may see: masked, rotated, cropped, scaled."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from sources.child.luma import ACROSS, Luma, sampled
from sources.child.mask import Mask
from sources.child.planes import Planes
from sources.source import Box, Picture, Rgb

Region = tuple[float, float, float, float]
"""Left, top, right, bottom, relative to a whole picture."""

WHOLE: Region = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Size:
    """Pixels across and down."""

    width: int
    height: int

    def turned(self, rotate: int) -> "Size":
        """Return the size after a rotation by a multiple of 90 degrees."""
        return Size(self.height, self.width) if rotate % 180 else self

    def part(self, region: Region) -> "Size":
        """Return the size of a region, at least one pixel."""
        left, top, right, bottom = region
        return Size(
            max(1, round(self.width * (right - left))), max(1, round(self.height * (bottom - top)))
        )

    def fitted(self, width: int, height: int) -> "Size":
        """Return the largest size of the same shape within a box, never an enlarged one."""
        scale = min(width / self.width, height / self.height, 1.0)
        return Size(
            min(width, max(1, round(self.width * scale))),
            min(height, max(1, round(self.height * scale))),
        )

    def in_steps(self, step: int) -> "Size":
        """Return the size with both sides made multiples of so many pixels, never larger.

        A side that is smaller than that stays as it is.
        """
        return Size(
            self.width // step * step or self.width, self.height // step * step or self.height
        )


@runtime_checkable
class Divisible(Protocol):
    """A decoded picture of which a part can be converted without the rest."""

    def part(self, box: Box, width: int, height: int) -> Rgb | None:
        """Convert and scale a part; None if this picture cannot be cut."""
        ...


@runtime_checkable
class Planar(Protocol):
    """A decoded picture that can be had as it is, without conversion."""

    def planes(self) -> Planes | None:
        """Copy it; None if it has not two colours half as fine, or an odd side."""
        ...


class Converter:
    """Makes RGB out of decoded pictures; nothing leaves it unmasked.

    Args:
        mask: Paints the privacy polygons.
        rotate: Degrees clockwise: 0, 90, 180 or 270.
        crop: Relative to the rotated picture; None keeps it whole.
    """

    def __init__(self, mask: Mask, rotate: int = 0, crop: Region | None = None) -> None:
        self._mask = mask
        self._rotate = rotate
        self._crop = crop or WHOLE

    @property
    def plain(self) -> bool:
        """Whether the outside may see all that the camera sends, as it sends it."""
        return self._mask.empty and not self._rotate and self._crop == WHOLE

    def size(self, picture: Picture) -> Size:
        """Return the size of the camera's picture after rotation and crop."""
        return Size(picture.width, picture.height).turned(self._rotate).part(self._crop)

    def fit(self, picture: Picture, width: int, height: int) -> Rgb:
        """Convert the picture so that it fits a box, aspect kept, never enlarged."""
        return self.cut(picture, WHOLE, self.size(picture).fitted(width, height))

    def cut(self, picture: Picture, region: Region, size: Size) -> Rgb:
        """Convert a region of the rotated and cropped picture to a size.

        The decoder's picture is scaled in one pass; cutting and turning cost a view each.
        """
        within = unrotated(nested(self._crop, region), self._rotate)
        target = size.turned(self._rotate)
        whole = Size(
            max(target.width, round(target.width / (within[2] - within[0]))),
            max(target.height, round(target.height / (within[3] - within[1]))),
        )
        rgb = picture.rgb(whole.width, whole.height)
        self._mask.paint(rgb)
        left = min(round(within[0] * whole.width), whole.width - target.width)
        top = min(round(within[1] * whole.height), whole.height - target.height)
        part = rgb[top : top + target.height, left : left + target.width]
        return np.rot90(part, -self._rotate // 90)

    def planes(self, picture: Picture) -> Planes | None:
        """Return the whole rotated and cropped picture without conversion, masked.

        None if this picture cannot be had so: `fit` then gives the same.
        """
        planes = picture.planes() if isinstance(picture, Planar) else None
        if planes is None:
            return None
        area = self._mask.covers(picture.width, picture.height)
        if area is not None:
            planes.blacken(area)
        left, top, right, bottom = _even(unrotated(self._crop, self._rotate), picture)
        return planes.cut((left, top, right // 2 * 2, bottom // 2 * 2)).turned(self._rotate)

    def part(self, picture: Picture, region: Region, width: int, height: int) -> Rgb:
        """Convert a region, fitted into a box and never enlarged, at the cost of its pixels alone.

        Edges lie on even pixels of the camera's picture, for colours are half as fine.
        """
        within = unrotated(nested(self._crop, region), self._rotate)
        box = _even(within, picture)
        inside = Size(box[2] - box[0], box[3] - box[1])
        target = inside.turned(self._rotate).fitted(width, height)
        size = target.turned(self._rotate)
        rgb = picture.part(box, size.width, size.height) if isinstance(picture, Divisible) else None
        if rgb is None:
            return self.cut(picture, region, target)
        self._mask.paint_part(rgb, box, (picture.width, picture.height))
        return np.rot90(rgb, -self._rotate // 90)

    def luma(self, picture: Picture, across: int = ACROSS) -> Luma:
        """Sample the brightness of what may be seen: masked, rotated and cropped.

        Args:
            picture: As it was decoded.
            across: Columns it has at least, before rotation and crop, where the picture has them.
        """
        samples = sampled(picture, across)
        self._mask.paint(samples)
        turned = np.rot90(samples, -self._rotate // 90)
        height, width = turned.shape
        left, top, right, bottom = self._crop
        return turned[
            round(top * height) : max(round(bottom * height), round(top * height) + 1),
            round(left * width) : max(round(right * width), round(left * width) + 1),
        ]


def _even(region: Region, picture: Picture) -> Box:
    """Return a region in pixels, left and top even, at least two pixels either way."""
    left = min(round(region[0] * picture.width / 2) * 2, max(0, picture.width - 2))
    top = min(round(region[1] * picture.height / 2) * 2, max(0, picture.height - 2))
    right = min(max(round(region[2] * picture.width), left + 2), picture.width)
    bottom = min(max(round(region[3] * picture.height), top + 2), picture.height)
    return left, top, right, bottom


def nested(outer: Region, inner: Region) -> Region:
    """Return a region of a region, relative to the whole."""
    left, top, right, bottom = outer
    width, height = right - left, bottom - top
    return (
        left + inner[0] * width,
        top + inner[1] * height,
        left + inner[2] * width,
        top + inner[3] * height,
    )


def unrotated(region: Region, rotate: int) -> Region:
    """Return where a region of the rotated picture lies in the picture as it was sent."""
    left, top, right, bottom = region
    match rotate:
        case 90:
            return (top, 1 - right, bottom, 1 - left)
        case 180:
            return (1 - right, 1 - bottom, 1 - left, 1 - top)
        case 270:
            return (1 - bottom, left, 1 - top, right)
        case _:
            return region
