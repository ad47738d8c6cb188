"""Lets only a few decoder children start at once.

A child spends its first moments on loading libraries, which keeps a core busy. Many that start
together all come late, and a machine that is busy anyway finds all of them too slow.
"""

import asyncio
import os


class Start:
    """One child's start, until it has said its first word."""

    def __init__(self, free: asyncio.Semaphore | None = None) -> None:
        self._free = free

    def done(self) -> None:
        """Let the next one start; doing so twice is harmless."""
        free, self._free = self._free, None
        if free is not None:
            free.release()


class Starts:
    """Who may start.

    Args:
        places: Children that start at once; by default two for each core.
    """

    def __init__(self, places: int | None = None) -> None:
        self._free = asyncio.Semaphore(places or 2 * len(os.sched_getaffinity(0)))

    async def begin(self) -> Start:
        """Wait until it is a child's turn, first come first served. Cancelling loses nothing."""
        await self._free.acquire()
        return Start(self._free)
