"""Brings pictures from the slots to their places in a batch on the device.

Each picture is copied once into page-locked memory, by several threads, since shared memory cannot
be read by the device as it is, and goes up from there, unscaled, into its place. What lies around
it was filled with gray when the place was new. Two beds take turns: one is filled while the device
still looks at the other.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from detectors.families.letterbox import GRAY, Letterbox
from detectors.torch.runtime import Foreign

Rgb = npt.NDArray[np.uint8]

BEDS = 2
"""Batches under way at once: one going up, one being looked at."""

_COPIERS = 6
"""Threads that copy; one moves about 10 GB/s, and a batch of 32 is 39 MB."""

_WORTH = 2**21
"""Bytes from which several threads are worth their hand-over."""


class Bed:
    """Room for one batch.

    Args:
        torch: The module.
        device: Where the batch goes.
        batch: Most pictures.
        size: Width and height of the input.
    """

    def __init__(self, torch: Foreign, device: str, batch: int, size: tuple[int, int]) -> None:
        width, height = size
        self._torch = torch
        self._device = device
        self._host = torch.empty(
            (batch, height * width * 3), dtype=torch.uint8, pin_memory=device != "cpu"
        )
        self._staging: Rgb = self._host.numpy()
        shape = (batch, height, width, 3)
        self.pixels = torch.full(shape, GRAY, dtype=torch.uint8, device=device)
        """The batch on the device: pictures x height x width x 3, RGB."""
        self._places: list[Letterbox | None] = [None] * batch

    def fill(
        self, pictures: Sequence[Rgb], places: Sequence[Letterbox], copiers: ThreadPoolExecutor
    ) -> None:
        """Start all uploads; the pictures may go once this returns.

        Args:
            pictures: Height x width x 3, RGB.
            places: Where each goes; it is scaled if it has another size.
            copiers: Threads that copy.
        """
        if not pictures:
            return
        shares = _COPIERS if sum(rgb.nbytes for rgb in pictures) >= _WORTH else 1
        step = -(-len(pictures) // shares)
        parts = [range(first, len(pictures))[:step] for first in range(0, len(pictures), step)]
        staged = [copiers.submit(self._stage, pictures, part) for part in parts[1:]]
        self._stage(pictures, parts[0])
        self._raise(pictures, places, parts[0])
        for part, copied in zip(parts[1:], staged, strict=True):
            copied.result()
            self._raise(pictures, places, part)

    def _stage(self, pictures: Sequence[Rgb], part: range) -> None:
        for number in part:
            rgb = pictures[number]
            if rgb.size <= self._staging.shape[1]:
                np.copyto(self._staging[number, : rgb.size].reshape(rgb.shape), rgb)

    def _raise(self, pictures: Sequence[Rgb], places: Sequence[Letterbox], part: range) -> None:
        for number in part:
            place, canvas = places[number], self.pixels[number]
            if place != self._places[number]:
                canvas.fill_(GRAY)
                self._places[number] = place
            right, bottom = place.left + place.width, place.top + place.height
            inside = canvas[place.top : bottom, place.left : right]
            source = self._source(number, pictures[number])
            if source.shape != inside.shape:
                source = scale(self._torch, source.to(self._device), place.width, place.height)
            inside.copy_(source, non_blocking=True)

    def _source(self, number: int, rgb: Rgb) -> Foreign:
        if rgb.size > self._staging.shape[1]:
            return self._torch.from_numpy(rgb.copy())
        return self._host[number, : rgb.size].view(rgb.shape)


class Landing:
    """Two beds and the threads that fill them."""

    def __init__(self, torch: Foreign, device: str, batch: int, size: tuple[int, int]) -> None:
        self.beds = [Bed(torch, device, batch, size) for _ in range(BEDS)]
        self._copiers = ThreadPoolExecutor(_COPIERS, thread_name_prefix="copy")

    def fill(self, bed: int, pictures: Sequence[Rgb], places: Sequence[Letterbox]) -> Foreign:
        """Fill a bed and return its batch."""
        self.beds[bed].fill(pictures, places, self._copiers)
        return self.beds[bed].pixels

    def close(self) -> None:
        """End the threads."""
        self._copiers.shutdown()


def scale(torch: Foreign, rgb: Foreign, width: int, height: int) -> Foreign:
    """Scale one picture (height x width x 3, 8 bits), averaging where it becomes smaller."""
    smaller = rgb.shape[0] > height or rgb.shape[1] > width
    floats = rgb.permute(2, 0, 1)[None].float()
    scaled = torch.nn.functional.interpolate(
        floats, (height, width), mode="bilinear", align_corners=False, antialias=smaller
    )
    return scaled[0].permute(1, 2, 0).round_().clamp_(0, 255).to(torch.uint8)
