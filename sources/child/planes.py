"""A picture as cameras send it: brightness, and colours half as fine."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sources.source import Box

Plane = npt.NDArray[np.uint8]

_GREY = 128
_FULL = 2
"""AVCOL_RANGE_JPEG: black is 0, not 16."""


@dataclass(frozen=True, slots=True)
class Planes:
    """One picture, 4:2:0; its sides are even.

    Args:
        bright: Height x width.
        blue: Half of both.
        red: Half of both.
        matrix: What the numbers mean (AVColorSpace).
        span: Which of them are used (AVColorRange).
    """

    bright: Plane
    blue: Plane
    red: Plane
    matrix: int
    span: int

    def blacken(self, area: npt.NDArray[np.bool_]) -> None:
        """Paint an area black, in place; colours of which any pixel is covered lose theirs.

        Args:
            area: Height x width.
        """
        np.copyto(self.bright, 0 if self.span == _FULL else 16, where=area)
        coarse = area[0::2, 0::2] | area[1::2, 0::2] | area[0::2, 1::2] | area[1::2, 1::2]
        np.copyto(self.blue, _GREY, where=coarse)
        np.copyto(self.red, _GREY, where=coarse)

    def cut(self, box: Box) -> "Planes":
        """Return a part; all four edges of the box are even."""
        left, top, right, bottom = box
        half = slice(top // 2, bottom // 2), slice(left // 2, right // 2)
        return Planes(
            self.bright[top:bottom, left:right],
            self.blue[half],
            self.red[half],
            self.matrix,
            self.span,
        )

    def turned(self, rotate: int) -> "Planes":
        """Return it turned clockwise by a multiple of 90 degrees."""
        times = -rotate // 90
        return Planes(
            np.rot90(self.bright, times),
            np.rot90(self.blue, times),
            np.rot90(self.red, times),
            self.matrix,
            self.span,
        )
