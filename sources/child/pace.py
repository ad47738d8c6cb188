"""Holds a recording back to its own speed."""

import time
from collections.abc import Callable

LONGEST = 10.0
"""Seconds that one packet is waited for at most: a gap in a recording is no reason to sleep on."""

LIVE = 2.0
"""The same for what comes live: what is missing is not waited for, the present is to be shown."""

_BACK = 0.5
"""Seconds by which time may step back and still be the same time."""


class Pace:
    """Lets each packet pass when it is due, counted from the first one.

    Args:
        longest: Seconds that one packet is waited for at most.
        clock: Monotonic seconds.
        sleep: Waits for seconds.
    """

    def __init__(
        self,
        longest: float = LONGEST,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._longest = longest
        self._clock = clock
        self._sleep = sleep
        self._anchor: float | None = None
        self._last = 0.0

    def wait(self, stamp: float) -> None:
        """Wait until the packet with this media time is due; what is late passes at once.

        Where time steps back, as at a discontinuity, it is counted anew from that packet on.
        """
        now = self._clock()
        if self._anchor is None or stamp < self._last - _BACK:
            self._anchor = now - stamp
        self._last = stamp
        early = self._anchor + stamp - now
        if early > self._longest:
            self._anchor -= early - self._longest
            early = self._longest
        if early > 0:
            self._sleep(early)
