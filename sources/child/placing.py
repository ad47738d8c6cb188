"""Finds room for words on a picture, so that none covers another. Pure; in pixels.

Each label has a few places where it may stand, the best one first. It gets the first that covers
no other label and no box; where there is none, the one that covers least. What matters most must
therefore be placed first. Greedy, as in Christensen, Marks and Shieber, An empirical study of
algorithms for point-feature label placement, 1995: for a handful of labels nothing better is seen.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

LIES_ON_BOX: Final = 0.25
"""How bad it is to cover what is in a box, where covering another label is 1."""

ROWS: Final = 3
"""Lines of text by which a label may be moved away."""


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle: left, top, right, bottom."""

    left: int
    top: int
    right: int
    bottom: int

    def common(self, other: "Area") -> int:
        """Return how many pixels lie in both."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        return wide * high if wide > 0 and high > 0 else 0

    @property
    def size(self) -> int:
        """Return its pixels."""
        return max(0, self.right - self.left) * max(0, self.bottom - self.top)


class Room:
    """What is taken on one picture.

    Args:
        width: Of the picture.
        height: Of the picture.
        boxes: What is in these had better be seen.
    """

    def __init__(self, width: int, height: int, boxes: Iterable[Area] = ()) -> None:
        self._width = width
        self._height = height
        self._boxes = tuple(boxes)
        self._taken: list[Area] = []

    def place(self, wide: int, high: int, corners: Iterable[tuple[int, int]]) -> Area:
        """Find and take a place.

        Args:
            wide: Pixels of the label.
            high: Pixels of the label.
            corners: Where its left top may be, the best first; what is outside is moved in.
        """
        best: tuple[float, Area] | None = None
        for x, y in corners:
            left = min(max(x, 0), max(0, self._width - wide))
            top = min(max(y, 0), max(0, self._height - high))
            area = Area(left, top, left + wide, top + high)
            worth = self._covers(area)
            if best is None or worth < best[0]:
                best = (worth, area)
            if worth == 0:
                break
        area = best[1] if best else Area(0, 0, wide, high)
        self._taken.append(area)
        return area

    def _covers(self, area: Area) -> float:
        covered = float(sum(area.common(other) for other in self._taken))
        return covered + LIES_ON_BOX * sum(area.common(other) for other in self._boxes)


def beside_box(box: Area, wide: int, high: int) -> Iterable[tuple[int, int]]:
    """Yield where the label of a box may stand: over it, under it, within it, beside it."""
    for x in (box.left, box.right - wide):
        yield x, box.top - high
    for x in (box.left, box.right - wide):
        yield x, box.bottom
    yield box.right, box.top
    yield box.left - wide, box.top
    yield box.left, box.top
    yield box.left, box.bottom - high
    for row in range(1, ROWS + 1):
        yield box.left, box.top - (row + 1) * high
        yield box.left, box.bottom + row * high


def about_point(x: int, y: int, wide: int, high: int) -> Iterable[tuple[int, int]]:
    """Yield where a label with its middle at a point may stand: there, or a little way off."""
    left, top = x - wide // 2, y - high // 2
    yield left, top
    for row in range(1, ROWS + 1):
        step = row * (high + 1)
        yield left, top - step
        yield left, top + step
        yield left + row * wide // 2, top
        yield left - row * wide // 2, top


def from_point(x: int, y: int, wide: int, high: int) -> Iterable[tuple[int, int]]:
    """Yield where a label that begins at a point may stand: over it, else under it or aside."""
    yield x, y - high
    yield x, y
    yield x - wide, y - high
    yield x - wide, y
    for row in range(1, ROWS + 1):
        yield x, y - (row + 1) * (high + 1)
        yield x, y + row * (high + 1)
