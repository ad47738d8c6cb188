"""From what was found in parts of one picture to what is in the picture."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detectors.boxes import areas, overlap, shared
from detectors.detection import Box, Detections

EDGE = 0.015
"""Share of a part within which a box that ends there may have been cut off."""

SAME = 0.5
"""Intersection over union above which two parts show the same object."""

WITHIN = 0.75
"""Share of the smaller of two boxes within the other above which they are the same object."""

_NEAR_BORDER = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Glimpse:
    """What was found in one part."""

    region: Box
    """The part, relative to the picture."""

    detections: Detections
    """Relative to the part."""


def merged(glimpses: Sequence[Glimpse]) -> Detections:
    """Bring boxes of parts back into the picture and keep each object once, strongest first.

    A box that ends where its part ends, inside the picture, shows a piece of an object; it is left
    out, for a part was chosen such that it holds what is looked for whole. Of one object seen in
    several parts the strongest box stays. Boxes of one and the same part were told apart by the
    detector already.
    """
    rows = [_placed(glimpse) for glimpse in glimpses]
    xyxy = np.concatenate([row.xyxy for row in rows] or [Detections.none().xyxy])
    score = np.concatenate([row.score for row in rows] or [Detections.none().score])
    label = [name for row in rows for name in row.label]
    origin = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    order = np.lexsort((xyxy[:, 1], xyxy[:, 0], -score))
    kept = _distinct(xyxy, label, origin, order)
    return Detections(xyxy[kept], score[kept], tuple(label[i] for i in kept))


def holds(part: Box, box: Box) -> bool:
    """Tell whether a part shows a box whole, with nothing of it at an edge inside the picture."""
    wide, high = (part[2] - part[0]) * EDGE, (part[3] - part[1]) * EDGE
    return (
        (box[0] >= part[0] + wide or part[0] <= _NEAR_BORDER)
        and (box[1] >= part[1] + high or part[1] <= _NEAR_BORDER)
        and (box[2] <= part[2] - wide or part[2] >= 1 - _NEAR_BORDER)
        and (box[3] <= part[3] - high or part[3] >= 1 - _NEAR_BORDER)
    )


def _placed(glimpse: Glimpse) -> Detections:
    left, top, right, bottom = glimpse.region
    found = glimpse.detections
    size = np.array((right - left, bottom - top) * 2, np.float32)
    boxes = found.xyxy * size + np.array((left, top) * 2, np.float32)
    boxes = np.clip(boxes, 0, 1).astype(np.float32)
    inner = np.array(
        (
            left > _NEAR_BORDER,
            top > _NEAR_BORDER,
            right < 1 - _NEAR_BORDER,
            bottom < 1 - _NEAR_BORDER,
        )
    )
    ends = np.column_stack((found.xyxy[:, :2] < EDGE, found.xyxy[:, 2:] > 1 - EDGE))
    whole = np.flatnonzero(~(ends & inner).any(axis=1))
    return Detections(boxes[whole], found.score[whole], tuple(found.label[i] for i in whole))


def _distinct(
    boxes: npt.NDArray[np.float32],
    label: Sequence[str],
    origin: npt.NDArray[np.intp],
    order: npt.NDArray[np.intp],
) -> list[int]:
    size, common, iou = areas(boxes), shared(boxes, boxes), overlap(boxes, boxes)
    within = common / np.maximum(np.minimum(size[:, None], size[None, :]), 1e-12)
    same = (iou > SAME) | (within > WITHIN)
    same &= origin[:, None] != origin[None, :]
    kept: list[int] = []
    for row in map(int, order):
        if not any(same[row, k] and label[row] == label[k] for k in kept):
            kept.append(row)
    return kept
