"""The two streams of a CUDA device, and their order; on a CPU everything is in order already."""

from collections.abc import Iterator
from contextlib import contextmanager

from detectors.torch.runtime import Foreign


class Streams:
    """One stream for uploads, one for looking.

    Args:
        torch: The module.
        device: Where both are.
    """

    def __init__(self, torch: Foreign, device: str) -> None:
        self._torch = torch
        self._cuda = device != "cpu"
        if self._cuda:
            self._copy = torch.cuda.Stream(device)
            self._compute = torch.cuda.Stream(device)
            # Whatever the loading stream still does comes first.
            torch.cuda.synchronize(device)

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
