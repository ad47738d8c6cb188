"""How likely the way of an object leads over an outline in time: a fan of straight rays.

A deterministic stand-in for thousands of drawn futures. To the sides, the normal distribution of
where the object will be is cut into nine rays with their shares; along each ray the way to the
outline is known, and whether the object has come so far by then is one value of the normal
distribution's integral. What comes out is nearly a probability; how nearly, is learned, see
`reasoners.predictions.belief`.
"""

import math
from collections.abc import Callable, Sequence

from reasoners.predictions.motion import Motion
from reasoners.scene.zone import Point

_ACROSS = (0.0, -0.8, 0.8, -1.6, 1.6, -2.4, 2.4, -3.2, 3.2)
"""Standard deviations to the side at which the rays end."""

_SHARES = (0.3192, 0.2318, 0.2318, 0.0887, 0.0887, 0.0179, 0.0179, 0.002, 0.002)

_PARTS = (0.2, 0.4, 0.6, 0.8, 1.0)
"""Shares of a ray at which it is looked how deep inside it is."""

FARTHEST = 3.0
"""Standard deviations beyond which nothing is within reach."""

_ROOT = math.sqrt(2.0)

Edge = tuple[float, float, float, float]
"""A straight piece of an outline in picture heights: its start, and its way across and down."""


class Outline:
    """The border of a zone, a line, or the border of the picture.

    Args:
        points: Relative.
        closed: Whether the last leads back to the first.
    """

    def __init__(self, points: Sequence[Point], *, closed: bool) -> None:
        ends = (*points[1:], points[0]) if closed else points[1:]
        self._sides = [(one, two) for one, two in zip(points, ends, strict=False) if one != two]
        self._aspect = 0.0
        self._edges: list[Edge] = []
        self._bounds = (0.0, 0.0, 0.0, 0.0)

    def within(self, x: float, y: float, reach: float, aspect: float) -> bool:
        """Tell, quickly, whether an outline may be so near."""
        if aspect != self._aspect:
            self._scale(aspect)
        left, top, right, bottom = self._bounds
        return left - reach < x < right + reach and top - reach < y < bottom + reach

    def edges(self, aspect: float) -> list[Edge]:
        """Return its pieces for a picture that is `aspect` times as wide as high."""
        if aspect != self._aspect:
            self._scale(aspect)
        return self._edges

    def _scale(self, aspect: float) -> None:
        self._aspect = aspect
        self._edges = [
            (x * aspect, y, (x2 - x) * aspect, y2 - y) for (x, y), (x2, y2) in self._sides
        ]
        across = [x * aspect for side in self._sides for x, _ in side]
        down = [y for side in self._sides for _, y in side]
        self._bounds = (min(across), min(down), max(across), max(down))


PICTURE_BORDER = Outline(((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)), closed=True)


class Look:
    """How far ahead is looked, and at which picture.

    Args:
        seconds: Ahead.
        aspect: Width of the picture divided by its height.
        spread: By what the variances have to be multiplied here, as was learned.
    """

    __slots__ = ("aspect", "seconds", "spread")

    def __init__(self, seconds: float, aspect: float, spread: float) -> None:
        self.seconds = seconds
        self.aspect = aspect
        self.spread = spread


def passes(
    outline: Outline, motion: Motion, rise: float, margin: float, look: Look
) -> float | None:
    """Return how likely an object's way leads over an outline, 0 to 1.

    Args:
        outline: What it is to pass.
        motion: The object's.
        rise: From its foot up to the point that counts, picture heights.
        margin: How far beyond the outline counts, picture heights.
        look: How far ahead, and at which picture.

    Returns:
        None where the outline is out of reach.
    """
    end_x, end_y, across, down = motion.ahead(look.seconds)
    x, y, end_y = motion.x, motion.y - rise, end_y - rise
    deviation = math.sqrt(look.spread * (across + down) / 2)
    way = math.hypot(end_x - x, end_y - y)
    if not outline.within(x, y, way + FARTHEST * deviation, look.aspect):
        return None
    return _fan(outline.edges(look.aspect), (x, y), (end_x - x, end_y - y), deviation, margin)


def goes_in(
    depth: Callable[[float, float], float],
    motion: Motion,
    rise: float,
    margin: float,
    look: Look,
) -> float:
    """Return how likely an object at the border of a zone comes to be deep enough in it, 0 to 1.

    Along the border it is not where a ray passes that counts, but how far from the border it leads.

    Args:
        depth: How deep inside the zone a point lies, picture heights.
        motion: The object's.
        rise: From its foot up to the point that counts, picture heights.
        margin: How deep inside counts, picture heights.
        look: How far ahead, and at which picture.
    """
    end_x, end_y, across, down = motion.ahead(look.seconds)
    x, y = motion.x, motion.y - rise
    go_x, go_y = end_x - x, end_y - rise - y
    deviation = math.sqrt(look.spread * (across + down) / 2)
    length = math.hypot(go_x, go_y)
    side_x, side_y = (-go_y / length, go_x / length) if length > 0 else (0.0, 1.0)
    total = 0.0
    for aside, share in zip(_ACROSS, _SHARES, strict=True):
        ray_x, ray_y = go_x + aside * deviation * side_x, go_y + aside * deviation * side_y
        if any(depth(x + part * ray_x, y + part * ray_y) > margin for part in _PARTS):
            total += share
    return total


def _fan(
    edges: Sequence[Edge],
    start: tuple[float, float],
    way: tuple[float, float],
    deviation: float,
    margin: float,
) -> float:
    x, y = start
    go_x, go_y = way
    length = math.hypot(go_x, go_y)
    side_x, side_y = (-go_y / length, go_x / length) if length > 0 else (0.0, 1.0)
    total = 0.0
    for aside, share in zip(_ACROSS, _SHARES, strict=True):
        ray_x = go_x + aside * deviation * side_x
        ray_y = go_y + aside * deviation * side_y
        # The nearest edge that the ray meets, as a share of its length.
        nearest = math.inf
        for edge_x, edge_y, along_x, along_y in edges:
            turn = ray_x * along_y - ray_y * along_x
            if turn == 0.0:
                continue
            off_x, off_y = edge_x - x, edge_y - y
            far = (off_x * along_y - off_y * along_x) / turn
            if 0.0 <= far < nearest and 0.0 <= (off_x * ray_y - off_y * ray_x) / turn <= 1.0:
                nearest = far
        if nearest < math.inf:
            ahead = (1.0 - nearest) * math.hypot(ray_x, ray_y) - margin
            total += share * (0.5 + 0.5 * math.erf(ahead / deviation / _ROOT))
    return total


def meets(one: Motion, two: Motion, close: float, look: Look, stretch: float) -> float:
    """Return how likely two objects come closer to each other than `close`, 0 to 1.

    Args:
        one: The motion of one.
        two: The motion of the other.
        close: Between their feet; picture heights, across.
        look: How far ahead, and at which picture.
        stretch: How much longer a way into the depth is than it looks.
    """
    x, y, across, down = one.ahead(look.seconds)
    x2, y2, across2, down2 = two.ahead(look.seconds)
    start_x, start_y = two.x - one.x, stretch * (two.y - one.y)
    go_x, go_y = x - x2 + start_x, stretch * (y - y2) + start_y
    variance = look.spread * (across + across2 + stretch * stretch * (down + down2)) / 2
    deviation, length = math.sqrt(variance), math.hypot(go_x, go_y)
    side_x, side_y = (-go_y / length, go_x / length) if length > 0 else (0.0, 1.0)
    gap = math.hypot(start_x, start_y)
    if gap <= close:
        return 1.0
    total = 0.0
    for aside, share in zip(_ACROSS, _SHARES, strict=True):
        ray_x = go_x + aside * deviation * side_x
        ray_y = go_y + aside * deviation * side_y
        long = math.hypot(ray_x, ray_y)
        along = (start_x * ray_x + start_y * ray_y) / long
        beside = gap * gap - along * along
        if along > 0 and beside < close * close:
            ahead = long - (along - math.sqrt(close * close - beside))
            total += share * (0.5 + 0.5 * math.erf(ahead / deviation / _ROOT))
    return total
