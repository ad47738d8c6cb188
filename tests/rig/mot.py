"""Multi-object tracking measured: MOTChallenge text in, MOTA and IDF1 out.

Sources: Bernardin and Stiefelhagen 2008 (CLEAR MOT), Ristani et al. 2016 (IDF1).
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import lap
import numpy as np
import numpy.typing as npt

Row = tuple[int, float, float, float, float, float]
"""Id (-1 in detections), left, top, right, bottom in pixels, score."""

Frames = Mapping[int, Sequence[Row]]
"""Rows by frame number."""

OVERLAP = 0.5


@dataclass(frozen=True)
class Quality:
    """How well a result fits the truth."""

    mota: float
    idf1: float
    switches: int
    """How often an object's id changed."""


def load(path: Path) -> dict[int, list[Row]]:
    """Read a MOTChallenge file."""
    frames: dict[int, list[Row]] = {}
    for line in path.read_text(encoding="ascii").splitlines():
        frame, number, left, top, width, height, score = map(float, line.split(",")[:7])
        row = (int(number), left, top, left + width, top + height, score)
        frames.setdefault(int(frame), []).append(row)
    return frames


def evaluate(truth: Frames, result: Frames) -> Quality:
    """Compare a result with the truth; a pair needs an overlap of one half."""
    errors = switches = 0
    last: dict[int, int] = {}
    together: Counter[tuple[int, int]] = Counter()
    for frame in sorted(truth):
        wanted, got = truth[frame], result.get(frame, ())
        overlaps = iou(boxes(wanted), boxes(got))
        ids = [[(row[0], other[0]) for other in got] for row in wanted]
        for i, j in zip(*(overlaps >= OVERLAP).nonzero(), strict=True):
            together[ids[i][j]] += 1
        # A pair that held in the last frame goes on holding, as CLEAR MOT demands.
        held = np.array([[last.get(a) == b for a, b in row] for row in ids]).reshape(overlaps.shape)
        pairs = list(_pair(np.where(overlaps >= OVERLAP, overlaps + 10 * held, 0)))
        for i, j in pairs:
            who, found = ids[i][j]
            switches += last.get(who, found) != found
            last[who] = found
        errors += len(wanted) + len(got) - 2 * len(pairs)
    wanted_rows = sum(map(len, truth.values()))
    got_rows = sum(len(result.get(frame, ())) for frame in truth)
    return Quality(
        mota=1 - (errors + switches) / wanted_rows,
        idf1=2 * _held_by_best(together) / (wanted_rows + got_rows),
        switches=switches,
    )


def boxes(rows: Sequence[Row]) -> npt.NDArray[np.float64]:
    """Return the boxes, n x 4."""
    return np.array([row[1:5] for row in rows], np.float64).reshape(-1, 4)


def iou(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return intersection over union, n x m; written apart from the tracker's own."""
    result = np.zeros((len(a), len(b)))
    for i, (l1, t1, r1, b1) in enumerate(a):
        for j, (l2, t2, r2, b2) in enumerate(b):
            shared = max(0.0, min(r1, r2) - max(l1, l2)) * max(0.0, min(b1, b2) - max(t1, t2))
            whole = (r1 - l1) * (b1 - t1) + (r2 - l2) * (b2 - t2) - shared
            result[i, j] = shared / whole
    return result


def _held_by_best(together: Counter[tuple[int, int]]) -> int:
    """Count the boxes that the best one-to-one mapping of ids explains."""
    truths = sorted({a for a, _ in together})
    found = sorted({b for _, b in together})
    table = np.array([[float(together[a, b]) for b in found] for a in truths])
    return int(sum(table[i, j] for i, j in _pair(table)))


def _pair(gain: npt.NDArray[np.float64]) -> Iterator[tuple[int, int]]:
    """Pair rows and columns for the greatest sum; pairs without gain are left out."""
    if not gain.size:
        return
    _, columns, _ = lap.lapjv(-gain, extend_cost=True)
    yield from ((i, int(j)) for i, j in enumerate(columns) if j >= 0 and gain[i, j] > 0)
