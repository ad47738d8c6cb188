"""Transformers that answer with one object per query and need no suppression, in three forms.

* *found*: RT-DETR, D-FINE, DEIM and DEIMv2 as their authors export them: labels, boxes and scores,
  boxes as corners in the units of a second input, `orig_target_sizes` (width, height);
* *queries*: RF-DETR (`dets`, `labels`) and Hugging Face (`pred_boxes`, `logits`): class logits and
  boxes as centre and size relative to the input;
* *scored*: Ultralytics' RT-DETR: 1 x queries x (4 + classes), relative boxes, scores from 0 to 1.

In the first two a query counts once per class, as in the authors' post-processing (Zhao et al.,
"DETRs Beat YOLOs on Real-time Object Detection", arXiv:2304.08069).
"""

from collections.abc import Sequence
from math import log

import numpy as np

from detectors.families.candidates import Candidates, Numbers, best_class, corners
from detectors.families.family import Array


def join_found(outputs: Sequence[Array], order: tuple[int, int, int]) -> Numbers:
    """Put labels, boxes and scores side by side, as a head without suppression has them.

    Args:
        outputs: Of one picture.
        order: Which of them are labels, boxes and scores.

    Returns:
        Rows x 6: left, top, right, bottom, score, class number.
    """
    labels, boxes, scores = (np.asarray(outputs[place]) for place in order)
    rows: Numbers = np.empty((scores.size, 6), np.float32)
    rows[:, :4] = boxes.reshape(-1, 4)
    rows[:, 4] = scores.reshape(-1)
    rows[:, 5] = labels.reshape(-1)
    return rows


def join_queries(outputs: Sequence[Array], order: tuple[int, int]) -> Numbers:
    """Put boxes and logits side by side.

    Args:
        outputs: Of one picture.
        order: Which of them are logits and boxes.

    Returns:
        Queries x (4 + classes).
    """
    logits, boxes = (outputs[place] for place in order)
    return np.concatenate((boxes, logits), axis=-1, dtype=np.float32)


def decode_queries(output: Numbers, min_score: float, size: tuple[int, int]) -> Candidates:
    """Read boxes and logits.

    Args:
        output: Queries x (4 + classes), boxes as centre and size relative to the input.
        min_score: Rows below are left out; compared before anything is exponentiated.
        size: Width and height of the input in pixels.
    """
    query, number = np.nonzero(output[:, 4:] >= log(min_score / (1 - min_score)))
    logit = output[query, 4 + number]
    score = np.float32(1) / (np.float32(1) + np.exp(-logit))
    return Candidates(_placed(output[query, :4], size), score, number)


def decode_scored(output: Numbers, min_score: float, size: tuple[int, int]) -> Candidates:
    """Read boxes and scores; a query counts once, for its best class.

    Args:
        output: Queries x (4 + classes), boxes as centre and size relative to the input.
        min_score: Rows below are left out.
        size: Width and height of the input in pixels.
    """
    rows, number = best_class(output[:, 4:].T, min_score)
    return Candidates(_placed(output[rows, :4], size), output[rows, 4 + number], number)


def _placed(relative: Numbers, size: tuple[int, int]) -> Numbers:
    return corners(relative * np.array(size * 2, np.float32))
