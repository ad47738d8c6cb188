"""Which parts of a picture a small model should look at, so that it sees far things large.

A part has the shape of the model's input and is between as large as that input (one pixel for one)
and as large as the picture. Things that are large enough in the whole picture are looked at there;
smaller ones get a part of their own, shared with as many others as it can hold.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sources.child.convert import WHOLE, Region, Size

_Floats = npt.NDArray[np.float64]

TALL = 0.2
"""Height in a model's input, as a share of it, from which on a thing gains nothing by more."""

WORTH = 1.5
"""Reduction of the whole picture below which parts show nothing that it does not."""

MARGIN = 0.25
"""Share of a box's height and width left free around it: models want to see some surroundings."""

SLACK = 1.6
"""How much smaller than wanted a thing may appear in a part that it shares."""

EVERY = 10
"""Looks after which the whole picture is looked at whatever moved."""

_STAMPS = (18, 32)
"""Places down and across for which it is remembered when they were looked at closely."""

_MOST_BOXES = 64
_MOST_WANTED = 16
"""Of those, so many are what is known and wanted, however much moves: else a crowd would leave what
stands still unseen for ever."""


@dataclass(frozen=True, slots=True)
class Need:
    """What should be looked at: boxes of what moves and of what is known, relative."""

    moved: tuple[Region, ...] = ()
    wanted: tuple[Region, ...] = ()


class Planner:
    """Chooses the parts of one camera's pictures, look by look. Deterministic.

    Args:
        model: Size of the model's input.
    """

    def __init__(self, model: Size) -> None:
        self.model = model
        self._look = 0
        self._whole_at = -EVERY
        self._close_at = np.zeros(_STAMPS, np.int64)

    def plan(self, full: Size, need: Need, most: int) -> list[Region]:
        """Choose at most `most` parts, the whole picture first if it is among them.

        An empty answer says that nothing moved and nothing is due.
        """
        self._look += 1
        if self.reduction(full) < WORTH:
            return [WHOLE]
        due = self._look - self._whole_at >= EVERY
        parts = [WHOLE] if due else []
        parts += self._chosen(full, need, most - len(parts), whole=due)
        if WHOLE in parts:
            self._whole_at = self._look
            parts.sort(key=lambda part: part != WHOLE)
        self._stamp(part for part in parts if part != WHOLE)
        return parts

    def whole(self) -> list[Region]:
        """Look at the whole picture, for nobody knows what moved."""
        self._look += 1
        self._whole_at = self._look
        return [WHOLE]

    def reduction(self, full: Size) -> float:
        """Return how many pixels of the picture become one of the model's when it is seen whole."""
        return max(full.width / self.model.width, full.height / self.model.height)

    def _chosen(self, full: Size, need: Need, most: int, *, whole: bool) -> list[Region]:
        size = np.array((full.width, full.height) * 2, np.float64)
        wanted = self._split(np.array(need.wanted, np.float64).reshape(-1, 4) * size)
        moved = self._split(np.array(need.moved, np.float64).reshape(-1, 4) * size)
        moved = moved[: _MOST_BOXES - min(len(wanted), _MOST_WANTED)]
        boxes = np.concatenate((moved, wanted))[:_MOST_BOXES]
        factor = self._factors(boxes, full)
        weight = self._weights(boxes / size, factor, full)
        in_whole = factor * SLACK >= self.reduction(full)
        left = ~in_whole if whole else np.ones(len(boxes), np.bool_)
        places = self._places(boxes, factor, full)
        covers = _holding(places, boxes) & (places[:, None, 4] <= factor[None] * SLACK)
        chosen: list[Region] = []
        while left.any() and len(chosen) < most:
            gains = covers @ (weight * left)
            best = int(np.argmax(gains)) if len(gains) else 0
            gain_of_whole = float((weight * left)[in_whole].sum())
            if gain_of_whole >= float(gains[best]) and gain_of_whole > 0:
                chosen.append(WHOLE)
                left &= ~in_whole
            elif gains[best] > 0:
                x, y, u, v = np.clip(places[best, :4] / size, 0, 1).tolist()
                chosen.append((x, y, u, v))
                left &= ~covers[best]
            else:
                break
        return chosen

    def _split(self, boxes: _Floats) -> _Floats:
        """Cut boxes that are wide for their height, of groups mostly, into pieces."""
        pieces: list[tuple[float, float, float, float]] = []
        for left, top, right, bottom in boxes.tolist():
            high = max(bottom - top, 1.0)
            widest = max(high, TALL * self.model.height) / (TALL * self.model.height)
            widest *= self.model.width / (1 + 2 * MARGIN)
            count = max(1, int(np.ceil((right - left) / widest)))
            step = (right - left) / count
            lap = 0.0 if count == 1 else min(high, step) / 4
            pieces += [
                (
                    max(left, left + n * step - lap),
                    top,
                    min(right, left + (n + 1) * step + lap),
                    bottom,
                )
                for n in range(count)
            ]
        return np.array(pieces, np.float64).reshape(-1, 4)

    def _factors(self, boxes: _Floats, full: Size) -> _Floats:
        """Return by how much each box may be reduced and still be seen well."""
        high = boxes[:, 3] - boxes[:, 1]
        wide = boxes[:, 2] - boxes[:, 0]
        well = high / (TALL * self.model.height)
        room = 1 + 2 * MARGIN
        fits = np.maximum(wide * room / self.model.width, high * room / self.model.height)
        clipped: _Floats = np.clip(np.maximum(well, fits), 1.0, self.reduction(full))
        return clipped

    def _weights(self, boxes: _Floats, factor: _Floats, full: Size) -> _Floats:
        """Return how urgent each box is: one, and more the longer nobody looked closely.

        From `EVERY` looks on it is more by the square, so that one thing that stands alone gets its
        turn beside any crowd.
        """
        rows = np.clip((boxes[:, 1] + boxes[:, 3]) / 2 * _STAMPS[0], 0, _STAMPS[0] - 1)
        columns = np.clip((boxes[:, 0] + boxes[:, 2]) / 2 * _STAMPS[1], 0, _STAMPS[1] - 1)
        since = self._look - self._close_at[rows.astype(int), columns.astype(int)]
        seen_whole = factor * SLACK >= self.reduction(full)
        since = np.where(seen_whole, self._look - self._whole_at, since)
        waited = np.maximum(since, 1).astype(np.float64)
        weight: _Floats = waited * np.maximum(waited / EVERY, 1.0)
        return weight

    def _places(self, boxes: _Floats, factor: _Floats, full: Size) -> _Floats:
        """Return candidates around each box: its own in the middle, and towards each corner.

        Rows of left, top, right, bottom and reduction, in pixels.
        """
        rows = []
        for (left, top, right, bottom), scale in zip(boxes.tolist(), factor.tolist(), strict=True):
            width = min(self.model.width * scale, full.width)
            height = min(self.model.height * scale, full.height)
            aside, above = (right - left) * MARGIN, (bottom - top) * MARGIN
            across = ((left + right - width) / 2, left - aside, right + aside - width)
            down = ((top + bottom - height) / 2, top - above, bottom + above - height)
            for x in across:
                for y in down:
                    x0 = min(max(x, 0.0), full.width - width) // 2 * 2
                    y0 = min(max(y, 0.0), full.height - height) // 2 * 2
                    rows.append((x0, y0, x0 + width, y0 + height, scale))
        return np.array(rows, np.float64).reshape(-1, 5)

    def _stamp(self, parts: Iterable[Region]) -> None:
        for left, top, right, bottom in parts:
            rows = slice(round(top * _STAMPS[0]), max(1, round(bottom * _STAMPS[0])))
            columns = slice(round(left * _STAMPS[1]), max(1, round(right * _STAMPS[1])))
            self._close_at[rows, columns] = self._look


def _holding(places: _Floats, boxes: _Floats) -> npt.NDArray[np.bool_]:
    """Tell which places hold which boxes whole: len(places) x len(boxes)."""
    low = np.all(places[:, None, :2] <= boxes[None, :, :2] + 1, axis=2)
    high = np.all(places[:, None, 2:4] >= boxes[None, :, 2:] - 1, axis=2)
    both: npt.NDArray[np.bool_] = np.logical_and(low, high)
    return both
