"""Passwords and addresses."""

import pytest

from sources.child.backend import Credential
from sources.credential import emptied, filled, unspoken, with_credential
from sources.errors import SourceRejected

USER, WORD = "ad min", "s:e@c%2F/r#t?"


@pytest.mark.parametrize(
    "url",
    [
        "rtsp://admin:c4nary@10.0.0.7/x",
        "rtsp://c4nary@10.0.0.7/x",
        "rtsp://admin:c4#nary@10.0.0.7/x",
        "rtsp://admin:12/c4nary@10.0.0.7/x",
        "rtsp://admin:12#c4nary@10.0.0.7:554/x",
        "rtsp://admin:12?c4nary@cam.lan/x",
        "http://10.0.0.7/cgi-bin/api.cgi?cmd=Snap&user=admin&password=c4nary",
        "http://10.0.0.7:88/cgi-bin/CGIStream.cgi?cmd=GetMJStream&usr=admin&pwd=c4nary",
        "http://10.0.0.7/video.cgi?loginuse=admin&loginpas=c4nary",
        "rtsp://10.0.0.7:554/user=admin&password=c4nary&channel=1&stream=0.sdp",
        "rtsp://10.0.0.7:554/user=admin_password=c4nary_channel=1_stream=0.sdp?real_stream",
        "http://10.0.0.7/x?password={user}c4nary",
    ],
)
def test_password_in_an_address_is_refused(url: str) -> None:
    """Wherever a maker puts it, and whatever letters it has; the way out is named, it is not."""
    with pytest.raises(ValueError, match="credential") as caught:
        unspoken(url)
    assert "nary" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "rtsp://10.0.0.7:554/cam@2",
        "rtsp://cam.lan/a@b:c",
        "rtsp://[fe80::1]:554/a@b",
        "http://10.0.0.7/snap?user={user}&password={password}",
        "rtsp://10.0.0.7/user={user}_password={password}_channel=1_stream=0.sdp?real_stream",
        "rtsp://10.0.0.7:554/user=admin&password=&channel=1&stream=0.sdp?",
        "http://10.0.0.7/bypass=1?compass=north",
    ],
)
def test_ordinary_addresses_pass(url: str) -> None:
    """An @ of the path, an empty password and room for one are no secrets."""
    assert unspoken(url) == url


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("rtsp://10.0.0.7/live#backchannel=0", "%23"),
        ("http://10.0.0.7/x?p={passwort}", "nothing else"),
        ("http://10.0.0.7/x?p={", "nothing else"),
        ("http://10.0.0.7/x?p=}", "nothing else"),
    ],
)
def test_what_reaches_no_camera_is_refused(url: str, word: str) -> None:
    """A fragment, as other programs put options there, and braces around anything else."""
    with pytest.raises(ValueError, match=word):
        unspoken(url)


def test_credential_is_put_where_there_is_room_for_it() -> None:
    """Encoded, so that none of its characters means anything; without room nothing changes."""
    known = Credential(USER, WORD)
    url = filled("http://h/x?u={user}&p={password}", known)
    assert url == "http://h/x?u=ad%20min&p=s%3Ae%40c%252F%2Fr%23t%3F"
    assert filled("http://h/x?y=1", known) == "http://h/x?y=1"
    for missing in (None, Credential("admin", None)):
        with pytest.raises(SourceRejected, match="set `credential`"):
            filled("http://h/x?p={password}", missing)


def test_credential_is_encoded_for_the_url() -> None:
    """Characters that mean something in a URL lose their meaning."""
    known = Credential(USER, WORD)
    url = with_credential("rtsp://h:554/x?y=1", known)
    assert url == "rtsp://ad%20min:s%3Ae%40c%252F%2Fr%23t%3F@h:554/x?y=1"
    assert with_credential("rtsp://h/{user}", known).endswith("@h/ad%20min")
    assert with_credential("rtsp://h/x", None) == "rtsp://h/x"
    assert with_credential("rtsp://h/x", Credential(None, None)) == "rtsp://h/x"


def test_password_that_a_camera_tells_us_is_taken_out_again() -> None:
    """Where its address spells ours, there is room for it instead; what only looks so stays."""
    known = Credential("admin", "p/w=1")
    url = emptied("rtsp://h/user=admin_password=p/w=1_channel=1?real", known)
    assert url == "rtsp://h/user=admin_password={password}_channel=1?real"
    assert emptied("rtsp://h/x?p=p%2Fw%3D1", known) == "rtsp://h/x?p={password}"
    assert emptied("rtsp://h/x?p=p/w=10", known) == "rtsp://h/x?p=p/w=10"
    assert emptied("rtsp://h/x?p=1", Credential("admin", None)) == "rtsp://h/x?p=1"
