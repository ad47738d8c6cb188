"""NAL units out of payloads, against the rig's own way of cutting them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rig.camera_b.payload import payloads

from sources.child.rtsp.description import Codec
from sources.child.rtsp.nal import cutter

HEADS: dict[Codec, bytes] = {"h264": b"\x65", "hevc": b"\x26\x01"}


@pytest.mark.parametrize("codec", ["h264", "hevc"])
@given(sizes=st.lists(st.integers(1, 5000), min_size=1, max_size=8), aggregate=st.booleans())
@settings(max_examples=60, deadline=None)
def test_units_come_back_whole(codec: Codec, sizes: list[int], aggregate: bool) -> None:
    """Single ones, joined ones and cut ones are what they were."""
    nals = tuple(HEADS[codec] + bytes(size) for size in sizes)
    one = cutter(codec)
    for payload in payloads(codec, nals, aggregate=aggregate):
        one.feed(payload)
    assert tuple(one.take()) == nals
    assert not one.broken


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_missing_fragment_is_noticed(codec: Codec) -> None:
    """Without its start, or its end, a fragmented unit is broken; the next one is not."""
    pieces = payloads(codec, (HEADS[codec] + bytes(4000),), aggregate=False)
    for kept in (pieces[1:], pieces[:-1]):
        one = cutter(codec)
        for payload in kept:
            one.feed(payload)
        one.take()
        assert one.broken


@pytest.mark.parametrize("codec", ["h264", "hevc"])
@given(st.lists(st.binary(max_size=30), max_size=20))
def test_any_payload_is_taken_or_broken(codec: Codec, payload: list[bytes]) -> None:
    """Nothing is raised, and no more comes out than went in."""
    one = cutter(codec)
    for part in payload:
        one.feed(part)
    assert sum(map(len, one.take())) <= sum(map(len, payload)) + len(payload)


@pytest.mark.parametrize("codec", ["h264", "hevc"])
@given(st.lists(st.binary(min_size=3, max_size=4), min_size=1, max_size=3))
def test_ordinary_is_what_need_not_be_looked_at(codec: Codec, nals: list[bytes]) -> None:
    """Parts of one picture, its first part first; no start, no parameter set, no message."""
    one = cutter(codec)
    if one.ordinary(nals):
        assert all(one.slice(nal) for nal in nals)
        assert not any(one.start(nal) or one.parameters(nal) for nal in nals)
        assert one.first(nals[0])


@pytest.mark.parametrize(
    ("unit", "starts"),
    [
        ("65 88", True),
        ("41 9a", False),
        ("06 06 01 c4 80", True),
        ("06 05 02 aa bb 06 01 c4 80", True),
        ("06 ff 01 01 aa 06 01 80 80", True),
        ("06 06 02 1f 10 80", False),
        ("06 05 ff 00 06 01 c4", False),
        ("06 06 00 80", False),
        ("06 06", False),
        ("06 ff ff ff", False),
        ("06", False),
    ],
)
def test_decoding_starts_at_an_idr_or_where_a_message_says_so(unit: str, starts: bool) -> None:
    """A recovery point counts if it is exact at once, wherever among messages it stands."""
    assert cutter("h264").start(bytes.fromhex(unit)) is starts
    assert cutter("h264").gradual(bytes.fromhex(unit)) is (
        unit in {"06 06 02 1f 10 80", "06 06 00 80"}
    )
