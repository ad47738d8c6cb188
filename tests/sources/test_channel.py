"""Framed messages."""

import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.channel import MAX_BLOB, BlockingChannel, ChannelBroken, Unpacker, pack
from sources.message import Ended, Gone, from_child


@given(st.lists(st.binary(max_size=300), max_size=5), st.integers(1, 64))
def test_frames_survive_any_cutting(blobs: list[bytes], step: int) -> None:
    """Whatever the sizes in which bytes arrive, the same frames come out."""
    stream = b"".join(pack(Gone(id=i, index=i), blob) for i, blob in enumerate(blobs))
    unpacker = Unpacker()
    frames = [
        frame
        for start in range(0, len(stream), step)
        for frame in unpacker.feed(stream[start : start + step])
    ]
    assert [frame.blob for frame in frames] == blobs
    assert [from_child.validate_json(frame.text) for frame in frames] == [
        Gone(id=i, index=i) for i in range(len(blobs))
    ]
    assert not unpacker.within_frame


def test_unpacker_knows_a_torn_frame() -> None:
    """A stream that ends within a frame is noticed."""
    unpacker = Unpacker()
    assert unpacker.feed(pack(Gone(id=1, index=1))[:-1]) == []
    assert unpacker.within_frame


@pytest.mark.parametrize("lengths", [(1 << 30, 0), (2, MAX_BLOB + 1), (2**32 - 1, 2**32 - 1)])
def test_unpacker_refuses_lengths_above_the_cap(lengths: tuple[int, int]) -> None:
    """A gigabyte is refused from its announcement, before anything is allocated."""
    with pytest.raises(ChannelBroken, match="above the cap"):
        Unpacker().feed(struct.pack("!II", *lengths))


def test_blocking_channel_receives_in_order_and_notices_the_end() -> None:
    """Frames sent at once come one by one, `pending` tells of them, then comes None."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        channel = BlockingChannel(theirs)
        ours.sendall(pack(Gone(id=1, index=1)) + pack(Gone(id=2, index=2), b"x"))
        first = channel.receive()
        assert first is not None
        assert channel.pending
        second = channel.receive()
        assert second is not None
        assert second.blob == b"x"
        assert not channel.pending
        ours.shutdown(socket.SHUT_WR)
        assert channel.receive() is None


def test_blocking_channel_sends_what_the_unpacker_reads() -> None:
    """What one side sends is what the other side unpacks."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        BlockingChannel(theirs).send(Gone(id=3, index=4), b"bytes")
        frames = Unpacker().feed(ours.recv(4096))
    assert [(from_child.validate_json(f.text), f.blob) for f in frames] == [
        (Gone(id=3, index=4), b"bytes")
    ]
    assert Ended.model_fields["kind"].default == "ended"
