"""What a picture looks like, in two numbers: a fingerprint, and how sharp it is.

Knows OpenCV only when it is handed it: a child that is never asked for a picture stays small.
"""

from dataclasses import dataclass
from typing import Any

from sources.source import Rgb

_LONGEST = 320
"""Pixels of the longer side at which sharpness is measured: noise of single pixels is none."""

_HALF_SHARP = 120.0
"""Variance of the Laplacian, in grey levels squared, of a picture that is half sharp."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """What one picture looks like."""

    fingerprint: int
    """64 bits: whether brightness rises to the right, in each of 8 x 8 fields (difference hash)."""

    sharpness: float
    """0 to 1."""


def likeness(cv2: Any, rgb: Rgb) -> Likeness:  # noqa: ANN401 (a module)
    """Measure a picture, height x width x 3.

    Args:
        cv2: The module OpenCV.
        rgb: The picture, without marks.
    """
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (9, 8), interpolation=cv2.INTER_AREA).astype(int)
    rises = (small[:, 1:] > small[:, :-1]).ravel()
    bits = sum(1 << place for place, rise in enumerate(rises) if rise)
    scale = _LONGEST / max(grey.shape)
    if scale < 1:
        size = max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale))
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    variance = float(cv2.Laplacian(grey, cv2.CV_64F).var())
    return Likeness(bits, round(variance / (variance + _HALF_SHARP), 4))
