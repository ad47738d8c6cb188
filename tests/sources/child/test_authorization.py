"""How a password is offered."""

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.child.authorization import Authorization, read

REALM = 'Digest realm="cam", nonce="abc"'


def fields(header: str) -> dict[str, str]:
    """Read a header of ours."""
    return dict(re.findall(r'(\w+)="?([^",]*)"?', header.removeprefix("Digest ")))


def test_before_a_challenge_nothing_is_said() -> None:
    """The password leaves only when it is asked for."""
    assert Authorization("u", "p").header("DESCRIBE", "rtsp://h/x") == ""


def test_rfc_7616_example_answers() -> None:
    """SHA-256 is chosen over MD5 and Basic, and the answer is the one of RFC 7616, 3.9.1."""
    known = Authorization("Mufasa", "Circle of Life")
    asked = 'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={}, nonce="n"'
    assert known.learn(["Basic realm=x", asked.format("MD5"), asked.format("SHA-256")])
    said = fields(known.header("GET", "/dir/index.html"))

    def digest(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()

    who = digest("Mufasa:http-auth@example.org:Circle of Life")
    what = digest("GET:/dir/index.html")
    assert said["response"] == digest(f"{who}:n:00000001:{said['cnonce']}:auth:{what}")
    assert said["algorithm"] == "SHA-256"


def test_count_rises_and_next_nonce_starts_anew() -> None:
    """Each use of a nonce has its number; a nonce handed over beforehand is used from then on."""
    known = Authorization("u", "p")
    known.learn([REALM + ', qop="auth"'])
    assert fields(known.header("A", "x"))["nc"] == "00000001"
    assert fields(known.header("A", "x"))["nc"] == "00000002"
    known.accepted('nextnonce="def"')
    said = fields(known.header("A", "x"))
    assert (said["nonce"], said["nc"]) == ("def", "00000001")


@pytest.mark.parametrize(("stale", "worked", "again"), [(0, 0, 0), (1, 0, 1), (0, 1, 1)])
def test_wrong_password_is_not_tried_again(stale: bool, worked: bool, again: bool) -> None:
    """A second 401 ends it, unless the nonce grew stale or had worked: accounts get locked."""
    known = Authorization("u", "p")
    assert known.learn([REALM])
    if worked:
        known.accepted()
    assert known.learn([REALM + (", stale=true" if stale else "")]) == again


def test_what_we_do_not_speak_is_not_answered() -> None:
    """Only integrity, unknown digests and other schemes leave the password at home."""
    for header in ("Bearer", REALM + ', qop="auth-int"', REALM + ", algorithm=SHA-512-256", ""):
        assert not Authorization("u", "p").learn([header])


@given(st.text())
def test_any_header_can_be_read(header: str) -> None:
    """A challenge is read or worth nothing; nothing is raised."""
    assert read(header).rank in {-1, 0, 1, 2}
