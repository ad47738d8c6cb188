"""Shared memory for pictures."""

import fcntl
import os
from collections.abc import Iterator

import numpy as np
import pytest

from sources.frame import Pixels
from sources.slot import CAPACITY, LARGEST_SIDE, Slots, create, readonly


@pytest.fixture
def fd() -> Iterator[int]:
    """Make room for two slots."""
    descriptor = create(2)
    yield descriptor
    os.close(descriptor)


def test_reader_sees_what_was_written(fd: int) -> None:
    """A picture comes back through a read-only descriptor, pixel by pixel."""
    picture = np.random.default_rng(1).integers(0, 256, (37, 53, 3), np.uint8)
    theirs = readonly(fd)
    with Slots(fd, 2, writable=True) as writer, Slots(theirs, 2, writable=False) as reader:
        pixels = writer.write(1, picture)
        view = reader.read(pixels)
        assert view is not None
        assert (view == picture).all()
        assert reader.holds(pixels)
        with pytest.raises(ValueError, match="read-only"):
            view[:] = 0
        del view
    os.close(theirs)


def test_overwritten_picture_is_noticed(fd: int) -> None:
    """A picture whose slot was used again is gone, and is not another one."""
    with Slots(fd, 2, writable=True) as slots:
        old = slots.write(0, np.zeros((4, 4, 3), np.uint8))
        new = slots.write(0, np.ones((4, 4, 3), np.uint8))
        assert slots.read(old) is None
        assert slots.holds(new)


def test_torn_picture_is_no_picture(fd: int) -> None:
    """An odd generation, left by a writer that died, is never believed; the next write heals."""
    with Slots(fd, 2, writable=True) as slots:
        pixels = slots.write(0, np.zeros((4, 4, 3), np.uint8))
        os.pwrite(fd, (pixels.generation + 1).to_bytes(8, "little"), 0)
        torn = Pixels(0, pixels.generation + 1, 4, 4)
        assert slots.read(torn) is None
        assert slots.read(pixels) is None
        assert slots.write(0, np.zeros((4, 4, 3), np.uint8)).generation == pixels.generation + 2


def test_slots_refuse_what_does_not_fit(fd: int) -> None:
    """Pictures above the largest side and slots that do not exist are errors, not overruns."""
    with Slots(fd, 2, writable=True) as slots:
        with pytest.raises(ValueError, match="does not fit"):
            slots.write(0, np.zeros((LARGEST_SIDE + 1, 2, 3), np.uint8))
        with pytest.raises(ValueError, match="no slot 2"):
            slots.write(2, np.zeros((2, 2, 3), np.uint8))
        assert slots.read(Pixels(0, 0, 100_000, 100_000)) is None


def test_memory_is_sealed(fd: int) -> None:
    """Nobody can shrink it under a reader."""
    assert fcntl.fcntl(fd, fcntl.F_GET_SEALS) & fcntl.F_SEAL_SHRINK
    with pytest.raises(PermissionError):
        os.ftruncate(fd, CAPACITY)
