"""When a worker's memory, or its device's, asks for a new start; never for a loop of them."""

import asyncio

from daemon.timing import Timing
from detectors import DetectorExhausted, DetectorRejected, DetectorUnavailable

SETTLED = 50
"""Batches after which what a worker holds is taken for what it needs."""

GROWTH, ROOM = 2.0, 512 * 1024 * 1024
"""A worker that holds this many times what it needs, and this many bytes more, leaks."""

AGAIN = 2 * 3600.0
"""Seconds within which a second lack of memory is more than bad luck; longer than `FALLBACK`, so
that the one new try after it does not count as the first."""

FALLBACK = 3600.0
"""Seconds on the fallback after which the device itself is tried again, once."""


class Memory:
    """What is remembered of one detector's memory, over all its workers."""

    def __init__(self, fallback: bool, timing: Timing) -> None:
        self.why = ""
        """Why the last worker was spent."""

        self._fallback = fallback
        self._timing = timing
        self._fallen_at: float | None = None
        self._exhausted_at: float | None = None
        self._begun_at = 0.0
        self._looks = 0
        self._needs = 0

    @property
    def fallen(self) -> bool:
        """Whether the next worker is to run on the fallback."""
        return self._fallen_at is not None

    @property
    def outlived(self) -> bool:
        """Whether the fallback has run long enough to try the device itself again."""
        return self._fallen_at is not None and _now() - self._fallen_at > FALLBACK

    def begin(self) -> None:
        """A worker is ready."""
        self._begun_at, self._looks, self._needs = _now(), 0, 0

    def spent(self, rss: int) -> bool:
        """Tell, after each batch, whether a new worker is better than this one.

        Args:
            rss: Bytes it holds.
        """
        if self.outlived:
            self._fallen_at = None
            self.why = "the device may have memory again"
            return True
        self._looks += 1
        if self._looks <= SETTLED:
            self._needs = max(self._needs, rss)
        limit = self._timing.worker_memory
        most = limit * 1e6 if limit is not None else max(GROWTH * self._needs, self._needs + ROOM)
        if limit is None and self._looks <= SETTLED:
            return False
        if rss <= most or _now() - self._begun_at < self._timing.recycle:
            return False
        self.why = f"it holds {rss / 1e6:.0f} MB, more than {most / 1e6:.0f}"
        return True

    def exhausted(self, failure: DetectorExhausted) -> DetectorUnavailable | DetectorRejected:
        """Decide what a lack of memory on the device means; returns what to raise.

        Once may be bad luck: another program took the memory. After the second time the fallback
        takes over; without one, somebody must make room, and is waited for.
        """
        now, before = _now(), self._exhausted_at
        self._exhausted_at = now
        if not self.fallen and (before is None or now - before > AGAIN):
            return failure
        if self._fallback and not self.fallen:
            self._fallen_at = now
            return DetectorUnavailable(f"{failure}; goes on with its fallback")
        return DetectorRejected(
            f"{failure}, again; use a smaller model or batch, close what else uses the device, or "
            "set `fallback`"
        )


def _now() -> float:
    return asyncio.get_running_loop().time()
