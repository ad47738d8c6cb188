"""A straight line through a few noisy values over time, and how far it may be off. Pure.

Source: least squares, reweighted once after Huber (Robust Statistics, 1981): a box that was wrong
once pulls the line no more than one that was a little off. A bend is a second, orthogonal shape.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

ROBUST = 1.4826
"""Standard deviations in a median of absolute deviations."""

HUBER = 2.0
"""Deviations up to which a value counts in full."""

KIN = 4.0
"""Most by which errors that come in runs widen a deviation's square."""

BENT = 1.2
"""Seconds of values from which a bend is looked for."""

Values = Sequence[float]


@dataclass(frozen=True, slots=True)
class Line:
    """A value that changes evenly; time 0 is the present."""

    value: float
    slope: float
    """Per second."""

    bend: float
    """Half the change of the slope per second, by which values leave the line; 0 where that cannot
    be told from noise. The line itself is then the tangent at the present."""

    value_sd: float
    slope_sd: float


@dataclass(frozen=True, slots=True)
class _Straight:
    """Least squares: value and slope at the present, mean time, its weighed squares, all weight."""

    value: float
    slope: float
    mean: float
    width: float
    total: float

    def residuals(self, times: Values, values: Values) -> list[float]:
        """Return by how much values lie above it."""
        return [own - self.value - self.slope * at for at, own in zip(times, values, strict=True)]


def fit(
    times: Values,
    values: Values,
    weights: Values,
    *,
    floor: float,
    bends: tuple[float, float] | None = None,
) -> Line | None:
    """Fit a line through values.

    Args:
        times: Seconds, rising; the present is 0.
        values: What was measured.
        weights: How many measurements each stands for.
        floor: The least deviation of one measurement that is believed.
        bends: Deviations from which a bend upwards, and one downwards, is taken for real; None
            takes the line as straight.

    Returns:
        The line; None where the times are all the same.
    """
    line = _straight(times, values, weights)
    if line is None:
        return None
    residuals = line.residuals(times, values)
    usual = HUBER * max(_median(residuals, weights), floor)
    weights = [
        weight if (off := abs(residual) * math.sqrt(weight)) <= usual else weight * usual / off
        for residual, weight in zip(residuals, weights, strict=True)
    ]
    line = _straight(times, values, weights) or line
    residuals = line.residuals(times, values)
    if bends is not None and times[-1] - times[0] >= BENT:
        bent = _bent(times, residuals, weights, line, floor, bends)
        if bent is not None:
            return bent
    spread = _deviation(residuals, weights, 2, floor)
    slope_sd = spread / math.sqrt(line.width)
    value_sd = math.hypot(spread / math.sqrt(line.total), slope_sd * line.mean)
    return Line(line.value, line.slope, 0.0, value_sd, slope_sd)


def _straight(times: Values, values: Values, weights: Values) -> _Straight | None:
    total = mean = level = 0.0
    for at, value, weight in zip(times, values, weights, strict=True):
        total += weight
        mean += weight * at
        level += weight * value
    mean, level = mean / total, level / total
    width = slope = 0.0
    for at, value, weight in zip(times, values, weights, strict=True):
        away = weight * (at - mean)
        width += away * (at - mean)
        slope += away * (value - level)
    if width <= 0:
        return None
    slope /= width
    return _Straight(level - slope * mean, slope, mean, width, total)


def _bent(
    times: Values,
    residuals: Values,
    weights: Values,
    line: _Straight,
    floor: float,
    bends: tuple[float, float],
) -> Line | None:
    """Return the line as the tangent of a parabola, if the bend is real."""
    mean, variance = line.mean, line.width / line.total
    third = sum(w * (at - mean) ** 3 for at, w in zip(times, weights, strict=True))
    skew = third / line.width
    shape = [(at - mean) ** 2 - variance - skew * (at - mean) for at in times]
    size = sum(w * own * own for own, w in zip(shape, weights, strict=True))
    if size <= 0:
        return None
    bend = sum(w * o * r for o, r, w in zip(shape, residuals, weights, strict=True)) / size
    left = [off - bend * own for off, own in zip(residuals, shape, strict=True)]
    spread = _deviation(left, weights, 3, floor)
    bend_sd = spread / math.sqrt(size)
    if abs(bend) < bends[bend < 0] * bend_sd:
        return None
    # Where it bends at the end, that end is known much less.
    lift, turn = mean * mean - variance + skew * mean, -2 * mean - skew
    slope_sd = spread / math.sqrt(line.width)
    value_sd = math.hypot(spread / math.sqrt(line.total), slope_sd * mean)
    return Line(
        line.value + bend * lift,
        line.slope + bend * turn,
        bend,
        math.hypot(value_sd, bend_sd * lift),
        math.hypot(slope_sd, bend_sd * turn),
    )


def _median(residuals: Values, weights: Values) -> float:
    """Return the standard deviation of one measurement, by the median of all."""
    own = sorted(abs(off) * math.sqrt(w) for off, w in zip(residuals, weights, strict=True))
    half = len(own) // 2
    return ROBUST * (own[half] if len(own) % 2 else (own[half - 1] + own[half]) / 2)


def _deviation(residuals: Values, weights: Values, fitted: int, floor: float) -> float:
    """Return the standard deviation of one measurement, where so many numbers were fitted."""
    squares = sum(w * off * off for off, w in zip(residuals, weights, strict=True))
    spread = math.sqrt(squares / max(1, len(residuals) - fitted))
    return max(spread, floor) * math.sqrt(_kinship(residuals))


def _kinship(residuals: Values) -> float:
    """Return by how much errors that are alike from one to the next widen a deviation's square."""
    squares = sum(off * off for off in residuals)
    if squares <= 0:
        return 1.0
    products = sum(one * two for one, two in pairwise(residuals))
    alike = min(max(products / squares, 0.0), 0.9)
    return min((1 + alike) / (1 - alike), KIN)
