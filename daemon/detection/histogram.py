"""Durations in fixed buckets: as many bytes after a year as after a minute."""

from bisect import bisect_left

FIRST, RATIO, COUNT = 0.0005, 1.25, 56
"""The first bucket ends at half a millisecond, each further one a quarter later; the last at some
two minutes, with everything above in it."""

RECENT = 10_000
"""Durations after which older ones begin to count half: a figure of today, not of last week."""

_BOUNDS = tuple(FIRST * RATIO**number for number in range(COUNT))


class Histogram:
    """Counts of durations in seconds; quantiles are exact to a quarter."""

    def __init__(self) -> None:
        self._counts = [0.0] * COUNT
        self._total = 0.0

    def add(self, seconds: float) -> None:
        """Count one duration."""
        if self._total >= RECENT:
            self._counts = [count / 2 for count in self._counts]
            self._total /= 2
        self._counts[min(bisect_left(_BOUNDS, seconds), COUNT - 1)] += 1
        self._total += 1

    def quantile(self, share: float) -> float | None:
        """Return the upper bound of the bucket that holds the quantile; None before the first."""
        wanted, passed = share * self._total, 0.0
        for bound, count in zip(_BOUNDS, self._counts, strict=True):
            passed += count
            if count and passed >= wanted:
                return bound
        return None

    def figures(self, name: str) -> dict[str, float | None]:
        """Return median and 99th percentile under names for `stats`."""
        told = {}
        for label, share in (("p50", 0.5), ("p99", 0.99)):
            value = self.quantile(share)
            told[f"{name}_{label}_s"] = None if value is None else round(value, 4)
        return told
