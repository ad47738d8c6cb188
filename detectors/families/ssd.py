"""SSD heads of the Open Model Zoo: 1 x 1 x rows x 7.

A row is picture number, class number, score, left, top, right, bottom, relative to the input. A
negative picture number ends the list. Class 0 is the background, so names start at class 1.
"""

import numpy as np

from detectors.families.candidates import Candidates, Numbers


def decode(output: Numbers, min_score: float, size: tuple[int, int]) -> Candidates:
    """Read one picture's output.

    Args:
        output: 1 x rows x 7.
        min_score: Rows below are left out.
        size: Width and height of the model's input in pixels.
    """
    rows = output[0]
    ends = np.flatnonzero(rows[:, 0] < 0)
    rows = rows[: ends[0]] if ends.size else rows
    rows = rows[(rows[:, 2] >= min_score) & (rows[:, 1] >= 1)]
    return Candidates(
        rows[:, 3:7] * np.array(size * 2, np.float32),
        rows[:, 2],
        rows[:, 1].astype(np.int64) - 1,
    )
