"""The slots a worker may read."""

import os

import numpy as np
import pytest
from rig.worker import Camera, camera

from detectors.message import Item
from detectors.worker.cameras import MOST_CAMERAS, Cameras
from sources import ChannelBroken
from sources.slot import readonly


def mapped(cameras: Cameras, made: Camera) -> None:
    """Map a camera's slots, read-only, as the worker gets them."""
    cameras.map(made.name, made.slots.count, readonly(made.fd))


def test_a_picture_is_found_where_it_lies() -> None:
    """What was written is read, without a copy and without the right to write."""
    picture = np.arange(24 * 32 * 3, dtype=np.uint8).reshape(24, 32, 3)
    cameras = Cameras()
    with camera("yard") as yard:
        mapped(cameras, yard)
        place = cameras.find(yard.put(1, 5, picture))
        assert place is not None
        slots, pixels = place
        view = slots.read(pixels)
        assert view is not None
        assert np.array_equal(view, picture)
        assert not view.flags.writeable
        del view
        cameras.unmap("yard")


def test_unknown_cameras_have_no_pictures() -> None:
    """A camera without slots, or whose slots were taken back, has none; that is no error."""
    cameras = Cameras()
    item = Item(camera="yard", index=1, slot=0, generation=2, width=32, height=24)
    assert cameras.find(item) is None
    with camera("yard") as yard:
        mapped(cameras, yard)
        assert cameras.find(item) is not None
    cameras.unmap("yard")
    cameras.unmap("yard")
    assert cameras.find(item) is None


def test_a_slot_that_does_not_exist_is_hostile() -> None:
    """A number beyond the slots ends the worker."""
    cameras = Cameras()
    with camera("yard", 2) as yard:
        mapped(cameras, yard)
        wrong = Item(camera="yard", index=1, slot=2, generation=2, width=32, height=24)
        with pytest.raises(ChannelBroken, match="2 slots, not 2"):
            cameras.find(wrong)
        cameras.unmap("yard")


def test_descriptors_are_closed_in_every_case() -> None:
    """The descriptor is taken over, whether it was good or not."""
    cameras = Cameras()
    bad, other_end = os.pipe()
    with pytest.raises(ChannelBroken, match="no slots"):
        cameras.map("yard", 3, bad)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(bad)
    os.close(other_end)


def test_their_number_is_bounded() -> None:
    """A daemon that maps without end is stopped."""
    cameras = Cameras()
    with camera("yard", 1) as yard:
        for number in range(MOST_CAMERAS):
            cameras.map(f"c{number}", 1, readonly(yard.fd))
        with pytest.raises(ChannelBroken, match="more than"):
            cameras.map("one more", 1, readonly(yard.fd))
        cameras.map("c0", 1, readonly(yard.fd))
        for number in range(MOST_CAMERAS):
            cameras.unmap(f"c{number}")
