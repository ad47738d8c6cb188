"""Holds a recording back to its own speed."""

import time
from collections.abc import Callable

_LONGEST = 10.0
"""Seconds that one packet is waited for at most: a gap in a recording is no reason to sleep on."""


class Pace:
    """Lets each packet pass when it is due, counted from the first one.

    Args:
        clock: Monotonic seconds.
        sleep: Waits for seconds.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._anchor: float | None = None

    def wait(self, stamp: float) -> None:
        """Wait until the packet with this media time is due; what is late passes at once."""
        now = self._clock()
        if self._anchor is None:
            self._anchor = now - stamp
        early = self._anchor + stamp - now
        if early > _LONGEST:
            self._anchor -= early - _LONGEST
            early = _LONGEST
        if early > 0:
            self._sleep(early)
