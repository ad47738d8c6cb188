"""Whether asking for the bare answers first is cheaper with one model. Pure.

It is where the server keeps the pictures it has just read, so that the full report costs hardly
more than its own words, and where the full report is often not worth it. Both are measured: the
first by the probe at the start, the second from what became of the last short calls.
"""

from collections import deque
from typing import Final

WINDOW: Final = 20
"""Short calls that are looked back on."""

ENOUGH: Final = 5
"""Short calls below which nothing is concluded."""

OFTEN: Final = 0.5
"""Share of short calls followed by the full one from which on the detour costs more than it saves:
of two calls one is the price, a report that is spared the gain."""

AGAIN: Final = 50
"""Full calls after which it is tried once more."""


class Thrift:
    """Decides for one model."""

    def __init__(self) -> None:
        self.keeps = False
        """Whether the server was seen to keep pictures, and nothing is paid by the token."""

        self._followed: deque[bool] = deque(maxlen=WINDOW)
        self._full = 0

    @property
    def short_first(self) -> bool:
        """Whether the bare answers are asked for first, now."""
        if not self.keeps:
            return False
        if len(self._followed) < ENOUGH:
            return True
        return sum(self._followed) / len(self._followed) <= OFTEN

    def note(self, *, followed: bool) -> None:
        """Take note of a short call: whether the full one followed."""
        self._followed.append(followed)

    def full(self) -> None:
        """Take note of a full call that no short one went before."""
        self._full += 1
        if self._full >= AGAIN:
            self._full = 0
            self._followed.clear()
