"""RTP over UDP: the two sockets of a stream, and packets put back into their order."""

import select
import socket
import time
from collections.abc import Iterable
from contextlib import suppress

from sources.child.rtsp.errors import NotUnderstood
from sources.child.rtsp.packet import Packet, rtp

PICTURES, REPORTS = 0, 1
"""Channels, as of an interleaved connection."""

HELD = 0.06
"""Seconds a packet waits for one that should have come before it."""

MOST_HELD = 256
"""Packets that wait at most: half a megabyte."""

_HALF = 0x8000
_DATAGRAM = 65_536
_BUFFER = 4 << 20
"""Bytes the kernel may hold while we decode; it grants what it is allowed to."""

_TRIES = 40
_AT_ONCE = 512
"""Datagrams taken before what came is looked at."""

_OPENERS = (
    b"\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
    b"\x80\xc9\x00\x01\x00\x00\x00\x00",
)
"""An RTP packet and a receiver report, both empty: they let a router's door open towards us."""

Arrived = tuple[int, bytes, float]


class Order:
    """Gives packets on in the order in which they were sent, as far as they come in time. Pure."""

    def __init__(self) -> None:
        self._next: int | None = None
        self._source: int | None = None
        self._ahead: dict[int, tuple[bytes, float]] = {}

    @property
    def due(self) -> float | None:
        """Monotonic seconds at which a missing packet is given up; None while none is missing."""
        return min(at for _, at in self._ahead.values()) + HELD if self._ahead else None

    def feed(self, packet: Packet, data: bytes, at: float) -> list[tuple[bytes, float]]:
        """Take a packet; return what may go on now, with the seconds at which each came.

        One that comes too late goes on too: who reads them knows its place.
        """
        found: list[tuple[bytes, float]] = []
        if packet.source != self._source:
            found = self._all()
            self._source, self._next = packet.source, packet.sequence
        if self._next is None:
            self._next = packet.sequence
        ahead = (packet.sequence - self._next) & 0xFFFF
        if ahead >= _HALF:
            return [*found, (data, at)]
        self._ahead.setdefault(packet.sequence, (data, at))
        if len(self._ahead) > MOST_HELD:
            return found + self._on()
        return found + self._run()

    def overdue(self, now: float) -> list[tuple[bytes, float]]:
        """Give up what is missing for too long; return what waited for it."""
        due = self.due
        return self._on() if due is not None and now >= due else []

    def _run(self) -> list[tuple[bytes, float]]:
        """Take what follows without a gap."""
        found = []
        while self._next is not None and (held := self._ahead.pop(self._next, None)) is not None:
            found.append(held)
            self._next = (self._next + 1) & 0xFFFF
        return found

    def _on(self) -> list[tuple[bytes, float]]:
        """Go on behind the gap."""
        start = self._next or 0
        self._next = min(self._ahead, key=lambda number: (number - start) & 0xFFFF)
        return self._run()

    def _all(self) -> list[tuple[bytes, float]]:
        found = []
        while self._ahead:
            found += self._on()
        return found


class Datagrams:
    """Two neighbouring ports, the even one for pictures, the odd one for reports (RFC 3550, 11).

    Args:
        host: The camera's address. What comes from elsewhere is not looked at.

    Raises:
        NotUnderstood: There are no such ports.
    """

    def __init__(self, host: str) -> None:
        self._host = host
        self._order = Order()
        self._other = -1
        self.spoken = False
        """Whether at the last turn whoever else is watched had something to say."""

        self._sockets = _pair(socket.AF_INET6 if ":" in host else socket.AF_INET)
        self._poll = select.poll()
        for one in self._sockets:
            self._poll.register(one, select.POLLIN)

    @property
    def ports(self) -> tuple[int, int]:
        """The two ports."""
        pictures, reports = (int(one.getsockname()[1]) for one in self._sockets)
        return pictures, reports

    def greet(self, ports: tuple[int, int]) -> None:
        """Send something to the camera's ports, so that a router between lets its packets in."""
        for one, opener, port in zip(self._sockets, _OPENERS, ports, strict=True):
            with suppress(OSError):
                one.sendto(opener, (self._host, port))

    def watch(self, other: int) -> None:
        """Let `receive` return also when this descriptor has something to say."""
        self._other = other
        self._poll.register(other, select.POLLIN)

    def receive(self, patience: float) -> list[Arrived]:
        """Return what came: channel, packet, monotonic seconds. Nothing if nothing did in time."""
        due = self._order.due
        if due is not None:
            patience = min(patience, due - time.monotonic())
        ready = self._poll.poll(max(0.0, patience) * 1000)
        self.spoken = any(one == self._other for one, _ in ready)
        found: list[Arrived] = []
        for data, at in _read(self._sockets[0], self._host):
            packet = rtp(data)
            if packet is not None:
                found += _pictures(self._order.feed(packet, data, at))
        found += _pictures(self._order.overdue(time.monotonic()))
        found += [(REPORTS, data, at) for data, at in _read(self._sockets[1], self._host)]
        return found

    def close(self) -> None:
        """Give the ports back; never fails."""
        for one in self._sockets:
            one.close()


def _pictures(packets: Iterable[tuple[bytes, float]]) -> list[Arrived]:
    return [(PICTURES, data, at) for data, at in packets]


def _read(one: socket.socket, host: str) -> list[tuple[bytes, float]]:
    found: list[tuple[bytes, float]] = []
    # A camera that is gone lets the kernel refuse what we sent: the next read says so, once.
    with suppress(BlockingIOError, ConnectionError):
        while len(found) < _AT_ONCE:
            data, sender = one.recvfrom(_DATAGRAM)
            if sender[0] == host:
                found.append((data, time.monotonic()))
    return found


def _pair(family: socket.AddressFamily) -> tuple[socket.socket, socket.socket]:
    """Bind an even port and the next one."""
    for _ in range(_TRIES):
        first = socket.socket(family, socket.SOCK_DGRAM)
        second = socket.socket(family, socket.SOCK_DGRAM)
        try:
            first.bind(("", 0))
            port = int(first.getsockname()[1])
            if port % 2 == 0:
                second.bind(("", port + 1))
                for one in (first, second):
                    one.setblocking(False)
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
                return first, second
        except OSError:
            pass
        first.close()
        second.close()
    raise NotUnderstood("there are no two free ports next to each other")
