"""Cutting a camera's bytes into pieces, however they arrive."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.child.rtsp.errors import Garbled
from sources.child.rtsp.wire import MOST_HEAD, MOST_SKIPPED, Message, Piece, Wire

ANSWER = b"RTSP/1.0 200 OK\r\nCSeq: 3\r\nContent-Length: 4\r\nX:  y \r\n\r\nbody"
ASKED = b"OPTIONS * RTSP/1.0\r\nCSeq: 9\r\n\r\n"


def framed(channel: int, payload: bytes) -> bytes:
    """Frame a packet for the connection."""
    return b"$" + bytes((channel,)) + len(payload).to_bytes(2, "big") + payload


def all_of(data: bytes, cuts: list[int]) -> tuple[list[Piece], Wire]:
    """Feed data in portions."""
    wire, pieces, last = Wire(), [], 0
    for cut in [*sorted(cut % (len(data) + 1) for cut in cuts), len(data)]:
        pieces += wire.feed(data[last:cut])
        last = cut
    return pieces, wire


PACKETS = st.lists(st.binary(min_size=0, max_size=40).map(lambda tail: b"\x80" + tail), max_size=6)


@given(packets=PACKETS, cuts=st.lists(st.integers(0, 10_000), max_size=12))
@settings(max_examples=150, deadline=None)
def test_pieces_do_not_depend_on_where_tcp_cuts(packets: list[bytes], cuts: list[int]) -> None:
    """Packets, an answer with a body and a request come out whole, in order, nothing left."""
    data = b"".join(framed(number % 2, one) for number, one in enumerate(packets))
    pieces, wire = all_of(ASKED + data + ANSWER + data, cuts)
    found = [piece for piece in pieces if not isinstance(piece, Message)]
    assert [payload for _, payload in found] == packets * 2
    messages = [piece for piece in pieces if isinstance(piece, Message)]
    assert [message.status for message in messages] == [0, 200]
    assert messages[1].body == b"body"
    assert messages[1].get("x") == "y"
    assert (wire.held, wire.skipped) == (0, 0)


def _no_piece(data: bytes) -> bool:
    return b"$" not in data and b"RTSP/1." not in data


@given(garbage=st.binary(min_size=1, max_size=64).filter(_no_piece))
@settings(max_examples=100, deadline=None)
def test_garbage_between_frames_is_skipped(garbage: bytes) -> None:
    """The next packet is found again and what was passed over is counted."""
    pieces, wire = all_of(b"\0" + garbage + b"\0" + framed(0, b"\x80rest"), [])
    assert pieces == [(0, b"\x80rest")]
    assert wire.skipped == len(garbage) + 2


@given(portions=st.lists(st.binary(max_size=300), max_size=30))
@settings(max_examples=200, deadline=None)
def test_nothing_but_its_own_error(portions: list[bytes]) -> None:
    """Whatever comes, it is taken or Garbled, and what is held stays small."""
    wire = Wire()
    try:
        for portion in portions:
            wire.feed(portion)
            assert wire.held <= 300 * 30
    except Garbled:
        pass


@pytest.mark.parametrize(
    "flood",
    [
        b"RTSP/1.0 200 OK\r\n" + b"a: b\r\n" * (MOST_HEAD // 6 + 9),
        b"\0" * (MOST_SKIPPED + 2),
        b"RTSP/1.0 200 OK\r\nContent-Length: 999999999\r\n\r\n",
        b"RTSP/1.0 what\r\n\r\n",
    ],
)
def test_what_has_no_end_is_no_rtsp(flood: bytes) -> None:
    """A head without end, a gigabyte of body or garbage is refused, not collected."""
    with pytest.raises(Garbled):
        all_of(flood, [5, 700])
