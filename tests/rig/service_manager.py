"""The service manager's side of sd_notify(3): a socket, and when what was said on it."""

import socket
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self


class ServiceManager:
    """Listens like systemd; `env` is what it would start a service with.

    Args:
        folder: For the socket.
        watchdog: Seconds within which a ping is expected.
    """

    def __init__(self, folder: Path, watchdog: float) -> None:
        address = folder / "notify"
        self.env = {
            "NOTIFY_SOCKET": str(address),
            "WATCHDOG_USEC": str(round(watchdog * 1_000_000)),
        }
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(address))
        self._heard: list[tuple[float, str]] = []
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self.env["NOTIFY_SOCKET"])
        self._thread.join(5)
        self._socket.close()

    def times(self, line: str) -> list[float]:
        """Return when a line such as `READY=1` was heard, in monotonic seconds."""
        return [at for at, text in list(self._heard) if line in text.splitlines()]

    def _listen(self) -> None:
        while text := self._socket.recv(4096).decode():
            self._heard.append((time.monotonic(), text))
