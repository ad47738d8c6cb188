"""Who holds which slot of a camera's shared memory. The pixels themselves are not ours to touch."""

import asyncio
import os
from collections import deque
from types import TracebackType
from typing import Self

from sources import slot


class Lease:
    """One slot, held until it is released; releasing twice is harmless."""

    def __init__(self, pool: "SlotPool", number: int) -> None:
        self.number = number
        self._pool = pool
        self._held = True

    def release(self) -> None:
        """Give the slot back."""
        if self._held:
            self._held = False
            self._pool._give_back(self.number)  # noqa: SLF001 (two halves of one thing)


class SlotPool:
    """All slots of one camera. The daemon alone decides who may use which.

    Three are enough for a live camera: one being written, one waiting, one being inferred.
    """

    def __init__(self, count: int = 3) -> None:
        self.count = count
        self.descriptor = slot.create(count)
        """Writable; inherited by the decoder child."""

        self.readonly = slot.readonly(self.descriptor)
        """Goes to the detector worker."""

        self._free = deque(range(count))
        self._freed = asyncio.Event()
        self._freed.set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        os.close(self.readonly)
        os.close(self.descriptor)

    @property
    def free(self) -> int:
        """How many slots nobody holds."""
        return len(self._free)

    async def lease(self) -> Lease:
        """Wait for a free slot. Cancelling loses nothing."""
        while not self._free:
            self._freed.clear()
            await self._freed.wait()
        return Lease(self, self._free.popleft())

    def _give_back(self, number: int) -> None:
        self._free.append(number)
        self._freed.set()
