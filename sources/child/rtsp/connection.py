"""One connection to a camera: blocking, every wait with a deadline, errors in our own words."""

import socket
import ssl
import time
from collections import deque
from dataclasses import dataclass, field

from sources.child.fault import CLOSED, broken
from sources.child.rtsp.errors import Garbled, NotUnderstood
from sources.child.rtsp.wire import Message, Wire
from sources.errors import SourceError, SourceUnavailable


class HungUp(SourceUnavailable):
    """The camera ended the connection."""


_PORTION = 262_144
"""Bytes taken from the socket at a time."""

_MOST_WAITING = 16 << 20
"""Bytes of packets that may come before the answer to PLAY."""

_BUFFER = 1 << 20
"""Bytes the kernel may hold while we decode; a 4K picture fits."""


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to connect to."""

    host: str
    port: int
    patience: float
    """Seconds of silence that are allowed while connecting and for each answer."""

    name: str = ""
    """What its certificate must be made out to."""

    tls: ssl.SSLContext | None = field(default=None, repr=False)


class Connection:
    """Connected from the start.

    Raises:
        SourceUnavailable: In all methods: silent, closed, unreachable.
        NotUnderstood: In `answer` and `receive`: what comes is no RTSP.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._wire = Wire()
        self._waiting: deque[tuple[int, bytes, float]] = deque()
        self._held = 0
        self._messages: deque[Message] = deque()
        self.heard_at = time.monotonic()
        """Monotonic seconds of the last bytes."""

        try:
            self._socket = _connected(target)
        except OSError as error:
            raise broken(error, target.host, target.patience) from None

    def send(self, data: bytes) -> None:
        """Send all of it."""
        self._socket.settimeout(self._target.patience)
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise self._failed(error) from None

    def answer(self) -> Message:
        """Wait for the next message; packets that come before it wait for `receive`."""
        patience = self._target.patience
        ends = time.monotonic() + patience
        while not self._messages:
            left = ends - time.monotonic()
            if left <= 0:
                raise SourceUnavailable(f"the camera was silent for {patience:g} s")
            self._take(left)
            if self._held > _MOST_WAITING:
                raise SourceUnavailable("the camera sends pictures and no answer")
        return self._messages.popleft()

    def receive(self, patience: float) -> list[tuple[int, bytes, float]]:
        """Return what came: channel, packet, monotonic seconds. Nothing if nothing did in time."""
        if not self._waiting:
            self._take(patience)
        found = list(self._waiting)
        self._waiting.clear()
        self._held = 0
        return found

    def messages(self) -> list[Message]:
        """Return messages that came between packets."""
        found = list(self._messages)
        self._messages.clear()
        return found

    def close(self) -> None:
        """Close it; never fails."""
        self._socket.close()

    @property
    def skipped(self) -> int:
        """Bytes that belonged to nothing."""
        return self._wire.skipped

    def _failed(self, error: OSError) -> SourceError:
        if isinstance(error, ConnectionError):
            return HungUp(CLOSED)
        return broken(error, self._target.host, self._target.patience)

    def _take(self, patience: float) -> None:
        self._socket.settimeout(max(patience, 0.001))
        try:
            data = self._socket.recv(_PORTION)
        except (TimeoutError, ssl.SSLWantReadError):
            return
        except OSError as error:
            raise self._failed(error) from None
        if not data:
            raise HungUp(CLOSED)
        now = self.heard_at = time.monotonic()
        try:
            pieces = self._wire.feed(data)
        except Garbled:
            raise NotUnderstood("what answers there does not speak RTSP as expected") from None
        for piece in pieces:
            if isinstance(piece, Message):
                self._messages.append(piece)
            else:
                self._waiting.append((*piece, now))
                self._held += len(piece[1])


def _connected(target: Target) -> socket.socket:
    plain = socket.create_connection((target.host, target.port), target.patience)
    try:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        if target.tls is None:
            return plain
        return target.tls.wrap_socket(plain, server_hostname=target.name)
    except OSError:
        plain.close()
        raise
