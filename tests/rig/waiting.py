"""Waiting on conditions with a deadline, for tests of what runs by itself."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

UNIT = float(os.environ.get("LOOKOUT_TEST_UNIT", "1"))
"""Factor by which slow machines stretch every deadline."""


async def until(holds: Callable[[], object], what: str = "", within: float = 10.0) -> None:
    """Let the loop run until a condition holds.

    Raises:
        AssertionError: It did not in time.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within * UNIT
    while not holds():
        assert loop.time() < deadline, f"did not hold in time: {what or holds}"
        await asyncio.sleep(0.005)


@asynccontextmanager
async def running(work: Coroutine[Any, Any, None]) -> AsyncIterator[asyncio.Task[None]]:
    """Run something that never returns for as long as the context lasts."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(work)
        try:
            yield task
        finally:
            task.cancel()
