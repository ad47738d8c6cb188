"""RTP over UDP: ports and order."""

import socket
import struct
import time

from sources.child.rtsp.datagrams import HELD, MOST_HELD, PICTURES, REPORTS, Datagrams, Order
from sources.child.rtsp.packet import rtp

SOURCE = 7


def packet(sequence: int, source: int = SOURCE) -> bytes:
    """Write a packet that holds its own number."""
    head = struct.pack("!BBHII", 0x80, 96, sequence & 0xFFFF, 0, source)
    return head + struct.pack("!I", sequence)


def fed(order: Order, *sequences: int, at: float = 0.0, source: int = SOURCE) -> list[int]:
    """Feed packets; return the numbers of those that may go on."""
    found: list[int] = []
    for sequence in sequences:
        data = packet(sequence, source)
        read = rtp(data)
        assert read is not None
        found += numbers(order.feed(read, data, at))
    return found


def numbers(given: list[tuple[bytes, float]]) -> list[int]:
    """Read the numbers of packets."""
    return [struct.unpack_from("!I", data, 12)[0] for data, _ in given]


def test_packets_in_order_wait_for_nothing() -> None:
    """What comes in order goes on at once, also where the numbers begin again."""
    order = Order()
    assert fed(order, 65_534, 65_535, 65_536, 65_537) == [65_534, 65_535, 65_536, 65_537]
    assert order.due is None


def test_what_overtook_another_waits_for_it() -> None:
    """Packets that changed places are put right."""
    order = Order()
    assert fed(order, 1, 3, 4) == [1]
    assert order.due == HELD
    assert fed(order, 2, 5) == [2, 3, 4, 5]
    assert order.due is None


def test_what_is_lost_is_waited_for_briefly() -> None:
    """Behind a gap it goes on when the time is up, and the late one goes on as it comes."""
    order = Order()
    assert fed(order, 1, 3, at=5.0) == [1]
    assert fed(order, 4, at=5.01) == []
    assert numbers(order.overdue(5.0 + HELD / 2)) == []
    assert numbers(order.overdue(5.0 + HELD)) == [3, 4]
    assert fed(order, 2, 5) == [2, 5]


def test_two_gaps_are_two_waits() -> None:
    """Who waits behind a second gap waits for that one by itself."""
    order = Order()
    assert fed(order, 1, 3, at=1.0) == [1]
    assert fed(order, 5, at=1.05) == []
    assert numbers(order.overdue(1.0 + HELD)) == [3]
    assert order.due == 1.05 + HELD


def test_no_more_wait_than_there_is_room_for() -> None:
    """A flood behind a gap goes on before its time."""
    order = Order()
    assert fed(order, 1) == [1]
    waiting = range(3, 4 + MOST_HELD)
    assert fed(order, *waiting) == list(waiting)


def test_another_sender_starts_anew() -> None:
    """With a new source its numbers count, after what was still held of the old one."""
    order = Order()
    assert fed(order, 100, 102) == [100]
    assert fed(order, 5, 6, source=8) == [102, 5, 6]


def test_ports_are_neighbours_and_only_the_camera_is_heard() -> None:
    """Pictures come in on the even port, reports on the odd one, strangers not at all."""
    datagrams = Datagrams("127.0.0.1")
    pictures, reports = datagrams.ports
    assert (pictures % 2, reports) == (0, pictures + 1)
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as camera,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger,
    ):
        camera.bind(("127.0.0.1", 0))
        stranger.bind(("127.0.0.2", 0))
        stranger.sendto(packet(1), ("127.0.0.1", pictures))
        camera.sendto(packet(2), ("127.0.0.1", pictures))
        camera.sendto(b"report", ("127.0.0.1", reports))
        camera.sendto(b"no packet", ("127.0.0.1", pictures))
        got: list[tuple[int, bytes]] = []
        ends = time.monotonic() + 5
        while len(got) < 2 and time.monotonic() < ends:
            got += [(channel, data) for channel, data, _ in datagrams.receive(0.2)]
        assert sorted(got) == [(PICTURES, packet(2)), (REPORTS, b"report")]
        datagrams.greet((camera.getsockname()[1], camera.getsockname()[1]))
        camera.settimeout(5)
        assert {camera.recv(100)[0] >> 6 for _ in range(2)} == {2}
    datagrams.close()


def test_whoever_else_speaks_ends_the_wait() -> None:
    """The connection over which the session is kept may have something to say."""
    datagrams = Datagrams("127.0.0.1")
    ours, theirs = socket.socketpair()
    with ours, theirs:
        datagrams.watch(ours.fileno())
        assert datagrams.receive(0.0) == []
        assert not datagrams.spoken
        theirs.send(b"x")
        began = time.monotonic()
        assert datagrams.receive(20.0) == []
        assert datagrams.spoken
        assert time.monotonic() - began < 15
    datagrams.close()
