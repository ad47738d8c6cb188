"""Non-maximum suppression: of boxes of one class that cover each other, the strongest stays."""

import numpy as np
import numpy.typing as npt

from detectors.families.candidates import Candidates, Numbers

MOST_CANDIDATES = 2000
"""A model that fires everywhere costs milliseconds, not seconds."""


def suppress(candidates: Candidates, iou: float, most: int) -> Candidates:
    """Keep the strongest of overlapping boxes, class by class.

    Equal scores keep the order of the model's rows, so the same output gives the same result.

    Args:
        candidates: Boxes of one picture.
        iou: Overlap (intersection over union) above which the weaker box goes; raising it keeps
            more neighbours and more duplicates.
        most: How many may stay.

    Returns:
        What stays, strongest first.
    """
    order = np.argsort(-candidates.score, kind="stable")[:MOST_CANDIDATES]
    ordered = candidates.take(order)
    areas = _areas(ordered.xyxy)
    left = np.arange(len(order))
    kept: list[int] = []
    while left.size and len(kept) < most:
        first, left = left[0], left[1:]
        kept.append(int(first))
        apart = _overlap(ordered.xyxy, areas, first, left) <= iou
        other = ordered.number[left] != ordered.number[first]
        left = left[apart | other]
    return ordered.take(np.array(kept, np.int64))


def strongest(candidates: Candidates, most: int) -> Candidates:
    """Order by score, strongest first, and keep `most`: for heads that suppress by themselves."""
    return candidates.take(np.argsort(-candidates.score, kind="stable")[:most])


def _areas(xyxy: Numbers) -> Numbers:
    size = np.maximum(xyxy[:, 2:] - xyxy[:, :2], 0)
    return np.asarray(size[:, 0] * size[:, 1])


def _overlap(
    xyxy: Numbers, areas: Numbers, first: np.int64, others: npt.NDArray[np.int64]
) -> Numbers:
    corner = np.maximum(xyxy[first, :2], xyxy[others, :2])
    size = np.maximum(np.minimum(xyxy[first, 2:], xyxy[others, 2:]) - corner, 0)
    shared = size[:, 0] * size[:, 1]
    union = areas[first] + areas[others] - shared
    ratio: Numbers = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return ratio
