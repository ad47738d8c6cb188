"""The bell of a device, with marks that are passed when a test says so."""

import os
import select
import threading
from pathlib import Path

import pytest

from detectors.torch.bell import Bell

PATIENCE_MS = 20_000


class Mark:
    """A point in a device's work: whoever waits for it sleeps until it is passed."""

    def __init__(self) -> None:
        self._passed = threading.Event()
        self.failed = False

    def go(self, *, failed: bool = False) -> None:
        """Let the device get here, well or not."""
        self.failed = failed
        self._passed.set()

    def synchronize(self) -> None:
        """Wait, as an event of CUDA does."""
        assert self._passed.wait(PATIENCE_MS / 1000)
        if self.failed:
            raise RuntimeError("CUDA error: device-side assert triggered")


def rings(bell: Bell, within_ms: int) -> bool:
    """Tell whether the bell can be heard, and hush it."""
    ear = select.poll()
    ear.register(bell.fd, select.POLLIN)
    heard = bool(ear.poll(within_ms))
    if heard:
        os.eventfd_read(bell.fd)
    return heard


def test_it_rings_for_each_batch_and_not_before() -> None:
    """Nothing is heard while the device works; then each mark that is passed rings."""
    bell = Bell(2)
    marks = [Mark(), Mark()]
    for mark in marks:
        bell.ring_after(mark)
    assert not rings(bell, 20)
    for mark in marks:
        mark.go()
        assert rings(bell, PATIENCE_MS)
    assert not rings(bell, 0)
    bell.close()


def test_what_is_done_already_rings_at_once() -> None:
    """On a CPU a batch that was begun is done: its bell is heard without waiting."""
    bell = Bell(2)
    bell.ring_after(None)
    assert rings(bell, 0)
    bell.close()


def test_a_device_that_fails_rings_too() -> None:
    """Who waits for the bell is woken by a failure, and the bell goes on to the next mark."""
    bell = Bell(2)
    for failed in (True, False):
        mark = Mark()
        bell.ring_after(mark)
        mark.go(failed=failed)
        assert rings(bell, PATIENCE_MS)
    bell.close()


@pytest.mark.parametrize("waiting", [0, 2])
def test_closing_gives_thread_and_descriptor_back(waiting: int) -> None:
    """Marks that still wait are waited for; nothing is left afterwards."""
    before = threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))
    bell = Bell(2)
    for _ in range(waiting):
        mark = Mark()
        bell.ring_after(mark)
        mark.go()
    bell.close()
    assert (threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))) == before
