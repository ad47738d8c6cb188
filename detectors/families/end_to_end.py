"""Heads that need no suppression (YOLOv10, YOLO26): 1 x rows x 6.

A row is left, top, right, bottom in pixels of the input, score, class number.
"""

import numpy as np

from detectors.families.candidates import Candidates, Numbers


def decode(output: Numbers, min_score: float) -> Candidates:
    """Read one picture's output.

    Args:
        output: rows x 6.
        min_score: Rows below are left out.
    """
    rows = output[output[:, 4] >= min_score]
    return Candidates(rows[:, :4], rows[:, 4], rows[:, 5].astype(np.int64))
