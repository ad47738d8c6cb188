"""RTP headers and sender reports."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.child.rtsp.packet import rtp, says_goodbye, sender_report


def test_header_with_everything_in_it() -> None:
    """Contributing sources, an extension and padding are stepped over."""
    head = struct.pack("!BBHII", 0xB2, 0xE0, 7, 9, 5)
    data = head + bytes(8) + struct.pack("!HHI", 0xBEDE, 1, 0) + b"payload" + b"\0\0\3"
    packet = rtp(data)
    assert packet is not None
    assert packet == (True, 96, 7, 9, 5, b"payload")


def test_report_within_a_compound() -> None:
    """It is found behind others; fractions of seconds count."""
    other = struct.pack("!BBHI", 0x80, 201, 1, 5)
    report = struct.pack("!BBHI5I", 0x80, 200, 6, 5, 2_208_988_800 + 1000, 1 << 31, 77, 0, 0)
    found = sender_report(other + report)
    assert found is not None
    assert found.stamp == 77
    assert found.unix == pytest.approx(1000.5)
    assert says_goodbye(other + struct.pack("!BBHI", 0x81, 203, 1, 5))
    assert not says_goodbye(other)


@given(st.binary(max_size=80))
def test_any_bytes_are_a_packet_or_none(data: bytes) -> None:
    """Nothing is raised, and no payload is longer than what came."""
    for start in (data, b"\xbf\x60" + data):
        packet = rtp(start)
        assert packet is None or len(packet.payload) <= len(start)
        sender_report(start)
        says_goodbye(start)
