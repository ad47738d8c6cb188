"""Arithmetic of boxes in pixels: left, top, right, bottom, one per row."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from detectors.detection import Detections

Boxes = npt.NDArray[np.float32]
"""n x 4: left, top, right, bottom."""


def areas(boxes: Boxes) -> npt.NDArray[np.float32]:
    """Give the area of each box."""
    return np.asarray((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]), np.float32)


def shared(a: Boxes, b: Boxes) -> npt.NDArray[np.float32]:
    """Give the area that each pair shares: len(a) x len(b)."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    return np.asarray(np.prod(np.clip(high - low, 0, None), axis=2), np.float32)


def overlap(a: Boxes, b: Boxes) -> npt.NDArray[np.float32]:
    """Give intersection over union of each pair: len(a) x len(b)."""
    common = shared(a, b)
    union = areas(a)[:, None] + areas(b)[None, :] - common
    return np.asarray(common / np.maximum(union, 1e-9), np.float32)


def distinct(
    boxes: Boxes, score: npt.NDArray[np.float32], most: float, inside: float = 0.8
) -> list[int]:
    """Choose the strongest of each heap of boxes, strongest first (greedy suppression).

    A box falls when its intersection over union with a stronger one is above `most`, or when more
    than the share `inside` of the smaller of both lies within the other. Ties fall to the box
    further left, so that the choice does not depend on the order given.
    """
    order = np.lexsort((boxes[:, 1], boxes[:, 0], -score))
    size, common, iou = areas(boxes), shared(boxes, boxes), overlap(boxes, boxes)
    within = common / np.maximum(np.minimum(size[:, None], size[None, :]), 1e-9)
    kept: list[int] = []
    for row in map(int, order):
        if all(iou[row, k] <= most and within[row, k] <= inside for k in kept):
            kept.append(row)
    return kept


def merged(boxes: Boxes, gap: float) -> Boxes:
    """Join boxes that touch when each is widened by half the gap (pixels)."""
    rows = [tuple(map(float, box)) for box in boxes]
    joined: list[tuple[float, ...]] = []
    while rows:
        one = rows.pop()
        near = [other for other in rows + joined if _near(one, other, gap)]
        if not near:
            joined.append(one)
            continue
        rows = [other for other in rows if other not in near]
        joined = [other for other in joined if other not in near]
        group = np.array([one, *near])
        rows.append((*group[:, :2].min(axis=0).tolist(), *group[:, 2:].max(axis=0).tolist()))
    return np.array(sorted(joined), np.float32).reshape(-1, 4)


def _near(a: Sequence[float], b: Sequence[float], gap: float) -> bool:
    return a[0] - gap <= b[2] and b[0] - gap <= a[2] and a[1] - gap <= b[3] and b[1] - gap <= a[3]


def relative(
    boxes: Boxes, score: npt.NDArray[np.float32], label: Sequence[str], width: int, height: int
) -> Detections:
    """Turn boxes in pixels into detections: relative, clipped, strongest first."""
    if not len(boxes):
        return Detections.none()
    size = np.array([width, height, width, height], np.float32)
    order = np.lexsort((boxes[:, 1], boxes[:, 0], -score))
    xyxy = np.clip(boxes / size, 0, 1).astype(np.float32)
    return Detections(
        xyxy[order], score[order].astype(np.float32), tuple(label[int(i)] for i in order)
    )
