"""The detections of one frame as the tracker takes them: cleaned, and in an order of their own."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detectors.bytetrack.label import Ballot
from detectors.detection import Detections

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """The usable detections of one frame, strongest first, however they came."""

    boxes: Array
    """Corners, 4 x m, clipped to the picture."""

    score: Array
    label: Rows
    starting: int
    """So many may start a track."""

    strong: int
    """So many are matched first."""

    carried: Flags | None
    """Which of them nobody looked for in this frame; None where all were seen."""


def usable(detections: Detections, ballot: Ballot, limits: Array) -> Seen:
    """Sort out what is empty, not finite or too weak, and order the rest.

    Args:
        detections: As they came.
        ballot: Numbers their labels.
        limits: Negated scores, rising: from where on a detection may start a track, is strong, is
            taken at all.
    """
    boxes = detections.xyxy.T.astype(np.float64)
    np.maximum(boxes, 0, out=boxes)
    np.minimum(boxes, 1, out=boxes)
    score = detections.score.astype(np.float64)
    label = ballot.number(detections.label)
    carried = detections.carried
    proper = np.logical_and(*(boxes[2:] > boxes[:2]))
    # Comparisons with NaN are false: what is not finite is sorted out here.
    falling = score[1:] < score[:-1]
    if np.count_nonzero(proper) + np.count_nonzero(falling) < 2 * len(score) - 1:
        # Equal scores are ordered by place, so that the order of arrival does not matter.
        left, top, right, bottom = boxes
        order = np.lexsort((label, bottom, right, top, left, -score))
        order = order[(proper & (score >= 0))[order]]
        boxes, score, label = boxes[:, order], score[order], label[order]
        carried = None if carried is None else carried[order]
    starting, strong, end = (-score).searchsorted(limits, "right").tolist()
    return Seen(
        boxes[:, :end],
        score[:end],
        label[:end],
        starting,
        strong,
        None if carried is None else carried[:end],
    )
