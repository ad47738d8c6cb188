"""The slots of all cameras that the worker may read."""

import fcntl
import os

from detectors.message import Item
from sources import ChannelBroken, Pixels, Slots
from sources.slot import CAPACITY

MOST_CAMERAS = 1024
_SEALS = fcntl.F_SEAL_SHRINK


class Cameras:
    """Mapped slots by camera name; read-only."""

    def __init__(self) -> None:
        self._slots: dict[str, Slots] = {}

    def map(self, camera: str, count: int, fd: int) -> None:
        """Map a camera's slots, instead of those it had before. Takes the descriptor over.

        Raises:
            ChannelBroken: The descriptor is not one of slots, or there are too many cameras.
        """
        try:
            slots = _mapped(camera, count, fd)
        finally:
            os.close(fd)
        self.unmap(camera)
        if len(self._slots) >= MOST_CAMERAS:
            raise ChannelBroken(f"slots of more than {MOST_CAMERAS} cameras")
        self._slots[camera] = slots

    def unmap(self, camera: str) -> None:
        """Forget a camera's slots; a camera that has none is fine."""
        slots = self._slots.pop(camera, None)
        if slots is not None:
            slots.close()

    def find(self, item: Item) -> tuple[Slots, Pixels] | None:
        """Return where an item's picture lies, or None if its camera has no slots any more.

        Raises:
            ChannelBroken: Its camera has no such slot.
        """
        slots = self._slots.get(item.camera)
        if slots is None:
            return None
        if not 0 <= item.slot < slots.count:
            raise ChannelBroken(f"camera {item.camera} has {slots.count} slots, not {item.slot}")
        return slots, Pixels(item.slot, item.generation, item.width, item.height)


def _mapped(camera: str, count: int, fd: int) -> Slots:
    try:
        seals = fcntl.fcntl(fd, fcntl.F_GET_SEALS)
        size = os.fstat(fd).st_size
        if not seals & _SEALS or size < count * CAPACITY:
            raise ChannelBroken(f"the memory of camera {camera} may shrink or is too small")
        return Slots(fd, count, writable=False)
    except (OSError, ValueError) as error:
        raise ChannelBroken(f"what came for camera {camera} is no slots: {error}") from error
