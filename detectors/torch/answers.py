"""From a batch of rows that came back from the device to detections."""

from collections.abc import Sequence

import numpy as np

from detectors.detection import Detections
from detectors.families.candidates import Numbers
from detectors.families.letterbox import Letterbox


def read(rows: Numbers, places: Sequence[Letterbox], names: Sequence[str]) -> list[Detections]:
    """Turn rows of a batch into detections relative to each picture.

    Args:
        rows: Pictures x (1 + rows) x 6, as `Program` returns them.
        places: Where each picture lies in the input.
        names: Class names by number.
    """
    counts = rows[:, 0, 0].astype(np.int64)
    body = rows[:, 1 : 1 + int(counts.max(initial=0))]
    offset = np.array([(p.left, p.top) * 2 for p in places], np.float32)[:, None]
    size = np.array([(p.width, p.height) * 2 for p in places], np.float32)[:, None]
    boxes = np.clip((body[..., :4] - offset) / size, np.float32(0), np.float32(1))
    visible = (boxes[..., 2] > boxes[..., 0]) & (boxes[..., 3] > boxes[..., 1])
    score = np.clip(body[..., 4], np.float32(0), np.float32(1))
    number = body[..., 5].astype(np.int64)
    found = []
    for row, count in enumerate(counts):
        seen = np.flatnonzero(visible[row, :count])
        label = tuple(names[which] for which in number[row, seen].tolist())
        found.append(Detections(boxes[row, seen], score[row, seen], label))
    return found
