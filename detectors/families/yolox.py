"""YOLOX heads: 1 x anchors x (5 + classes), boxes relative to a grid, objectness times class.

The model takes BGR from 0 to 255. Grid decoding after Ge et al., "YOLOX: Exceeding YOLO Series in
2021" (arXiv:2107.08430): centre = (raw + cell) * stride, size = exp(raw) * stride. Some exports do
this inside the graph (`--decode_in_inference`); the shape is the same, so `is_decoded` looks.
"""

from dataclasses import dataclass

import numpy as np

from detectors.families.candidates import Candidates, Numbers, best_class, corners

STRIDES = (8, 16, 32)
_LARGEST_EXPONENT = 10.0
"""exp(10) strides is far wider than any picture: what is above is noise and must not overflow."""

_ALIKE = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Where each row of the output looks."""

    cell: Numbers
    """anchors x 2: column and row of the cell."""

    stride: Numbers
    """anchors x 1: pixels per cell."""

    @classmethod
    def over(cls, width: int, height: int) -> "Grid":
        """Lay the grids over an input of this size, finest first, row by row."""
        cells = []
        strides = []
        for stride in STRIDES:
            columns, rows = np.meshgrid(np.arange(width // stride), np.arange(height // stride))
            cells.append(np.stack((columns.ravel(), rows.ravel()), axis=1))
            strides.append(np.full((columns.size, 1), stride))
        return cls(
            np.concatenate(cells).astype(np.float32), np.concatenate(strides).astype(np.float32)
        )


def decode(output: Numbers, min_score: float, grid: Grid | None) -> Candidates:
    """Read one picture's output.

    Args:
        output: anchors x (5 + classes).
        min_score: Rows below are left out; objectness times class score counts.
        grid: What the rows are relative to; None if the graph decodes them itself.
    """
    likely = np.flatnonzero(output[:, 4] >= min_score)
    scores = output[likely, 5:].T * output[likely, 4]
    rows, number = best_class(scores, min_score)
    raw = output[likely[rows], :4]
    boxes = raw if grid is None else _placed(raw, grid, likely[rows])
    return Candidates(corners(boxes), scores[number, rows], number)


def is_decoded(output: Numbers, grid: Grid) -> bool:
    """Tell whether the graph decodes boxes itself.

    Decoded centres follow the cells' centres nearly perfectly, raw ones do not follow them.
    """
    centres = (grid.cell + np.float32(0.5)) * grid.stride
    across, down = (_correlation(output[:, axis], centres[:, axis]) for axis in (0, 1))
    return bool(across > _ALIKE and down > _ALIKE)


def _correlation(left: Numbers, right: Numbers) -> float:
    left = left - left.mean()
    right = right - right.mean()
    length = float(np.linalg.norm(left) * np.linalg.norm(right))
    return float(left @ right) / length if length else 0.0


def _placed(raw: Numbers, grid: Grid, rows: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Numbers:
    stride = grid.stride[rows]
    centre = (raw[:, :2] + grid.cell[rows]) * stride
    size = np.exp(np.minimum(raw[:, 2:4], _LARGEST_EXPONENT)) * stride
    return np.concatenate((centre, size), axis=1)
