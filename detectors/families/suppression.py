"""Non-maximum suppression: of boxes of one class that cover each other, the strongest stays."""

import numpy as np

from detectors.families.candidates import Candidates

MOST_CANDIDATES = 3000
"""A model that fires everywhere costs milliseconds, not seconds: the strongest are looked at."""


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
    import cv2  # noqa: PLC0415 (the daemon imports backends to check options, never OpenCV)

    boxes = candidates.xyxy.astype(np.float64)
    boxes[:, 2:] -= boxes[:, :2]
    kept = cv2.dnn.NMSBoxesBatched(
        boxes,  # type: ignore[arg-type]  # an array of rows is what a sequence of rectangles is
        candidates.score,  # type: ignore[arg-type]
        candidates.number.astype(np.int32),  # type: ignore[arg-type]
        score_threshold=0.0,
        nms_threshold=iou,
        top_k=MOST_CANDIDATES,
    )
    return candidates.take(np.asarray(kept, np.int64)[:most])


def strongest(candidates: Candidates, most: int) -> Candidates:
    """Order by score, strongest first, and keep `most`: for heads that suppress by themselves."""
    return candidates.take(np.argsort(-candidates.score, kind="stable")[:most])
