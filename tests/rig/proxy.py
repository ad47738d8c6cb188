"""A TCP proxy that can misbehave: stall, reset, half-close, cut, stay silent."""

import contextlib
import select
import socket
import struct
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Literal, Self

Mode = Literal["pass", "stall", "ignore"]
"""`pass` forwards; `stall` keeps connections open but forwards nothing; `ignore` accepts new
connections and never answers."""

Cut = Literal["reset", "half_close"]
"""`reset` breaks a connection with RST, `half_close` tells the client that nothing more comes."""

_CHUNK = 65536
_LINGER = struct.pack("ii", 1, 0)


class Proxy:
    """Forwards a port of its own to a target; modes change at any time.

    Args:
        target: Port on the loopback that is forwarded to.
        cut_after: Bytes from the server after which a connection is reset; None never cuts.
        port: Its own; 0 takes a free one.
    """

    def __init__(self, target: int, *, cut_after: int | None = None, port: int = 0) -> None:
        self.mode: Mode = "pass"
        self.cut_after = cut_after
        self.spoil: Callable[[bytes], bytes] | None = None
        """What becomes of bytes from the server; None leaves them as they are."""

        self.cuts: list[float] = []
        """Monotonic seconds at which a connection was cut as armed."""

        self._armed: tuple[int, Cut] | None = None
        self._limits: dict[socket.socket, tuple[int, Cut]] = {}
        self._halved: set[socket.socket] = set()
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port = int(self._listener.getsockname()[1])
        self._pairs: dict[socket.socket, socket.socket | None] = {}
        self._passed: dict[socket.socket, int] = {}
        self._closing, self._close = socket.socketpair()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._close.close()
        self._thread.join()
        self._listener.close()
        self._closing.close()
        for end in list(self._pairs):
            end.close()

    def reset(self) -> int:
        """Break every connection with RST and return how many there were."""
        with self._lock:
            ends = [end for end in self._pairs if end.fileno() >= 0]
            for end in ends:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
            for end in ends:
                self._drop(end)
        return len(ends) // 2

    def shut(self) -> None:
        """Refuse new connections, as a machine does on which nothing runs, and end the others."""
        with self._lock:
            self._listener.close()
        self.reset()

    def open(self) -> None:
        """Listen again where it did."""
        with self._lock:
            self._listener = socket.create_server(("127.0.0.1", self.port))

    def half_close(self) -> None:
        """Tell every client that the server will say no more, while still listening to it."""
        with self._lock:
            for end, other in self._pairs.items():
                if other is not None and self._is_client(end):
                    self._halve(end)

    def arm(self, after: int, how: Cut, *, fresh: bool) -> None:
        """Cut one connection, once, after so many bytes more from the server.

        Args:
            after: Bytes that still pass.
            how: The way it ends.
            fresh: Whether the connections there are break now, and the next one is cut that gets
                so far; otherwise it is one of those there are.
        """
        if fresh:
            self.reset()
        with self._lock:
            clients = [] if fresh else [end for end in self._pairs if self._is_client(end)]
            if not clients:
                self._armed = after, how
            for client in clients[:1]:
                self._limits[client] = self._passed.get(client, 0) + after, how

    def _halve(self, client: socket.socket) -> None:
        self._halved.add(client)
        with contextlib.suppress(OSError):
            client.shutdown(socket.SHUT_WR)

    def _is_client(self, end: socket.socket) -> bool:
        return end.fileno() >= 0 and int(end.getsockname()[1]) == self.port

    def _run(self) -> None:
        while True:
            with self._lock:
                ends = [] if self.mode == "stall" else list(self._pairs)
                ends = [end for end in ends if end.fileno() >= 0]
                doors = [self._listener] if self._listener.fileno() >= 0 else []
            watched = [*doors, self._closing, *ends]
            try:
                ready, _, _ = select.select(watched, [], [], 0.02)
            except (OSError, ValueError):
                continue
            if self._closing in ready:
                return
            with self._lock:
                for end in ready:
                    if end.fileno() < 0:
                        continue
                    if end is self._listener:
                        self._accept()
                    elif end in self._pairs:
                        self._forward(end)

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        if self.mode == "ignore":
            self._pairs[client] = None
            return
        try:
            server = socket.create_connection(("127.0.0.1", self._target), 2)
        except OSError:
            client.close()
            return
        self._pairs[client], self._pairs[server] = server, client
        if self._armed is not None:
            self._limits[client], self._armed = self._armed, None

    def _forward(self, end: socket.socket) -> None:
        other = self._pairs[end]
        try:
            data = end.recv(_CHUNK)
            if self.spoil is not None and other is not None and self._is_client(other):
                data = self.spoil(data)
            if data and other is not None and other not in self._halved:
                other.sendall(self._allowed(other, data))
        except OSError:
            data = b""
        if not data:
            self._drop(end)
        elif other is not None and self._is_client(other):
            self._count(other, len(data))

    def _allowed(self, client: socket.socket, data: bytes) -> bytes:
        """Let through what still may pass before a cut."""
        if client not in self._limits:
            return data
        return data[: max(0, self._limits[client][0] - self._passed.get(client, 0))]

    def _count(self, client: socket.socket, size: int) -> None:
        self._passed[client] = self._passed.get(client, 0) + size
        if client in self._limits and self._passed[client] >= self._limits[client][0]:
            _, how = self._limits.pop(client)
            self.cuts.append(time.monotonic())
            if how == "half_close":
                self._halve(client)
                return
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
            self._drop(client)
            return
        if self.cut_after is not None and self._passed[client] > self.cut_after:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
            self._drop(client)

    def _drop(self, end: socket.socket) -> None:
        other = self._pairs.pop(end, None)
        for one in (end, other):
            if one in self._limits:
                # It did not come so far; the next one may.
                limit, how = self._limits.pop(one)
                self._armed = limit - self._passed.get(one, 0), how
            if one is not None:
                self._halved.discard(one)
        self._passed.pop(end, None)
        end.close()
        if other is not None:
            self._pairs.pop(other, None)
            self._passed.pop(other, None)
            other.close()
