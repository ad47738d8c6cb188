"""Rows as they cross between worker and daemon, and back into columns."""

from collections.abc import Sequence

import numpy as np

from detectors.detection import Detections
from detectors.message import MOST, ROW


def to_rows(detections: Detections, numbers: dict[str, int]) -> bytes:
    """Pack the `MOST` strongest into float32 rows: left, top, right, bottom, score, label number.

    Args:
        detections: What was found in one picture.
        numbers: Number of each label the detector can say.
    """
    rows = np.empty((min(len(detections), MOST), ROW), np.float32)
    rows[:, :4] = detections.xyxy[:MOST]
    rows[:, 4] = detections.score[:MOST]
    rows[:, 5] = [numbers[label] for label in detections.label[:MOST]]
    return rows.tobytes()


def from_rows(
    counts: Sequence[int], numbers: Sequence[float], labels: tuple[str, ...]
) -> list[Detections | None]:
    """Unpack rows of several pictures; -1 rows mean that the picture was torn: None.

    What does not fit (sizes, label numbers, numbers that are none) is refused whole, since it
    comes from another process.

    Raises:
        ValueError: The rows are not what an honest worker sends.
    """
    if max(counts, default=0) > MOST:
        raise ValueError(f"rows of more than {MOST} objects in one picture")
    rows = np.asarray(numbers, np.float32)
    if rows.size != ROW * sum(max(count, 0) for count in counts):
        raise ValueError("rows and counts do not fit")
    rows = rows.reshape(-1, ROW)
    if not np.isfinite(rows).all():
        raise ValueError("rows hold what is no number")
    which = rows[:, 5].astype(np.int64)
    if len(rows) and (which.min() < 0 or which.max() >= len(labels)):
        raise ValueError("rows name a label that does not exist")
    boxes = np.clip(rows[:, :4], 0, 1)
    scores = np.clip(rows[:, 4], 0, 1)
    found: list[Detections | None] = []
    start = 0
    for count in counts:
        if count < 0:
            found.append(None)
            continue
        end = start + count
        names = tuple(labels[number] for number in which[start:end])
        found.append(Detections(boxes[start:end], scores[start:end], names))
        start = end
    return found
