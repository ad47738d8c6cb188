"""Lets only so many decoder children do heavy work at the same moment.

When one thing happens before sixteen cameras, sixteen children catch up and encode at once, and
the detector starves. So whoever is about to work through many packets takes a place first: a lock
on one byte of a file that all children share. The kernel gives it back when a child dies.
"""

import fcntl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_PAUSE: Final = 0.01
"""Seconds between two looks for a free place."""


class Turnstile:
    """One child's way in.

    Args:
        descriptor: The shared file; None lets everybody pass at once.
        places: How many may be in at the same moment.
    """

    def __init__(self, descriptor: int | None = None, places: int = 0) -> None:
        self._descriptor = descriptor
        self._places = places
        # Locks belong to the process: its own threads take turns by another one.
        self._own = threading.Lock()
        self.waited = 0
        """Times that no place was free at once."""

    @contextmanager
    def turn(self, patience: float) -> Iterator[None]:
        """Hold a place; whoever waited so many seconds in vain goes in without one."""
        until = time.monotonic() + patience
        if self._descriptor is None or not self._own.acquire(timeout=patience):
            yield
            return
        try:
            place = self._take(until)
            try:
                yield
            finally:
                if place is not None:
                    fcntl.lockf(self._descriptor, fcntl.LOCK_UN, 1, place)
        finally:
            self._own.release()

    def _take(self, until: float) -> int | None:
        place = self._free()
        self.waited += place is None
        while place is None and time.monotonic() < until:
            time.sleep(_PAUSE)
            place = self._free()
        return place

    def _free(self) -> int | None:
        """Take the first free place, if there is one."""
        if self._descriptor is None:
            return None
        for place in range(self._places):
            try:
                fcntl.lockf(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
            except (BlockingIOError, PermissionError):
                continue
            return place
        return None
