"""Boxes as a model says them: in the pixels of its input, classes as numbers."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Objects of one picture as columns, before overlaps are suppressed."""

    xyxy: Numbers
    """n x 4: left, top, right, bottom in pixels of the model's input."""

    score: Numbers
    """n, 0 to 1."""

    number: npt.NDArray[np.int64]
    """n, class numbers."""

    def take(self, chosen: npt.NDArray[np.bool_] | npt.NDArray[np.int64]) -> "Candidates":
        """Return the rows of a mask or of an order."""
        return Candidates(self.xyxy[chosen], self.score[chosen], self.number[chosen])


def best_class(classes: Numbers, min_score: float) -> tuple[npt.NDArray[np.int64], ...]:
    """Find the rows whose best class reaches `min_score`.

    Args:
        classes: Scores, classes x rows; the layout in which the maximum is cheapest.
        min_score: 0 to 1.

    Returns:
        Row numbers, ascending, and the best class of each.
    """
    rows = np.flatnonzero(classes.max(axis=0) >= min_score)
    return rows, classes[:, rows].argmax(axis=0)


def corners(centre_size: Numbers) -> Numbers:
    """Turn n x 4 (centre x, centre y, width, height) into left, top, right, bottom."""
    half = centre_size[:, 2:] / 2
    return np.concatenate((centre_size[:, :2] - half, centre_size[:, :2] + half), axis=1)
