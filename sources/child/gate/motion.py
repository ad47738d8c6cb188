"""Whether a picture shows motion, by samples of its brightness: what the gate is measured by.

A running mean and a running deviation for each small cell; whatever leaves them has changed. A
change of most of the picture is one of light or place.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sources.child.luma import Luma

Cells = npt.NDArray[np.float32]
Covered = npt.NDArray[np.bool_]

_POOLED = 2
"""Samples across and down that are averaged: half the noise."""

LEAST = 8.0
"""Brightness (of 255) by which a cell must differ."""

_SPREAD = 5.0
"""Times its own usual difference by which it must differ as well."""

ENOUGH = 3
"""Squares of two by two changed cells that are motion: noise strikes cells alone; a person of
40 x 100 pixels at 1080p covers some fourteen."""

OVERTURNED = 0.4
"""Share of changed cells from which on light or place changed, and no thing."""

_LEARNING, _ABSORBING = 0.06, 0.015
"""Share of a new picture in the mean, where nothing changed and where something did."""

_WARM_UP = 5


@dataclass(frozen=True, slots=True)
class Change:
    """What one picture shows beside the background."""

    moved: bool = False
    overturned: bool = False


class PixelMotion:
    """The background of one camera. Not pure: every picture teaches it."""

    def __init__(self) -> None:
        self._mean: Cells = np.empty((0, 0), np.float32)
        self._noise: Cells = self._mean
        self._taught = 0

    def look(self, luma: Luma, covered: Covered | None = None) -> Change:
        """Compare with the background and learn; `covered` samples count as black."""
        if covered is not None:
            luma = np.where(covered, np.uint8(0), luma)
        now = _pooled(luma)
        if self._mean.shape != now.shape:
            self._anew(now)
            return Change()
        apart = now - self._mean
        apart -= np.float32(np.median(apart[::3, ::3]))
        size = np.abs(apart)
        changed = size > np.maximum(np.float32(LEAST), _SPREAD * self._noise)
        count = int(np.count_nonzero(changed))
        if count > OVERTURNED * changed.size:
            self._anew(now)
            return Change(moved=True, overturned=True)
        self._learn(now, size, changed)
        return Change(moved=self._taught > _WARM_UP and _solid(changed) >= ENOUGH)

    def _anew(self, now: Cells) -> None:
        self._mean, self._noise, self._taught = now, np.full_like(now, LEAST / _SPREAD), 1

    def _learn(self, now: Cells, size: Cells, changed: Covered) -> None:
        self._taught += 1
        usual = np.float32(max(_LEARNING, 1 / self._taught))
        rate = np.where(changed, np.float32(_ABSORBING), usual)
        self._mean += rate * (now - self._mean)
        self._noise += np.where(changed, np.float32(0.003), usual) * (size - self._noise)


def _solid(changed: Covered) -> int:
    across = changed[:, :-1] & changed[:, 1:]
    return int(np.count_nonzero(across[:-1] & across[1:]))


def _pooled(luma: Luma) -> Cells:
    rows, columns = luma.shape[0] // _POOLED, luma.shape[1] // _POOLED
    if not rows or not columns:
        return luma.astype(np.float32)
    whole = luma[: rows * _POOLED, : columns * _POOLED]
    # Sums of four bytes; slices are several times faster than a mean over axes.
    total = whole[0::2, 0::2].astype(np.uint16)
    total += whole[1::2, 0::2]
    total += whole[0::2, 1::2]
    total += whole[1::2, 1::2]
    return total.astype(np.float32) / np.float32(4)
