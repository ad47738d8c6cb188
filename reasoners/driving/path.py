"""The strip of road that the own vehicle takes, as it lies on the picture. Pure geometry."""

from dataclasses import dataclass
from typing import Self

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Path:
    """Two sides that meet at the horizon, and how far they reach. Relative coordinates."""

    heading: float
    """Where on the horizon the vehicle goes."""

    horizon: float
    left: float
    """Where the left side meets the bottom of the picture; may lie beside it."""

    right: float
    far: float
    """Height at which it ends."""

    @classmethod
    def of(cls, corners: tuple[Point, Point, Point, Point], horizon: float | None = None) -> Self:
        """Make it from near left, far left, far right and near right.

        Args:
            corners: Relative points.
            horizon: Height at which the sides shall meet; None: where they do.
        """
        near_left, far_left, far_right, near_right = corners
        left, right = _slope(near_left, far_left), _slope(near_right, far_right)
        if horizon is None:
            # x = x0 + slope * (y - y0) of both sides, set equal.
            start = near_left[0] - left * near_left[1]
            stop = near_right[0] - right * near_right[1]
            horizon = (stop - start) / (left - right) if left != right else -1.0
        at_left = near_left[0] + left * (horizon - near_left[1])
        at_right = near_right[0] + right * (horizon - near_right[1])
        heading = (at_left + at_right) / 2
        return cls(
            heading,
            horizon,
            _extended(heading, horizon, near_left),
            _extended(heading, horizon, near_right),
            max(far_left[1], far_right[1]),
        )

    def sides(self, y: float) -> tuple[float, float]:
        """Return where its sides are at a height of the picture."""
        share = (y - self.horizon) / (1 - self.horizon)
        return (
            self.heading + share * (self.left - self.heading),
            self.heading + share * (self.right - self.heading),
        )

    def contains(self, x: float, y: float, margin: float = 0.0) -> bool:
        """Tell whether a point lies on it, or within `margin` of its width beside it."""
        if y < self.far:
            return False
        left, right = self.sides(y)
        room = margin * (right - left)
        return left - room <= x <= right + room

    def corners(self, bottom: float = 1.0) -> tuple[Point, Point, Point, Point]:
        """Return near left, far left, far right and near right, cut to the picture."""
        (near, opposite), (left, right) = self.sides(bottom), self.sides(self.far)
        return (
            (_within(near), bottom),
            (_within(left), self.far),
            (_within(right), self.far),
            (_within(opposite), bottom),
        )


def _slope(near: Point, far: Point) -> float:
    return (far[0] - near[0]) / (far[1] - near[1])


def _extended(heading: float, horizon: float, near: Point) -> float:
    """Return where a side from the horizon through a near point meets the bottom."""
    return heading + (near[0] - heading) * (1 - horizon) / (near[1] - horizon)


def _within(x: float) -> float:
    return min(max(x, 0.0), 1.0)
