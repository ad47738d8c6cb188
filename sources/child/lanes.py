"""Lane marks in the brightness of a picture, and whether the vehicle stands. Bounded in cost.

A mark is a bright stripe between darker road, as wide as a mark is at that distance (the filter of
Nieto et al., Real-time lane tracking using Rao-Blackwellized particle filter, 2012); stripes vote
for lines that meet at the horizon (Hough). Stripes of the last moments vote together, so that
dashes make a line.
"""

from collections import deque
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from sources.child.luma import Luma
from sources.road import LaneMark, Road

ACROSS = 480
"""Samples across that are looked at."""

ROWS = 56
"""Rows of them in which stripes are looked for."""

NEAREST, FARTHEST = 0.97, 0.14
"""Where these rows begin and end, from the horizon (0) to the bonnet (1)."""

HIGH = 1.3
"""Metres of a usual camera above the road; only guesses how wide a mark is on the picture."""

MARK, NARROW, WIDE = 0.18, 0.05, 0.45
"""Metres to either side at which the road is darker; of a stripe that can be a mark."""

BRIGHTER = 14
"""Least difference of brightness between a mark and the road."""

MOST = 600
"""Stripes of a picture that are believed; more is no road."""

REMEMBERED, LOOKS = 0.4, 10
"""Seconds, and looks at most, whose stripes vote together."""

SWAY, STEPS = 0.06, 9
"""Picture widths beside the heading at which lines may meet the horizon, and tries in between."""

BIN = 0.02
"""Picture widths at the bottom that count as the same line."""

INNER, OUTER = 0.35, 3.4
"""Metres beside the camera at which marks of the own lane are looked for."""

CLOSE, NEARBY = (0.05, 0.03, 0.015), 0.25
"""Picture widths at the bottom by which a stripe may miss its line, step by step; farther away that
much less, but no less than at this share of the way down."""

FEW, SHORT = 8, 0.2
"""Stripes that make no line yet, and the share of the way down that is too short for one."""

DASHED = 1.5
"""By how much more than its length a line counts for: dashes have gaps."""

APART = 0.25
"""Seconds between pictures that are compared to find out whether we stand."""

TEXTURE, CHANGED = 10, 14
"""Differences of brightness: between neighbours for there to be something to see, and over time."""

BLOCKS = (4, 6)
"""Parts of the picture, down and across, each of which moves or not."""

SEEN, MOVED = 12, 0.25
"""Textured samples a block needs, and the share of them that must change for it to move."""

Points = npt.NDArray[np.float32]
"""Stripes: their middle across, relative, and their height below the horizon (1: the bottom)."""


@dataclass(slots=True)
class _Grid:
    """Where to look in pictures of one size."""

    shape: tuple[int, int]
    rows: npt.NDArray[np.intp]
    before: npt.NDArray[np.intp]
    behind: npt.NDArray[np.intp]
    narrow: npt.NDArray[np.float32]
    wide: npt.NDArray[np.float32]
    below: npt.NDArray[np.float32]


class Lanes:
    """Looks at the road of one camera, picture after picture.

    Args:
        horizon: Its height, relative.
        heading: Where on the horizon the vehicle goes.
        bonnet: Where the own vehicle begins.
    """

    def __init__(self, horizon: float, heading: float, bonnet: float) -> None:
        self._horizon, self._heading, self._bonnet = horizon, heading, bonnet
        self._grid: _Grid | None = None
        self._points: deque[tuple[float, Points]] = deque(maxlen=LOOKS)
        self._former: tuple[float, npt.NDArray[np.int16]] | None = None
        self._still: bool | None = None

    def look(self, luma: Luma, at: float) -> Road:
        """Take one look.

        Args:
            luma: Rows x columns of brightness, about `ACROSS` columns.
            at: Seconds of the stream.
        """
        if self._grid is None or self._grid.shape != luma.shape:
            self._grid = self._lay(luma.shape)
            self._points.clear()
            self._former = None
        self._points.append((at, self._stripes(luma, self._grid)))
        while at - self._points[0][0] > REMEMBERED:
            self._points.popleft()
        points = np.concatenate([points for _, points in self._points])
        aspect = luma.shape[1] / luma.shape[0]
        return Road(self._marks(points, aspect), self._stands(luma, at))

    def _lay(self, shape: tuple[int, ...]) -> _Grid:
        height, width = shape
        reach = self._bonnet - self._horizon
        ys = self._horizon + reach * np.linspace(FARTHEST, NEAREST, ROWS)
        rows = np.unique(np.clip(np.rint(ys * height).astype(np.intp), 0, height - 1))
        down = (rows + 0.5) / height - self._horizon
        metre = down * height / HIGH
        aside = np.maximum(2, np.rint(MARK * metre)).astype(np.intp)[:, None]
        columns = np.arange(width, dtype=np.intp)[None, :]
        return _Grid(
            (height, width),
            rows,
            np.maximum(columns - aside, 0),
            np.minimum(columns + aside, width - 1),
            np.maximum(1, NARROW * metre).astype(np.float32),
            np.maximum(3, WIDE * metre).astype(np.float32),
            (down / (1 - self._horizon)).astype(np.float32),
        )

    def _stripes(self, luma: Luma, grid: _Grid) -> Points:
        """Find what is brighter than the road on both sides, as wide as a mark."""
        rows = luma[grid.rows].astype(np.int16)
        around = np.maximum(
            np.take_along_axis(rows, grid.before, 1), np.take_along_axis(rows, grid.behind, 1)
        )
        bright = np.zeros((rows.shape[0], rows.shape[1] + 2), np.int8)
        bright[:, 1:-1] = rows - around > BRIGHTER
        edges = np.diff(bright, axis=1)
        row, begin = np.nonzero(edges == 1)
        _, end = np.nonzero(edges == -1)
        long = end - begin
        fits = (long >= grid.narrow[row]) & (long <= grid.wide[row])
        row, middle = row[fits], (begin + end)[fits] / 2
        if not 0 < len(row) <= MOST:
            return np.empty((0, 2), np.float32)
        return np.column_stack((middle / rows.shape[1], grid.below[row])).astype(np.float32)

    def _marks(self, points: Points, aspect: float) -> tuple[LaneMark, ...]:
        if len(points) < FEW:
            return ()
        metre = (1 - self._horizon) / HIGH / aspect
        tries = self._heading + np.linspace(-SWAY, SWAY, STEPS, dtype=np.float32)
        x, down = points[:, :1], points[:, 1:]
        # Where each stripe's line from each place on the horizon meets the bottom.
        bottom = tries + (x - tries) / down
        best: tuple[float, dict[Literal["left", "right"], float], float] | None = None
        for number, far in enumerate(tries.tolist()):
            lines: dict[Literal["left", "right"], float] = {}
            score = 0.0
            for side, sign in (("left", -1), ("right", 1)):
                aside = sign * (bottom[:, number] - far)
                votes = np.bincount(
                    ((aside - INNER * metre) / BIN)[
                        (aside >= INNER * metre) & (aside < OUTER * metre)
                    ].astype(np.intp),
                    minlength=3,
                )
                smooth = np.convolve(votes, (1, 1, 1), "same")
                top = int(smooth.max())
                # The nearest of those that nearly everybody votes for: the next lane has marks too.
                place = int(np.flatnonzero(smooth >= 0.7 * top)[0])
                score += float(top) ** 2
                lines["left" if side == "left" else "right"] = far + sign * (
                    INNER * metre + (place + 0.5) * BIN
                )
            if best is None or score > best[0]:
                best = (score, lines, far)
        if best is None:
            return ()
        _, lines, far = best
        return tuple(
            mark
            for side, near in lines.items()
            if (mark := self._refined(side, near, far, points)) is not None
        )

    def _refined(
        self, side: Literal["left", "right"], near: float, far: float, points: Points
    ) -> LaneMark | None:
        """Lay a line through the stripes that are close to a coarse one."""
        x, down = points[:, 0], points[:, 1]
        for close in CLOSE:
            miss = np.abs(x - (far + (near - far) * down)) / np.maximum(down, NEARBY)
            own = miss <= close
            count = np.count_nonzero(own)
            if count < FEW or np.ptp(down[own]) < SHORT:
                return None
            slope, start = np.polyfit(down[own], x[own], 1)
            near, far = float(start + slope), float(start)
        if abs(far - self._heading) > 2 * SWAY or (near < far) != (side == "left"):
            return None
        if not -4 <= near <= 5:  # noqa: PLR2004 (as far as a mark may be told)
            return None
        # A line stands alone: where there is as much beside it, it is one of many patterns.
        beside = np.count_nonzero((miss > 2 * close) & (miss <= 4 * close)) / 2
        length = min(1.0, DASHED * len(np.unique(down[own])) / ROWS)
        return LaneMark(side, near, far, round(length * max(0.0, 1 - beside / count), 3))

    def _stands(self, luma: Luma, at: float) -> bool | None:
        """Tell whether the picture as a whole stood still since a moment ago."""
        small = luma[2::4, 2::4].astype(np.int16)
        former = self._former
        if former is None or at < former[0]:
            self._former = (at, small)
            return None
        if at - former[0] < APART:
            return self._still
        self._former = (at, small)
        # The light of the whole picture may change without anything moving.
        drift = int(np.median(small) - np.median(former[1]))
        changed = np.abs(small - former[1] - drift) > CHANGED
        textured = np.zeros(small.shape, np.bool_)
        textured[:, 1:-1] = np.abs(small[:, 2:] - small[:, :-2]) > TEXTURE
        seen = moved = 0
        for row in np.array_split(np.arange(small.shape[0]), BLOCKS[0]):
            for column in np.array_split(np.arange(small.shape[1]), BLOCKS[1]):
                block = np.s_[row[0] : row[-1] + 1, column[0] : column[-1] + 1]
                there = textured[block]
                count = int(np.count_nonzero(there))
                if count >= SEEN:
                    seen += 1
                    moved += int(np.count_nonzero(changed[block] & there) >= MOVED * count)
        self._still = None if seen < BLOCKS[1] else bool(3 * moved <= seen)
        return self._still
