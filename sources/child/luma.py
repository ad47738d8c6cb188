"""The brightness of a few pixels of a decoded picture: all that motion needs to know."""

from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from sources.source import Picture

Luma = npt.NDArray[np.uint8]
"""Rows x columns of brightness, 0 to 255."""

ACROSS = 320
"""Samples across: a person at 40 pixels of 1920 still covers several."""


@runtime_checkable
class Bright(Protocol):
    """A decoded picture that knows its brightness without being converted."""

    def luma(self, step: int) -> Luma | None:
        """Return every `step`-th pixel of every `step`-th line, or None if it is not at hand."""
        ...


def sampled(picture: Picture, across: int = ACROSS) -> Luma:
    """Sample a picture's brightness on a regular grid, at least `across` columns where it has them.

    Of what libav decodes, only the sampled bytes are read (0.03 ms at 1080p); what cannot say its
    brightness is converted small. The array is the caller's.
    """
    step = max(1, picture.width // across)
    if isinstance(picture, Bright):
        luma = picture.luma(step)
        if luma is not None:
            return luma
    rgb = picture.rgb(max(1, picture.width // step), max(1, picture.height // step))
    weighed = rgb[..., 0].astype(np.uint16) + 2 * rgb[..., 1].astype(np.uint16) + rgb[..., 2]
    return (weighed >> 2).astype(np.uint8)
