"""What all objects do at once is no motion of theirs: we turned, or the camera shook."""

import statistics
from collections.abc import Sequence

LEAST = 3
"""Objects that must agree."""

AGREE = 0.5
"""Deviation among them, as a share of what they have in common, up to which they agree."""


def common(offsets: Sequence[float], floor: float) -> float:
    """Return what several objects did at once beyond what each was expected to do; 0 for nothing.

    Args:
        offsets: Of each object.
        floor: What is too small to tell from noise.
    """
    if len(offsets) < LEAST:
        return 0.0
    middle = statistics.median(offsets)
    if abs(middle) < floor:
        return 0.0
    spread = statistics.median([abs(offset - middle) for offset in offsets])
    return middle if spread <= AGREE * abs(middle) else 0.0
