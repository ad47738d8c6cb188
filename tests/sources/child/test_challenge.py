"""How a camera asks for the password."""

import pytest
from rig.answering import Answering
from rig.rtsp_server import free_port

from sources.child.challenge import only_sha256, speaks_sha256_only

SHA = 'Digest realm="cam", nonce="1", algorithm=SHA-256'
MD5 = 'Digest realm="cam", nonce="1", algorithm="MD5"'


@pytest.mark.parametrize(
    ("offers", "only"),
    [
        ((SHA,), True),
        ((SHA, SHA + "-sess"), True),
        ((SHA, MD5), False),
        ((SHA, 'Basic realm="cam"'), False),
        (('Digest realm="cam", nonce="1"',), False),
        ((), False),
    ],
)
def test_only_sha256_is_recognised(offers: tuple[str, ...], only: bool) -> None:
    """One offer that FFmpeg can take is enough to make it the password's fault."""
    answer = "RTSP/1.0 401 Unauthorized\r\n"
    answer += "".join(f"WWW-Authenticate: {offer}\r\n" for offer in offers)
    assert only_sha256(answer) is only


def test_camera_is_asked_without_a_password() -> None:
    """A server with that challenge is recognised; one that is gone or babbles is not."""
    with Answering("401 Unauthorized", (f"WWW-Authenticate: {SHA}",)) as camera:
        assert speaks_sha256_only(camera.url)
        assert b"Authorization" not in camera.requests[0]
    with Answering(raw=b"\x00" * 20000) as camera:
        assert not speaks_sha256_only(camera.url)
    assert not speaks_sha256_only(f"rtsp://127.0.0.1:{free_port()}/x")
    assert not speaks_sha256_only("rtsps://127.0.0.1/x")
