"""Whether a camera's packet sizes tell motion at all, and from where on. Pure.

While everything is decoded, each packet's rating is compared with what its picture shows. Sizes
are believed only where they rank moving pictures above still ones (area under the ROC curve, here
computed from ranks: Mann and Whitney 1947) *and* some threshold misses next to no motion without
waking all the time. A curve below one half is never turned around: it means unreliable.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FRAMES = 2000
"""Pictures that must have been compared."""

EACH = 50
"""Moving ones, and still ones, among them."""

AUC = 0.9
MISSED = 0.01
"""Share of moving pictures that may go unnoticed."""

AWAKE = 0.1
"""Share of the still time that may be spent awake for nothing."""

_HELPFUL = 0.02
"""The same, for signs that alone do not suffice."""

LINGER = 3.0
"""Seconds for which one sign keeps the camera awake."""

CAUGHT_UP = 1.0
"""Seconds by which a sign may come late: what came before it is still in the ring."""

_THRESHOLDS = (12.0, 9.0, 7.5, 6.0, 5.5, 5.0, 4.5, 4.0, 3.5, 3.0, 2.5, 2.0)
"""Median deviations that are tried, best first."""

START = 6.0
"""Median deviations that count as a sign before anything was measured."""

_KEPT = 6000
"""Pictures remembered: the newest count, for noise and light change with the hour."""

_Bits = npt.NDArray[np.bool_]
_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a calibration came to."""

    auc: float
    threshold: float | None
    """Median deviations that are a sign; None if every choice wakes too often."""

    missed: float
    """Share of moving pictures that go unnoticed with this threshold."""

    surges: bool = True
    """Whether a single large packet is a sign, too; not where still scenes have them."""

    @property
    def reliable(self) -> bool:
        """Whether pictures need not be looked at as long as sizes are quiet."""
        return self.auc >= AUC and self.threshold is not None and self.missed <= MISSED


class Calibration:
    """Collects comparisons and judges them."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, float, bool, bool]] = deque(maxlen=_KEPT)
        self.compared = 0
        """Pictures compared since the start."""

    def add(self, at: float, deviation: float, *, surge: bool, moved: bool) -> None:
        """Compare one packet's rating with its picture; `at` in seconds, rising."""
        self._samples.append((at, deviation, surge, moved))
        self.compared += 1

    def judge(self) -> Verdict | None:
        """Return what the samples say; None while they are too few."""
        if self.compared < FRAMES:
            return None
        columns = np.asarray(self._samples, np.float64)
        at, deviation = columns[:, 0], columns[:, 1]
        surge, moved = columns[:, 2] > 0, columns[:, 3] > 0
        if min(moved.sum(), (~moved).sum()) < EACH:
            return None
        auc = area(deviation, moved)
        surges = wasted(at, surge, moved) <= AWAKE / 2
        best: tuple[float | None, float] = (None, 1.0)
        for threshold in _THRESHOLDS:
            signs = sustained(deviation > threshold) | (surge & surges)
            waste = wasted(at, signs, moved)
            if waste > AWAKE:
                break
            share = missed(at, signs, moved)
            # A sign that misses much all the same may help those who watch, but cost them little.
            if share < best[1] and (share <= MISSED or waste <= _HELPFUL):
                best = threshold, share
            if share <= MISSED:
                break
        return Verdict(auc, *best, surges=surges)


def area(score: _Floats, positive: _Bits) -> float:
    """Return the area under the ROC curve; ties count half."""
    order = np.sort(score)
    low = np.searchsorted(order, score[positive], "left")
    high = np.searchsorted(order, score[positive], "right")
    count = int(positive.sum())
    ranks = float(((low + high + 1) / 2).sum())
    return (ranks - count * (count + 1) / 2) / (count * (len(score) - count))


def sustained(above: _Bits) -> _Bits:
    """Return where two of the last three are set, the present one among them."""
    before = np.concatenate(([False, False], above))
    signs: _Bits = above & (before[1:-1] | before[:-2])
    return signs


def missed(at: _Floats, signs: _Bits, moved: _Bits) -> float:
    """Return the share of moving pictures for which no sign came in time.

    In time is within `LINGER` before, when the camera is awake, or `CAUGHT_UP` after.
    """
    if not moved.any():
        return 0.0
    signed = at[signs]
    moving = at[moved]
    following = np.searchsorted(signed, moving - LINGER)
    if not len(signed):
        return 1.0
    nearest = np.where(
        following < len(signed), signed[np.minimum(following, len(signed) - 1)], np.inf
    )
    return float((nearest > moving + CAUGHT_UP).mean())


def wasted(at: _Floats, signs: _Bits, moved: _Bits) -> float:
    """Return the share of still pictures during which a sign keeps the camera awake for nothing."""
    near = _within(at, at[moved], before=LINGER, after=LINGER)
    idle = ~moved & ~near
    if not idle.any():
        return 0.0
    awake = _within(at, at[signs & ~near], before=LINGER, after=0.0)
    return float(awake[idle].mean())


def _within(at: _Floats, moments: _Floats, *, before: float, after: float) -> _Bits:
    """Return for each time whether a moment lies at most so long before or after it."""
    if not len(moments):
        return np.zeros(len(at), np.bool_)
    first = np.searchsorted(moments, at - before)
    inside: _Bits = (first < len(moments)) & (
        moments[np.minimum(first, len(moments) - 1)] <= at + after
    )
    return inside
