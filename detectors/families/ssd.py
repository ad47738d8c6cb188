"""Heads of the Open Model Zoo, in two forms.

* *rows*: 1 x 1 x rows x 7: picture number, class number, score, left, top, right, bottom,
  relative to the input. A negative picture number ends the list. Whether class 0 is the background,
  so that names start at class 1, says the graph (`background_label_id` of its DetectionOutput):
  older models have it first; by their pages the 02xx and 2xxx ones number classes from 0.
* *boxes*: `boxes`, rows x 5 (left, top, right, bottom in pixels of the input, score) beside
  `labels`, one class number per row, as person-detection-0106, -0203, -0301 to -0303 and models of
  OpenVINO Training Extensions answer. Numbers start at 0; where there is only one class some pages
  say 0 and some 1, and the zoo's own evaluation ignores it, as we do.

Source: the models' pages in github.com/openvinotoolkit/open_model_zoo, models/intel.
"""

from collections.abc import Sequence

import numpy as np

from detectors.families.candidates import Candidates, Numbers
from detectors.families.family import Array


def decode(output: Numbers, min_score: float, size: tuple[int, int], first: int = 1) -> Candidates:
    """Read one picture's rows.

    Args:
        output: 1 x rows x 7.
        min_score: Rows below are left out.
        size: Width and height of the model's input in pixels.
        first: Class number of the first name; lower ones are the background.
    """
    rows = output[0]
    ends = np.flatnonzero(rows[:, 0] < 0)
    rows = rows[: ends[0]] if ends.size else rows
    rows = rows[(rows[:, 2] >= min_score) & (rows[:, 1] >= first)]
    return Candidates(
        rows[:, 3:7] * np.array(size * 2, np.float32),
        rows[:, 2],
        rows[:, 1].astype(np.int64) - first,
    )


def join_boxes(outputs: Sequence[Array], order: tuple[int, int]) -> Numbers:
    """Put boxes and labels side by side, as a head without suppression has them.

    Args:
        outputs: Of one picture.
        order: Which of them are boxes and labels.

    Returns:
        Rows x 6: left, top, right, bottom, score, class number.
    """
    boxes, labels = (np.asarray(outputs[place]) for place in order)
    rows: Numbers = np.empty((labels.size, 6), np.float32)
    rows[:, :5] = boxes.reshape(-1, 5)
    rows[:, 5] = labels.reshape(-1)
    return rows
