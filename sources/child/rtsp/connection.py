"""One connection to a camera: blocking, every wait with a deadline, errors in our own words."""

import select
import socket
import ssl
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field

from sources.address import connected
from sources.child.fault import CLOSED, broken
from sources.child.rtsp.errors import Garbled, NotUnderstood
from sources.child.rtsp.wire import Message, Wire
from sources.errors import SourceError, SourceUnavailable


class HungUp(SourceUnavailable):
    """The camera ended the connection."""


_PORTION = 262_144
"""Bytes taken from the socket at a time."""

_COLLECTED = 131_072
"""Bytes that end a lull early: more could fill what the kernel holds, and the camera would drop."""

_BUSY = (BlockingIOError, TimeoutError, ssl.SSLWantReadError)

_MOST_WAITING = 16 << 20
"""Bytes of packets that may come before the answer to PLAY."""

_BUFFER = 1 << 20
"""Bytes the kernel may hold while we decode; a 4K picture fits."""


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to connect to."""

    hosts: tuple[str, ...]
    """Addresses, tried in this order."""

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
        self._messages: deque[Message] = deque()
        # Filled again and again: a fresh one of this size is mapped and unmapped at every turn.
        self._buffer = memoryview(bytearray(_PORTION))
        self._lull = 0.0
        self.heard_at = time.monotonic()
        """Monotonic seconds of the last bytes."""

        try:
            self._socket = _connected(target)
        except OSError as error:
            raise broken(error, target.name or target.hosts[-1], target.patience) from None
        self._host = target.hosts[-1]
        with suppress(OSError):
            self._host = str(self._socket.getpeername()[0])
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)

    @property
    def lull(self) -> float:
        """Seconds for which `receive` lets packets collect in the kernel, waking nobody."""
        return self._lull

    @lull.setter
    def lull(self, seconds: float) -> None:
        if seconds == self._lull:
            return
        # Only a kernel that counts for us can let them collect without the danger of too many.
        with suppress(OSError):
            least = _COLLECTED if seconds else 1
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, least)
            self._lull = seconds

    @property
    def host(self) -> str:
        """The camera's address."""
        return self._host

    def fileno(self) -> int:
        """Return its descriptor, to wait for it together with others."""
        return self._socket.fileno()

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
            if sum(len(data) for _, data, _ in self._waiting) > _MOST_WAITING:
                raise SourceUnavailable("the camera sends pictures and no answer")
        return self._messages.popleft()

    def receive(self, patience: float) -> list[tuple[int, bytes, float]]:
        """Return what came: channel, packet, monotonic seconds. Nothing if nothing did in time."""
        if not self._waiting:
            self._take(patience)
        found = list(self._waiting)
        self._waiting.clear()
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

    @property
    def strange(self) -> bytes:
        """How the first of them began; empty while all belongs to something."""
        return self._wire.strange

    def _failed(self, error: OSError) -> SourceError:
        if isinstance(error, ConnectionError):
            return HungUp(CLOSED)
        return broken(error, self._host, self._target.patience)

    def _take(self, patience: float) -> None:
        size = self._collect(patience) if self._lull else self._read(max(patience, 0.001), 0)
        if not size:
            return
        now = self.heard_at = time.monotonic()
        try:
            pieces = self._wire.feed(self._buffer[:size])
        except Garbled:
            raise NotUnderstood("what answers there does not speak RTSP as expected") from None
        for piece in pieces:
            if isinstance(piece, Message):
                self._messages.append(piece)
            else:
                self._waiting.append((*piece, now))

    def _collect(self, patience: float) -> int:
        """Wait until the lull is over, or much has come; then take all there is."""
        self._poll.poll(1000 * min(patience, self._lull))
        size = 0
        # Of TLS a read gives one record; what was left would wait for the next lull.
        while size < _PORTION and (more := self._read(0.0, size)):
            size += more
            if self._target.tls is None:
                break
        return size

    def _read(self, patience: float, at: int) -> int:
        """Read into the buffer; return how many bytes, 0 for none in time."""
        self._socket.settimeout(patience)
        try:
            size = self._socket.recv_into(self._buffer[at:])
        except _BUSY:
            return 0
        except OSError as error:
            raise self._failed(error) from None
        if not size:
            raise HungUp(CLOSED)
        return size


def _connected(target: Target) -> socket.socket:
    plain = connected(target.hosts, target.port, target.patience)
    try:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        if target.tls is None:
            return plain
        return target.tls.wrap_socket(plain, server_hostname=target.name)
    except OSError:
        plain.close()
        raise
