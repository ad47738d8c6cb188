"""What the child remembers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.child.handover import Dated
from sources.child.ring import PacketRing, PictureRing
from sources.testing.scripted import ScriptedPacket, ScriptedPicture


@pytest.mark.fault("F64")
def test_picture_ring_keeps_the_last_ones_by_index() -> None:
    """An index that left is gone; a neighbour is never given instead (F64)."""
    ring = PictureRing(3)
    for index in (2, 5, 9, 11):
        picture = ScriptedPicture(1, index, 64, 48, 0.0, corrupt=False)
        ring.add(Dated(picture, index, 0.0, 0.0))
    found = ring.find(5)
    assert found is not None
    assert found.index == 5
    assert ring.find(2) is None
    assert ring.find(10) is None
    assert len(ring) == 3


def test_picture_ring_lets_needed_pictures_leave_last() -> None:
    """A frame somebody still works on stays while later ones come and go; the limit holds."""
    ring = PictureRing(3)
    for index in range(10):
        picture = ScriptedPicture(1, index, 64, 48, 0.0, corrupt=False)
        ring.add(Dated(picture, index, 0.0, 0.0), needed={0, 1})
    assert [index for index in range(10) if ring.find(index)] == [0, 1, 9]
    for index in (10, 11):
        picture = ScriptedPicture(1, index, 64, 48, 0.0, corrupt=False)
        ring.add(Dated(picture, index, 0.0, 0.0), needed={0, 1, 9, 10})
    assert [index for index in range(12) if ring.find(index)] == [9, 10, 11]


@given(st.integers(0, 500), st.lists(st.tuples(st.integers(1, 200), st.booleans()), max_size=80))
def test_packet_ring_stays_within_its_bytes(limit: int, packets: list[tuple[int, bool]]) -> None:
    """It never holds more than its limit, counts what left, and begins where decoding can start."""
    ring = PacketRing(limit)
    for number, (size, idr) in enumerate(packets):
        ring.add(ScriptedPacket(number, 0.0, 0.0, size=size, idr=idr))
        kept = list(ring)
        assert ring.held == sum(packet.size for packet in kept) <= limit
        assert not kept or kept[0].idr
        if limit:
            assert ring.dropped + len(ring) == number + 1


def test_what_came_since_a_moment_begins_where_decoding_could_start_then() -> None:
    """The group of that moment comes whole; where it left, the first one that is there."""
    ring = PacketRing(1000)
    for number in range(12):
        ring.add(ScriptedPacket(number, 0.0, float(number), size=10, idr=number % 4 == 0))
    for moment, first in ((11.0, 8), (8.0, 8), (7.9, 4), (4.0, 4), (-5.0, 0)):
        assert [packet.arrival for packet in ring.since(moment)] == [*range(first, 12)]
    assert PacketRing(1000).since(0.0) == []


def test_packet_ring_of_no_bytes_keeps_nothing() -> None:
    """Zero is off, not unbounded."""
    ring = PacketRing(0)
    ring.add(ScriptedPacket(0, 0.0, 0.0))
    assert len(ring) == 0
