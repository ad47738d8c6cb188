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


def overlap(a: Array, b: Array) -> Array:
    """Return intersection over union, n x m, of boxes given as corners, 4 x n and 4 x m.

    Stretching either axis of both changes nothing, so relative coordinates serve as well as pixels.
    """
    sides = np.minimum(a[2:, :, None], b[2:, None, :])
    sides -= np.maximum(a[:2, :, None], b[:2, None, :])
    np.maximum(sides, 0, out=sides)
    shared = sides[0] * sides[1]
    union = _area(a)[:, None] + _area(b)
    union -= shared
    shared /= union
    return shared


def assign(similarity: Array, least: float) -> tuple[Rows, Rows]:
    """Pair rows and columns one to one so that the sum of (similarity - least) is greatest.

    Pairs below `least` are never made. Pairs without a rival are decided at once; that is exact,
    because the problem falls apart into the groups that allowed pairs connect. Only rivals are
    left to the solver (Jonker and Volgenant, 1987), with the limit as cost of staying alone.
    """
    allowed = similarity >= least
    rows, columns = allowed.nonzero()
    if not len(rows):
        return rows, columns
    per_row, per_column = np.bincount(rows), np.bincount(columns)
    if per_row.max() == per_column.max() == 1:
        return rows, columns
    rivals = (per_row[rows] > 1) | (per_column[columns] > 1)
    some_rows, some_columns = _distinct(rows[rivals]), _distinct(columns[rivals])
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


def _distinct(numbers: Rows) -> Rows:
    """Return the distinct small numbers, ascending; `np.unique` takes five times as long."""
    return np.bincount(numbers).nonzero()[0]
