"""Rests between two attempts at a camera, and ends the rest when one that was away answers again.

A camera that is off is asked ever less often, for each attempt costs a process. A knock costs one
small connection, so one may knock often, and be there seconds after the camera is.
"""

import asyncio
import contextlib
import ipaddress
from collections.abc import Awaitable, Callable
from typing import Literal
from urllib.parse import urlsplit

from daemon.supervisor import Failure

PATIENCE = 1.5
"""Seconds within which a camera that is there answers a knock."""

HURRIES = 60.0
"""Seconds within which a camera that was there all the time is hurried to but once."""

_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}


class Knocking:
    """The rests of one camera.

    Only addresses are knocked at: to look up a name may block for long.

    Args:
        url: Where the camera is, without user and password; None if it has no address.
        every: Seconds between two knocks.
        sleep: Waits while nobody knocks; True where that was cut short.
    """

    def __init__(
        self,
        url: str | None,
        every: float,
        sleep: Callable[[float], Awaitable[bool | None]] = asyncio.sleep,
    ) -> None:
        self._url = url or ""
        self._every = every
        self._sleep = sleep
        self._place = place(self._url)
        self._welcome = True
        self._hurried_at = float("-inf")

    def told(self, failure: Failure) -> None:
        """Note why the camera is away: who turned us down, or breaks us, is not knocked at."""
        self._welcome = not (failure.parked or failure.refused or failure.crashes)

    async def rest(self, seconds: float) -> bool:
        """Wait, at most until the camera, having been silent before, answers; tell whether it did.

        Who answers the first knock may have come back while the last attempt failed, or was never
        away: an attempt at once tells. If that fails too, it has its whole rest, for what is wrong
        with it a knock does not tell. Cancelling loses nothing.
        """
        if self._place is None or not self._welcome:
            return bool(await self._sleep(seconds))
        loop = asyncio.get_running_loop()
        ends = loop.time() + seconds
        found = await self._knocked(*self._place, ends)
        if found == "back":
            return True
        if found == "there" and loop.time() - self._hurried_at >= HURRIES:
            self._hurried_at = loop.time()
            return False
        await asyncio.sleep(max(0.0, ends - loop.time()))
        return False

    async def _knocked(self, host: str, port: int, ends: float) -> Literal["there", "back"] | None:
        """Knock on: `there` answers the first knock, `back` another, and None nobody in time.

        The next knock does not wait for the answer to the last: what a cable lost that was not
        plugged in is answered by nobody.
        """
        loop = asyncio.get_running_loop()
        first: asyncio.Task[bool] | None = None
        under_way: set[asyncio.Task[bool]] = set()
        async with asyncio.TaskGroup() as group:
            try:
                while (now := loop.time()) < ends:
                    due = min(ends, now + self._every)
                    knock = group.create_task(self._answered(host, port), name="knock")
                    first = first or knock
                    under_way.add(knock)
                    while under_way and (left := due - loop.time()) > 0:
                        done, under_way = await asyncio.wait(
                            under_way, timeout=left, return_when=asyncio.FIRST_COMPLETED
                        )
                        answered = [task for task in done if task.result()]
                        if answered:
                            return "there" if first in answered else "back"
                    await asyncio.sleep(max(0.0, due - loop.time()))
            finally:
                for task in under_way:
                    task.cancel()
        return None

    async def _answered(self, host: str, port: int) -> bool:
        try:
            async with asyncio.timeout(PATIENCE):
                reader, writer = await asyncio.open_connection(host, port, limit=1024)
                try:
                    if not self._url.startswith("rtsp:"):
                        return True
                    # A frozen camera still accepts connections: its system does.
                    writer.write(f"OPTIONS {self._url} RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode())
                    return bool(await reader.read(1))
                finally:
                    writer.transport.abort()
        except (OSError, TimeoutError):
            return False


def place(url: str) -> tuple[str, int] | None:
    """Return address and port of a camera; None without an address, or for a name."""
    with contextlib.suppress(ValueError):
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
        if parts.hostname is not None and port is not None:
            return str(ipaddress.ip_address(parts.hostname)), port
    return None
