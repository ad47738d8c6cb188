"""Talks to the service manager: READY, RELOADING, WATCHDOG, STOPPING, tied to real progress.

Source: sd_notify(3).
"""

import asyncio
import logging
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

logger = logging.getLogger(__name__)

LIMIT = 20.0
"""Seconds a part may go without progress before the watchdog is no longer fed."""

PERIOD = 5.0
"""Seconds between two beats of a part that waits for somebody else."""


class Progress:
    """When each part of the daemon last got on. Every waiting loop wakes often enough to say so."""

    def __init__(self, clock: Callable[[], float], limit: float = LIMIT) -> None:
        self._clock = clock
        self._limit = limit
        self._beats: dict[str, float] = {}

    def part(self, name: str) -> Callable[[], None]:
        """Register a part and return what it calls when it gets on."""

        def beat() -> None:
            if name in self._beats:
                self._beats[name] = self._clock()

        self._beats[name] = self._clock()
        return beat

    def retire(self, name: str) -> None:
        """A part has ended in order, or has nothing to do; it is not waited for any more."""
        self._beats.pop(name, None)

    @property
    def stuck(self) -> list[str]:
        """Names of the parts that have not got on for too long."""
        now = self._clock()
        return sorted(name for name, at in self._beats.items() if now - at > self._limit)


@contextmanager
def patient(beat: Callable[[], None], period: float = PERIOD) -> Iterator[None]:
    """Beat for a part that waits for somebody else, under a deadline of its own or on purpose.

    A broker that is away or a model that takes its time is no reason to restart the daemon.
    """
    beating = _Beating(beat, period)
    try:
        yield
    finally:
        beating.handle.cancel()


class _Beating:
    """Beats at once and after every period."""

    def __init__(self, beat: Callable[[], None], period: float) -> None:
        self._beat, self._period = beat, period
        self._again()

    def _again(self) -> None:
        self._beat()
        self.handle = asyncio.get_running_loop().call_later(self._period, self._again)


class Notifier:
    """The socket to the service manager; without one, everything is a no-op."""

    def __init__(self) -> None:
        address = os.environ.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address

    @property
    def interval(self) -> float | None:
        """Seconds between two pings: a third of what the service manager allows; None for never."""
        usec = os.environ.get("WATCHDOG_USEC", "")
        pid = os.environ.get("WATCHDOG_PID", "")
        meant = not pid or pid == str(os.getpid())
        return int(usec) / 3_000_000 if self._address and usec.isdigit() and meant else None

    def ready(self, status: str) -> None:
        """Say that everything is wired and running."""
        self._send(f"READY=1\nSTATUS={status}")

    def reloading(self) -> None:
        """Say that the configuration is read anew; `ready` says that this is over."""
        # Of CLOCK_MONOTONIC, by which the manager tells which of its requests is being answered.
        self._send(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def status(self, text: str) -> None:
        """Say in one line how it goes."""
        self._send(f"STATUS={text}")

    def stopping(self) -> None:
        """Say that the end has begun."""
        self._send("STOPPING=1")

    async def feed(self, progress: Progress) -> None:
        """Feed the watchdog for as long as every part gets on. Never returns by itself."""
        interval = self.interval
        if interval is None:
            return
        while True:
            stuck = progress.stuck
            if stuck:
                logger.error("no progress in %s: watchdog not fed", ", ".join(stuck))
            else:
                self._send("WATCHDOG=1")
            await asyncio.sleep(interval)

    def _send(self, text: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
                sock.setblocking(False)
                sock.sendto(text.encode(), self._address)
        except OSError as exc:
            logger.warning("service manager not reached: %s", exc.strerror)
