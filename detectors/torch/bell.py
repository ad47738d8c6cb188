"""Rings when the device is done with a batch, so that a selector can wait for it among others.

CUDA has no descriptor for "done". A thread waits for each mark in turn, asleep in the driver and
without Python's lock, and then writes to an event descriptor.
"""

import os
from contextlib import suppress
from queue import Queue
from threading import Thread

from detectors.torch.runtime import Foreign


class Bell:
    """One thread and the descriptor it writes to.

    Args:
        most: Marks that may wait; who brings one more waits too.
    """

    def __init__(self, most: int) -> None:
        self.fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        """Can be read once something marked is done; reading resets it."""
        self._marks: Queue[Foreign] = Queue(most)
        # A daemon: a device that hangs keeps nobody from leaving.
        self._thread = Thread(target=self._wait, name="bell", daemon=True)
        self._thread.start()

    def ring_after(self, mark: Foreign) -> None:
        """Ring once the device has got so far, and now if `mark` is None: it is done already."""
        if mark is None:
            os.eventfd_write(self.fd, 1)
        else:
            self._marks.put(mark)

    def close(self) -> None:
        """Wait for the last mark and give the descriptor back."""
        self._marks.put(None)
        self._thread.join()
        os.close(self.fd)

    def _wait(self) -> None:
        while (mark := self._marks.get()) is not None:
            # Whoever finishes a batch that failed meets the same error, and says so.
            with suppress(RuntimeError):
                mark.synchronize()
            os.eventfd_write(self.fd, 1)
