"""How one object comes nearer, by how its box grows: nothing else of distance is known.

An object that comes nearer evenly is reached when its size would be infinite: the inverse of its
size is a straight line over time that ends at 0 there (Lee, A theory of visual control of braking,
1976). Neither its true size nor the camera's focal length matters, and neither do bumps, which move
a box and leave its size alone.
"""

import math
from collections import deque
from dataclasses import dataclass, replace
from typing import Self

from detectors import Box
from reasoners.driving.contact import Contact
from reasoners.driving.fitting import Line, fit
from reasoners.driving.traffic import Traffic

WINDOW = 2.0
"""Seconds of looks that are weighed."""

BIN = 0.08
"""Seconds of looks that are put together as one value."""

LEAST_SPAN, LEAST_LOOKS = 0.35, 4
"""Seconds and looks from which growth is judged."""

PAUSE = 0.5
"""Seconds without a look after which all begins anew."""

NOISE = 0.008
"""Least deviation of a side of a box that is believed, as a share of it."""

PLACE_NOISE = 0.04
"""The same of where an object is, in metres."""

BENDS = (1.5, 3.0)
"""Deviations from which it is believed that closing slows down, and that it quickens."""

DIFFERS = 2.5
"""Deviations from which width and height grow differently: it turns, or something covers it."""

EPSILON = 1e-6
"""Seconds that rounding of times may take away."""

WIDER = 1.5
"""By how much growth is off more than the scatter of boxes tells: measured on drives with truth, of
which two deviations held 80 % without this."""

STILL = 0.015
"""Share of its size by which it must have grown to be looked at closely."""


@dataclass(frozen=True, slots=True)
class _Growth:
    """How a box grows: per second, as a share of its size."""

    rate: float
    sd: float
    bend: float
    size: float
    """Height at present."""

    @classmethod
    def of(cls, line: Line) -> Self:
        """Read it from the inverse of a side over time."""
        value = line.value
        sd = WIDER * line.slope_sd / value
        return cls(-line.slope / value, sd, line.bend / value, 1 / value)


class Approach:
    """The last looks at one object.

    Args:
        traffic: What kind of thing it is.
    """

    def __init__(self, traffic: Traffic) -> None:
        self.traffic = traffic
        self.looks = 0
        """How many looks in a row it rests on."""

        self._bins: deque[list[float]] = deque(maxlen=32)
        """Looks; sums of time, inverse height and width, place aside and metres per picture height;
        when it began."""

        self._latest = -math.inf
        self._course: tuple[float, float, float] | None = None
        """When it was judged last, the inverse of its height then, and its change per second."""

    @property
    def latest(self) -> float:
        """Time of the last look."""
        return self._latest

    def expected(self, at: float) -> float | None:
        """Return the inverse height that the last looks let expect; None where they say nothing."""
        if self._course is None or at - self._course[0] > PAUSE:
            return None
        since, value, slope = self._course
        return value + slope * (at - since)

    def note(self, at: float, box: Box, aspect: float, heading: float, swell: float) -> None:
        """Take a look at it.

        Args:
            at: Seconds.
            box: Relative, not cut off by anything.
            aspect: Width of the picture divided by its height.
            heading: Where on the picture's width the own way leads.
            swell: Logarithm of what made all boxes larger at once, to be taken off.
        """
        if at - self._latest > PAUSE or at < self._latest:
            self._bins.clear()
            self._course = None
            self.looks = 0
        self.looks += 1
        self._latest = at
        left, top, right, bottom = box
        wide, high = (right - left) * aspect, bottom - top
        shrink = math.exp(swell)
        metres = self.traffic.high / high
        if self.traffic.what == "vehicle":
            # A side view is as high as a rear view; a van is higher than its label, not wider.
            metres = max(metres, self.traffic.wide / wide)
        aside = ((left + right) / 2 - heading) * aspect * metres
        row = [1.0, at, shrink / high, shrink / wide, aside, metres]
        bins = self._bins
        if bins and at - bins[-1][-1] < BIN - EPSILON:
            sums = [have + new for have, new in zip(bins[-1], row, strict=False)]
            bins[-1] = [*sums, bins[-1][-1]]
        else:
            bins.append([*row, at])
        while at - bins[0][1] / bins[0][0] > WINDOW:
            bins.popleft()

    @property
    def distance(self) -> float:
        """Return metres per picture height where it is; grows evenly with its distance."""
        return self._bins[-1][5] / self._bins[-1][0] if self._bins else math.inf

    def judge(self, now: float) -> Contact | None:
        """Say how it comes nearer; None while too little is known."""
        bins = self._bins
        if self.looks < LEAST_LOOKS or len(bins) < 3 or now - self._latest > PAUSE:  # noqa: PLR2004
            return None
        counts = [row[0] for row in bins]
        times = [row[1] / row[0] - now for row in bins]
        span = times[-1] - times[0]
        if span < LEAST_SPAN:
            return None
        tall = [row[2] / row[0] for row in bins]
        across = fit(times, [row[4] / row[0] for row in bins], counts, floor=PLACE_NOISE)
        growth = self._growth(now, times, tall, counts)
        if across is None or growth is None:
            return None
        ttc, loose = _reached(growth.rate, growth.bend), growth.rate + 2 * growth.sd
        return Contact(
            ttc=ttc,
            sd=0.0 if ttc is None else ttc * ttc * growth.sd,
            soonest=None if loose <= 0 else 1 / loose,
            growth=growth.rate,
            growth_sd=growth.sd,
            aside=across.value,
            aside_sd=across.value_sd,
            drift=across.slope,
            drift_sd=across.slope_sd,
            span=span,
            grown=tall[0] * growth.size,
        )

    def _growth(
        self, now: float, times: list[float], tall: list[float], counts: list[float]
    ) -> _Growth | None:
        third = max(1, len(tall) // 3)
        first, last = sum(tall[:third]) / third, sum(tall[-third:]) / third
        if 1 / (1 + STILL) < first / last < 1 + STILL:
            # It neither comes nor goes; what it does exactly is nobody's concern.
            span = max(BIN, (sum(times[-third:]) - sum(times[:third])) / third)
            self._course = now, last, 0.0
            return _Growth(math.log(first / last) / span, STILL / span, 0.0, 1 / last)
        high = fit(times, tall, counts, floor=NOISE * tall[-1], bends=BENDS)
        if high is None or high.value <= 0:
            self._course = None
            return None
        self._course = now, high.value, high.slope
        upwards = _Growth.of(high)
        if self.traffic.what != "vehicle":
            # The width of who walks or pedals changes with every step.
            return upwards
        thin = [row[3] / row[0] for row in self._bins]
        wide = fit(times, thin, counts, floor=NOISE * thin[-1], bends=BENDS)
        if wide is None or wide.value <= 0:
            return upwards
        return _both(upwards, _Growth.of(wide))


def _both(high: _Growth, wide: _Growth) -> _Growth:
    """Put the growth of height and width together."""
    apart, both = abs(high.rate - wide.rate), math.hypot(high.sd, wide.sd)
    if apart > DIFFERS * both:
        # What really comes nearer grows both ways: the slower one counts.
        slower = min(high, wide, key=lambda one: one.rate)
        return replace(slower, sd=math.hypot(slower.sd, apart / 4), size=high.size)
    share = (wide.sd / both) ** 2
    return _Growth(
        share * high.rate + (1 - share) * wide.rate,
        high.sd * wide.sd / both,
        share * high.bend + (1 - share) * wide.bend,
        high.size,
    )


def _reached(growth: float, bend: float) -> float | None:
    """Return when 1 - growth * t + bend * t² is 0 for the first time from now on."""
    if growth <= 0 and bend >= 0:
        return None
    if abs(bend) < 1e-6:  # noqa: PLR2004 (a straight line)
        return 1 / growth
    root = growth * growth - 4 * bend
    if root < 0:
        return None
    reached = (growth - math.sqrt(root)) / (2 * bend)
    return reached if reached > 0 else None
