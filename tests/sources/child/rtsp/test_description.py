"""Session descriptions."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.child.rtsp.description import read
from sources.child.rtsp.errors import NotUnderstood

H264 = """v=0
a=control:*
m=audio 0 RTP/AVP 0
a=control:audio
m=video 0 RTP/AVP 96
a=rtpmap:96 H264/90000
a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0IAHg==,aM48gA==
a=framerate:12.5
a=control:{}
"""


@pytest.mark.parametrize(
    ("base", "control", "address"),
    [
        ("rtsp://h/x/", "trackID=1", "rtsp://h/x/trackID=1"),
        ("rtsp://h/x", "trackID=1", "rtsp://h/x/trackID=1"),
        ("rtsp://h/x?a=b", "video", "rtsp://h/x?a=b/video"),
        ("rtsp://h/x", "rtsp://10.0.0.9/y/1", "rtsp://10.0.0.9/y/1"),
        ("rtsp://h/x", "*", "rtsp://h/x"),
    ],
)
def test_addresses_follow_from_the_base(base: str, control: str, address: str) -> None:
    """Relative, absolute and absent ones."""
    track = read(H264.format(control), base)
    assert (track.control, track.session) == (address, base)
    assert (track.codec, track.payload, track.rate, track.fps) == ("h264", 96, 90_000, 12.5)
    assert track.sets == (b"\x67\x42\x00\x1e", b"\x68\xce\x3c\x80")
    assert track.media == ("audio PCMU", "video H264")


def test_h265_names_its_sets_apart() -> None:
    """VPS, SPS and PPS come in the order in which a decoder wants them."""
    text = (
        "m=video 0 RTP/AVP 97\na=rtpmap:97 H265/90000\n"
        "a=fmtp:97 sprop-pps=RAHB;sprop-sps=QgEB;sprop-vps=QAEM\n"
    )
    track = read(text, "rtsp://h/x")
    assert track.codec == "hevc"
    assert [nal[0] >> 1 for nal in track.sets] == [32, 33, 34]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "m=audio 0 RTP/AVP 0\n",
        "m=video 0 RTP/AVP 26\n",
        "m=video 0 RTP/SAVP 96\na=rtpmap:96 H264/90000\n",
        "m=video 0 RTP/AVP 96\na=rtpmap:96 JPEG/90000\n",
        "m=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\na=fmtp:96 packetization-mode=2\n",
    ],
)
def test_what_is_more_than_we_speak_is_said(text: str) -> None:
    """Another reader may."""
    with pytest.raises(NotUnderstood):
        read(text, "rtsp://h/x")


@given(st.text(), st.text(max_size=20))
def test_any_text_is_understood_or_not(tail: str, control: str) -> None:
    """Nothing but its own error comes out, whatever stands in it."""
    for text in (tail, H264.format(control) + tail):
        with suppress(NotUnderstood):
            read(text, "rtsp://h/x")
