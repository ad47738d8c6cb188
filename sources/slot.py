"""Shared memory for converted pictures: an anonymous, sealed memfd cut into equal slots.

Each slot starts with a header of 64 bytes: its generation as a little-endian 64-bit number. The
generation is odd while somebody writes and even otherwise; it rises by two with every picture. A
reader compares it before and after using the pixels, so a picture torn by a writer that died or
came too early is noticed instead of believed.

The memfd is created by the daemon, inherited by descriptor, has no name to leak or guess, and is
sealed against shrinking, which would crash readers (SIGBUS). Pages nobody wrote cost nothing, so a
slot is as large as the largest picture any detector may ask for.
"""

import fcntl
import mmap
import os
import struct
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt

from sources.frame import Pixels

Image = npt.NDArray[np.uint8]
"""Height x width x 3, RGB."""

HEADER = 64
LARGEST_SIDE = 1536
"""Pixels; the largest width or height of a converted picture."""

CAPACITY = HEADER + LARGEST_SIDE * LARGEST_SIDE * 3
"""Bytes of one slot, before any page is touched."""

_GENERATION = struct.Struct("<Q")


def create(count: int) -> int:
    """Make room for `count` slots and return the descriptor; the caller closes it."""
    fd = os.memfd_create("lookout-slots", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(fd, count * CAPACITY)
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
    return fd


def readonly(fd: int) -> int:
    """Open a second descriptor of the same memory that cannot write; the caller closes it."""
    return os.open(f"/proc/self/fd/{fd}", os.O_RDONLY | os.O_CLOEXEC)


class Slots:
    """A mapping of one camera's slots, writable or read-only.

    Args:
        fd: Descriptor made by `create` or `readonly`; stays the caller's.
        count: How many slots it holds.
        writable: Whether this side writes. Only the decoder child does.
    """

    def __init__(self, fd: int, count: int, *, writable: bool) -> None:
        self.count = count
        access = mmap.ACCESS_WRITE if writable else mmap.ACCESS_READ
        self._map = mmap.mmap(fd, count * CAPACITY, access=access)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Unmap. Arrays handed out before must be gone; otherwise the memory goes with them."""
        try:
            self._map.close()
        except BufferError:
            return

    def generation(self, slot: int) -> int:
        """Read the slot's generation; odd means that somebody writes."""
        return int(_GENERATION.unpack_from(self._map, self._offset(slot))[0])

    def write(self, slot: int, picture: npt.NDArray[np.uint8]) -> Pixels:
        """Copy a picture (height x width x 3, RGB) into a slot.

        Raises:
            ValueError: The picture is larger than a slot, or the slot does not exist.
        """
        height, width, channels = picture.shape
        if channels != 3 or width > LARGEST_SIDE or height > LARGEST_SIDE:  # noqa: PLR2004
            raise ValueError(f"a picture of {width}x{height}x{channels} does not fit a slot")
        offset = self._offset(slot)
        generation = self.generation(slot) // 2 * 2 + 1
        _GENERATION.pack_into(self._map, offset, generation)
        target = np.frombuffer(self._map, np.uint8, height * width * 3, offset + HEADER)
        target.reshape(height, width, 3)[:] = picture
        _GENERATION.pack_into(self._map, offset, generation + 1)
        return Pixels(slot, generation + 1, width, height)

    def compose(
        self, slot: int, width: int, height: int, pieces: Sequence[tuple[int, int, Image]]
    ) -> Pixels:
        """Copy several pictures into a slot, side by side in one of `width` x `height`.

        What lies between them stays as it was.

        Args:
            slot: Which one.
            width: Pixels across, at most `LARGEST_SIDE`.
            height: Pixels down, at most `LARGEST_SIDE`.
            pieces: Left, top and the picture itself.

        Raises:
            ValueError: They do not fit, or the slot does not exist.
        """
        if not (0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE):
            raise ValueError(f"a picture of {width}x{height} does not fit a slot")
        offset = self._offset(slot)
        generation = self.generation(slot) // 2 * 2 + 1
        _GENERATION.pack_into(self._map, offset, generation)
        target = np.frombuffer(self._map, np.uint8, height * width * 3, offset + HEADER)
        whole = target.reshape(height, width, 3)
        for left, top, piece in pieces:
            whole[top : top + piece.shape[0], left : left + piece.shape[1]] = piece
        _GENERATION.pack_into(self._map, offset, generation + 1)
        return Pixels(slot, generation + 1, width, height)

    def read(self, pixels: Pixels) -> npt.NDArray[np.uint8] | None:
        """Return a view of the picture (height x width x 3, RGB), or None if it is gone.

        The view is only as good as the generation: ask `holds` again once the pixels were used.
        """
        if not self.holds(pixels) or not 0 < pixels.width <= LARGEST_SIDE:
            return None
        if not 0 < pixels.height <= LARGEST_SIDE:
            return None
        size = pixels.height * pixels.width * 3
        view = np.frombuffer(self._map, np.uint8, size, self._offset(pixels.slot) + HEADER)
        return view.reshape(pixels.height, pixels.width, 3)

    def holds(self, pixels: Pixels) -> bool:
        """Tell whether the slot still has exactly this picture."""
        return self.generation(pixels.slot) == pixels.generation and pixels.generation % 2 == 0

    def _offset(self, slot: int) -> int:
        if not 0 <= slot < self.count:
            raise ValueError(f"no slot {slot}: there are {self.count}")
        return slot * CAPACITY
