"""Where something moves before a fixed camera, from a few samples of its brightness.

Every sample has a running mean and a running deviation; one that leaves them has changed. The
camera's exposure is followed by one factor for the whole picture. A change of nearly everything is
one of light or place: the background is learnt anew and nothing is said until it is known.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sources.child.convert import Region
from sources.child.luma import Luma

_Floats = npt.NDArray[np.float32]
_Bits = npt.NDArray[np.bool_]

LEAST = 12.0
"""Brightness (of 255) by which a sample must differ; compression and noise stay below."""

LIVELY = 9.0
"""Brightness by which it must also differ from the picture before, somewhere in a thing, for the
thing to move and not just to stand there."""

SPREAD = 4.0
"""Deviations of its own noise by which it must differ as well."""

TOO_MUCH = 0.3
"""Share of changed samples from which on light or place changed, and no thing."""

WARM_UP = 3
"""Pictures at the start, and after such a change, before anything is said."""

CELL = 4
"""Samples across and down that count as one place."""

ENOUGH = 2
"""Changed samples of a place's sixteen that make it a moved one."""

_LEARNING, _ABSORBING = 0.1, 0.015
"""Share of a new picture in the mean, where nothing changed and where something did: what stays
still becomes background within about a minute at five pictures a second."""

_MOST_PLACES = 1200
"""Moved places beyond which neighbours are not told apart any more."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What moved in one picture."""

    boxes: tuple[Region, ...] = ()
    """Relative to the samples given; from left to right."""

    settled: bool = True
    """Whether the background is known. While it is not, anything may have moved."""


class Motion:
    """The background of one camera. Not pure: every picture teaches it; they come in order."""

    def __init__(self) -> None:
        self._taught = 0
        self._mean: _Floats = np.empty((0, 0), np.float32)
        self._noise: _Floats = self._mean
        self._last: _Floats = self._mean

    def look(self, luma: Luma) -> Moved:
        """Compare samples with the background and learn from them."""
        now = luma.astype(np.float32)
        if now.shape != self._mean.shape:
            return self._anew(now)
        now *= _exposure(self._mean, now)
        apart = np.abs(now - self._mean)
        lively = np.abs(now - self._last) > LIVELY
        self._last = now
        changed = apart > np.maximum(np.float32(LEAST), SPREAD * self._noise)
        if np.count_nonzero(changed) > TOO_MUCH * changed.size:
            return self._anew(luma.astype(np.float32))
        self._learn(now, apart, changed)
        if self._taught <= WARM_UP:
            return Moved(settled=False)
        return Moved(tuple(_boxes(changed, lively)))

    def _anew(self, now: _Floats) -> Moved:
        self._last = now
        self._mean, self._noise = now.copy(), np.full_like(now, LEAST / SPREAD)
        self._taught = 1
        return Moved(settled=False)

    def _learn(self, now: _Floats, apart: _Floats, changed: _Bits) -> None:
        self._taught += 1
        usual = max(_LEARNING, 1 / self._taught)
        rate = np.where(changed, np.float32(_ABSORBING), np.float32(usual))
        self._mean += rate * (now - self._mean)
        self._noise += np.where(changed, np.float32(0), np.float32(_LEARNING)) * (
            apart - self._noise
        )


def _exposure(mean: _Floats, now: _Floats) -> np.float32:
    """Return the factor that undoes a change of the whole picture's brightness."""
    ratio = (mean[::4, ::4] + 8) / (now[::4, ::4] + 8)
    return np.float32(np.clip(np.median(ratio), 0.5, 2.0))


def _boxes(changed: _Bits, lively: _Bits) -> list[Region]:
    """Join changed places that touch, and box each heap in which something is lively.

    What stands where it stood, or the mark of what has left, differs from the background for long,
    but no more from the picture before.
    """
    height, width = changed.shape
    places = np.argwhere(_counted(changed) >= ENOUGH)
    moving = _counted(changed & lively) >= ENOUGH
    if len(places) > _MOST_PLACES:
        return [(0.0, 0.0, 1.0, 1.0)]
    boxes = []
    for heap in _heaps({(int(row), int(column)) for row, column in places}):
        if not any(moving[place] for place in heap):
            continue
        top, left = min(row for row, _ in heap), min(column for _, column in heap)
        bottom, right = max(row for row, _ in heap) + 1, max(column for _, column in heap) + 1
        boxes.append(
            (
                left * CELL / width,
                top * CELL / height,
                min(1.0, right * CELL / width),
                min(1.0, bottom * CELL / height),
            )
        )
    return sorted(boxes)


def _counted(bits: _Bits) -> npt.NDArray[np.uint8]:
    """Count the set samples of each place."""
    height, width = bits.shape
    rows, columns = -(-height // CELL), -(-width // CELL)
    padded = np.zeros((rows * CELL, columns * CELL), np.uint8)
    padded[:height, :width] = bits
    counts: npt.NDArray[np.uint8] = padded.reshape(rows, CELL, columns, CELL).sum(
        axis=(1, 3), dtype=np.uint8
    )
    return counts


def _heaps(places: set[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    heaps = []
    while places:
        heap = [min(places)]
        places.discard(heap[0])
        for row, column in heap:
            around = {(row + dy, column + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)} & places
            places -= around
            heap.extend(sorted(around))
        heaps.append(heap)
    return heaps
