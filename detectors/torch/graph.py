"""Runs the program for any number of pictures: one CUDA graph per batch size, or plainly.

All graphs share one piece of memory, which is why a batch of any size takes what one of the largest
takes. Two of them must therefore never run at once: all calls belong on one stream.
"""

import logging
from collections.abc import Callable, Sequence

from detectors.torch.runtime import Foreign, first_line, is_short

logger = logging.getLogger(__name__)

_WARM_UPS = 3
_CLOSE = 1e-2
"""By how much a replay may differ from a plain run, in pixels and scores."""


class Batches:
    """A program over one static batch of pictures.

    Args:
        torch: The module.
        program: From pictures x height x width x 3 to pictures x rows x 6.
        pixels: The static batch on the device, as large as the largest size.
        sizes: Batch sizes, ascending; the largest is the batch's.
    """

    def __init__(
        self,
        torch: Foreign,
        program: Callable[[Foreign], Foreign],
        pixels: Foreign,
        sizes: Sequence[int],
    ) -> None:
        self._torch = torch
        self._program = program
        self.pixels = pixels
        self.sizes = tuple(sizes)
        self._graphs: dict[int, tuple[Foreign, Foreign]] = {}
        self._pool: Foreign = None

    @property
    def captured(self) -> int:
        """How many sizes have a graph."""
        return len(self._graphs)

    def prepare(self) -> None:
        """Run every size and capture its graph where there is a CUDA device.

        There, the current stream must not be the default one, which cannot be captured.

        Raises:
            RuntimeError: The device failed or has not enough memory.
        """
        for size in reversed(self.sizes):
            expected = self._warm(size)
            if self.pixels.is_cuda and not self._capture(size, expected):
                return

    def run(self, count: int) -> Foreign:
        """Look at the first `count` pictures; the rows stay on the device until the next run."""
        size = self.padded(count)
        if size not in self._graphs:
            return self._plain(size)[:count]
        graph, rows = self._graphs[size]
        graph.replay()
        return rows[:count]

    def halve(self) -> None:
        """Give the largest size up, and its graph."""
        self._graphs.pop(self.sizes[-1], None)
        self.sizes = self.sizes[:-1]

    def close(self) -> None:
        """Give the graphs back, once the device is done with them."""
        if not self.pixels.is_cuda:
            return
        try:
            self._torch.cuda.synchronize(self.pixels.device)
            for graph, _ in self._graphs.values():
                graph.reset()
        except RuntimeError as error:
            # After a fatal error nothing on the device can be given back, save by this process.
            logger.debug("graphs were not given back (%s)", first_line(error))
        self._graphs.clear()

    def padded(self, count: int) -> int:
        """Return the size that takes `count` pictures."""
        return next(size for size in self.sizes if size >= count)

    def _warm(self, size: int) -> Foreign:
        for _ in range(_WARM_UPS if self.pixels.is_cuda else 1):
            rows = self._plain(size)
        return rows

    def _plain(self, size: int) -> Foreign:
        with self._torch.inference_mode():
            return self._program(self.pixels[:size])

    def _capture(self, size: int, expected: Foreign) -> bool:
        """Capture one size and compare a replay with a plain run; False gives graphs up."""
        torch, device = self._torch, self.pixels.device
        expected = expected.clone()
        torch.cuda.synchronize(device)
        graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.graph(graph, pool=self._pool, stream=torch.cuda.current_stream(device)):
                rows = self._plain(size)
            graph.replay()
            torch.cuda.synchronize(device)
        except RuntimeError as error:
            if is_short(torch, error):
                raise
            self._graphs.clear()
            logger.warning("no CUDA graphs (%s); plain calls instead, slower", first_line(error))
            return False
        if not torch.allclose(rows, expected, rtol=_CLOSE, atol=_CLOSE, equal_nan=True):
            self._graphs.clear()
            logger.warning("no CUDA graphs (a replay of %d differs); plain calls instead", size)
            return False
        self._pool = graph.pool()
        self._graphs[size] = graph, rows
        return True
