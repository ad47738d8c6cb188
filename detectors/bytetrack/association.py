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
    left, top, right, bottom = a[:, :, None]
    shared = np.minimum(right, b[2])
    shared -= np.maximum(left, b[0])
    np.maximum(shared, 0, out=shared)
    height = np.minimum(bottom, b[3])
    height -= np.maximum(top, b[1])
    np.maximum(height, 0, out=height)
    shared *= height
    union = (right - left) * (bottom - top) + (b[2] - b[0]) * (b[3] - b[1])
    union -= shared
    return np.asarray(shared / union)


def assign(similarity: Array, least: float) -> tuple[Rows, Rows]:
    """Pair rows and columns one to one so that the sum of (similarity - least) is greatest.

    Pairs below `least` are never made. Pairs without a rival are decided at once; that is exact,
    because the problem falls apart into the groups that allowed pairs connect. Only rivals are
    left to the solver (Jonker and Volgenant, 1987), with the limit as cost of staying alone.
    """
    allowed = similarity >= least
    rows, columns = allowed.nonzero()
    rivals = (allowed.sum(axis=1)[rows] > 1) | (allowed.sum(axis=0)[columns] > 1)
    if not rivals.any():
        return rows, columns
    some_rows, some_columns = np.unique(rows[rivals]), np.unique(columns[rivals])
    part = np.ix_(some_rows, some_columns)
    cost = np.where(allowed[part], 1 - similarity[part], _FORBIDDEN)
    _, column_of, _ = lap.lapjv(cost, extend_cost=True, cost_limit=1 - least + _TIE)
    paired = (column_of >= 0).nonzero()[0]
    return (
        np.concatenate((rows[~rivals], some_rows[paired])),
        np.concatenate((columns[~rivals], some_columns[column_of[paired]])),
    )
