"""The two streams of a CUDA device, and their order; on a CPU everything is in order already.

Nothing is ever called on the device's own default stream: it does not wait for these, so what runs
there would run beside a graph that was captured into the same memory.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from detectors.torch.runtime import Foreign


class Streams:
    """One stream for uploads, one for looking and for everything else.

    Args:
        torch: The module.
        device: Where both are.
    """

    def __init__(self, torch: Foreign, device: str) -> None:
        self._torch = torch
        self._device = device
        self._cuda = device != "cpu"
        if self._cuda:
            self._copy = torch.cuda.Stream(device)
            self._compute = torch.cuda.Stream(device)
            self.settle()

    @contextmanager
    def copying(self) -> Iterator[None]:
        """What is called inside goes up beside what the device looks at."""
        if not self._cuda:
            yield
            return
        with self._torch.cuda.stream(self._copy):
            yield

    @contextmanager
    def computing(self) -> Iterator[None]:
        """What is called inside comes after all uploads that were called before."""
        if not self._cuda:
            yield
            return
        with self._torch.cuda.stream(self._compute):
            self._compute.wait_stream(self._copy)
            yield

    def mark(self) -> Foreign:
        """Return what can be waited for: all that was called so far; None if it is done."""
        if not self._cuda:
            return None
        event = self._torch.cuda.Event(blocking=True)
        event.record(self._compute)
        return event

    def settle(self) -> None:
        """Wait until all that was ever called is done."""
        if self._cuda:
            self._torch.cuda.synchronize(self._device)
