"""Rests between two attempts at a camera, and ends the rest when one that was away answers again.

A camera that is off is asked ever less often, for each attempt costs a process. A knock costs one
small connection, so one may knock often, and be there seconds after the camera is.
"""

import asyncio
import contextlib
import ipaddress
from urllib.parse import urlsplit

from daemon.supervisor import Failure

PATIENCE = 1.5
"""Seconds within which a camera that is there answers a knock."""

_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}


class Knocking:
    """The rests of one camera.

    Only addresses are knocked at: to look up a name may block for long.

    Args:
        url: Where the camera is, without user and password; None if it has no address.
        every: Seconds between two knocks.
    """

    def __init__(self, url: str | None, every: float) -> None:
        self._url = url or ""
        self._every = every
        self._place = place(self._url)
        self._welcome = True

    def told(self, failure: Failure) -> None:
        """Note why the camera is away: who turned us down, or breaks us, is not knocked at."""
        self._welcome = not (failure.parked or failure.refused or failure.crashes)

    async def rest(self, seconds: float) -> bool:
        """Wait, at most until the camera, having been silent before, answers; tell whether it did.

        Cancelling loses nothing.
        """
        if self._place is None or not self._welcome:
            await asyncio.sleep(seconds)
            return False
        loop = asyncio.get_running_loop()
        ends, away = loop.time() + seconds, False
        while (left := ends - loop.time()) > 0:
            began = loop.time()
            if await self._answered(*self._place):
                if away:
                    return True
                # It was there all the time; what is wrong with it, a knock does not tell.
                await asyncio.sleep(ends - loop.time())
                return False
            away = True
            await asyncio.sleep(max(0.0, min(left, began + self._every - loop.time())))
        return False

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
