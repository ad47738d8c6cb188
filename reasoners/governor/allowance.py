"""One limit over an hour: a token bucket that evens out, under a window that never gives more.

A bucket alone lets through its capacity on top of its rate in the first hour; the window alone
would let a burst eat the hour. Both together keep any hour within the limit and leave something
for its end. Source of the bucket: RFC 2697, section 1.
"""

from collections import deque
from math import floor, inf

HOUR = 3600.0
PIECES = 3600
"""Into so many pieces the window is cut, so that it takes bounded memory."""


class Allowance:
    """What may still be spent of one limit.

    Args:
        limit: Within any `span` seconds; None sets no limit.
        burst: Share of the limit that may be spent at once.
        span: Seconds.
    """

    def __init__(self, limit: float | None, burst: float = 0.25, span: float = HOUR) -> None:
        self.limit = limit
        self.spent = 0.0
        """Since the beginning."""

        self._span = span
        self._piece = span / PIECES
        self._capacity = 0.0 if limit is None else limit * burst
        self._level = self._capacity
        self._at: float | None = None
        self._recent: deque[list[float]] = deque()
        self._within = 0.0

    def free_at(self, amount: float, now: float, reserve: float = 0.0) -> float:
        """Return when so much may be spent: now, later, or never (infinity).

        Args:
            amount: What it would take.
            now: The present, in seconds of a clock that only runs forward.
            reserve: Share of the limit that must be left.
        """
        if self.limit is None:
            return now
        usable = self.limit * (1 - reserve)
        if amount > usable:
            return inf
        self._pass(now)
        return max(self._bucket_free(amount, now, reserve), self._window_free(amount, now, usable))

    def take(self, amount: float, now: float) -> None:
        """Spend; whoever spends has asked before."""
        self.spent += amount
        if self.limit is None:
            return
        self._pass(now)
        self._level -= amount
        self._within += amount
        piece = floor(now / self._piece)
        if self._recent and self._recent[-1][0] == piece:
            self._recent[-1][1] += amount
        else:
            self._recent.append([piece, amount])

    def recall(self, amount: float, at: float) -> None:
        """Note what was spent before the beginning, at a moment of the same clock; oldest first."""
        self.take(amount, at)
        self.spent -= amount

    def settle(self, taken: float, used: float, now: float) -> None:
        """Correct an estimate that was taken before to what was used in truth."""
        self.spent += used - taken
        if self.limit is None:
            return
        self._pass(now)
        self._level = min(self._capacity, self._level + taken - used)
        excess = used - taken
        if excess > 0:
            self.spent -= excess
            self._level += excess
            self.take(excess, now)
            return
        back = -excess
        for entry in reversed(self._recent):
            part = min(back, entry[1])
            entry[1] -= part
            self._within -= part
            back -= part
            if back <= 0:
                break

    def within(self, now: float) -> float:
        """Return what was spent within the last `span` seconds, rounded up to a piece of it."""
        self._pass(now)
        return self._within

    def share(self, now: float) -> float:
        """Return which share of the limit is spent, 0 to 1; 0 without a limit."""
        return 0.0 if self.limit is None else min(1.0, self.within(now) / self.limit)

    def _pass(self, now: float) -> None:
        if self.limit is None:
            return
        if self._at is not None and now > self._at:
            gained = (now - self._at) * self.limit / self._span
            self._level = min(self._capacity, self._level + gained)
        self._at = now if self._at is None else max(self._at, now)
        while self._recent and self._leaves(self._recent[0]) <= now:
            self._within -= self._recent.popleft()[1]
        if not self._recent:
            self._within = 0.0

    def _leaves(self, entry: list[float]) -> float:
        return (entry[0] + 1) * self._piece + self._span

    def _bucket_free(self, amount: float, now: float, reserve: float) -> float:
        limit = self.limit or 0.0
        # What is larger than the bucket may go when it is full, and leaves a debt.
        wanted = min(amount + reserve * self._capacity, self._capacity)
        missing = wanted - self._level
        return now if missing <= _ROUNDING * limit else now + missing * self._span / limit

    def _window_free(self, amount: float, now: float, usable: float) -> float:
        over = self._within + amount - usable
        if over <= _ROUNDING * usable:
            return now
        for entry in self._recent:
            over -= entry[1]
            if over <= _ROUNDING * usable:
                return self._leaves(entry)
        return now


_ROUNDING = 1e-9
"""Of a limit: sums of fractions do not quite come out even."""
