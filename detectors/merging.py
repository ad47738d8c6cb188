"""What several detectors found in one frame, as one result."""

from collections.abc import Sequence

import numpy as np

from detectors.boxes import overlap
from detectors.detection import Detections

SAME = 0.6
"""Intersection over union from which two detectors are taken to mean one object of one name."""


def merged(results: Sequence[Detections]) -> Detections:
    """Join the results; of an object that several detectors name alike the strongest box stays.

    What one detector said is never thinned out by itself: it has done that in its own way.
    """
    some = [result for result in results if len(result)]
    if not some:
        return Detections.none()
    if len(some) == 1:
        return some[0]
    boxes = np.concatenate([result.xyxy for result in some])
    score = np.concatenate([result.score for result in some])
    label = [name for result in some for name in result.label]
    origin = np.repeat(np.arange(len(some)), [len(result) for result in some])
    names = np.unique(label, return_inverse=True)[1]
    order = np.lexsort((boxes[:, 1], boxes[:, 0], origin, -score))
    twice = overlap(boxes, boxes) >= SAME
    twice &= names[:, None] == names
    twice &= origin[:, None] != origin
    kept: list[int] = []
    for row in map(int, order):
        if not twice[row, kept].any():
            kept.append(row)
    return Detections(boxes[kept], score[kept], tuple(label[row] for row in kept))
