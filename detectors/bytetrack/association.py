"""Which detection continues which track."""

import lap
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

# Cost of a pair that must not be: above any limit, small enough not to blur the others.
_FORBIDDEN = 1e3
# Lets a pair exactly at the limit count as allowed.
_TIE = 1e-9

_NOTHING: Rows = np.empty(0, np.intp)


def overlap(a: Array, b: Array) -> Array:
    """Return intersection over union, n x m, of boxes given as corners, 4 x n and 4 x m.

    Stretching either axis of both changes nothing, so relative coordinates serve as well as pixels.
    """
    sides = np.minimum(a[2:, :, None], b[2:, None, :])
    sides -= np.maximum(a[:2, :, None], b[:2, None, :])
    np.maximum(sides, 0, out=sides)
    shared: Array = sides[0] * sides[1]
    union = _area(a)[:, None] + _area(b)
    union -= shared
    shared /= union
    return shared


def assign(similarity: Array, least: float) -> tuple[Rows, Rows]:
    """Pair rows and columns one to one so that the sum of (similarity - least) is greatest.

    Pairs below `least` are never made. If every column, or every row, can have the one it fits
    best, that is the optimum, and nearly always it can. Only else the solver is asked (Jonker and
    Volgenant, 1987), with the limit as cost of staying alone.
    """
    if not similarity.size:
        return _NOTHING, _NOTHING
    columns, rows = _best(similarity.T, least)
    if _distinct(rows):
        return rows, columns
    rows, columns = _best(similarity, least)
    if _distinct(columns):
        return rows, columns
    return _solve(similarity, least)


def _best(similarity: Array, least: float) -> tuple[Rows, Rows]:
    """Return the rows with an allowed column, and the best one of each."""
    best = similarity.argmax(axis=1)
    rows = (similarity.max(axis=1) >= least).nonzero()[0]
    return rows, best[rows]


def _distinct(numbers: Rows) -> bool:
    return len(set(numbers.tolist())) == len(numbers)


def _solve(similarity: Array, least: float) -> tuple[Rows, Rows]:
    """Solve for those that share allowed partners; the problem falls apart into such groups."""
    allowed = similarity >= least
    rows, columns = allowed.nonzero()
    rivals = (np.bincount(rows)[rows] > 1) | (np.bincount(columns)[columns] > 1)
    some_rows = np.bincount(rows[rivals]).nonzero()[0]
    some_columns = np.bincount(columns[rivals]).nonzero()[0]
    part = some_rows[:, None], some_columns
    cost = np.where(allowed[part], 1 - similarity[part], _FORBIDDEN)
    _, column_of, _ = lap.lapjv(cost, extend_cost=True, cost_limit=1 - least + _TIE)
    paired = (column_of >= 0).nonzero()[0]
    alone = ~rivals
    return (
        np.concatenate((rows[alone], some_rows[paired])),
        np.concatenate((columns[alone], some_columns[column_of[paired]])),
    )


def _area(boxes: Array) -> Array:
    sides = boxes[2:] - boxes[:2]
    return np.asarray(sides[0] * sides[1])
