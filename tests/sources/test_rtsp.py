"""RTSP cameras: a real server, real refusals, real silence; through a real child."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from rig.answering import Answering
from rig.certificate import make_certificate
from rig.child import UNIT, Child, HungUp
from rig.clip import Clip
from rig.proxy import Proxy
from rig.rtsp_server import RtspServer, free_port

from sources.message import Failed, Given, State, StreamInfo
from sources.rtsp import RtspConfig
from sources.testing import read

RTSP = "sources.rtsp:RtspSource"
USER, WORD = "ad min", "s:e@c%2F/r#t?"


@pytest.fixture(scope="module")
def footage(clips: Path) -> Path:
    """Make twelve seconds to be served, an IDR twice a second."""
    return Clip(frames=300, width=320, height=240, gop=12).write(clips / "served.mp4")


@pytest.fixture(scope="module")
def server(footage: Path) -> Iterator[RtspServer]:
    """Serve it to everybody."""
    with RtspServer(footage) as running:
        yield running


def refused(url: str, config: dict[str, Any] | None = None, **options: str) -> Failed:
    """Open what cannot be opened; check the child's last words and its end."""
    with Child() as child:
        child.open(RTSP, {"url": url, **(config or {})}, **options)
        failed = child.wait_for(Failed)
        assert child.exit_code() == 1
        with pytest.raises(HungUp):
            child.wait(lambda _: False)
        last = [message for message in child.messages if isinstance(message, State)][-1]
        assert last.state == ("stalled" if failed.remedy == "unavailable" else "refused")
        assert WORD not in child.errors() + failed.reason
    return failed


@pytest.mark.rtsp
@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_camera_is_followed(server: RtspServer, transport: str) -> None:
    """Pictures come in real time and in order, each as fresh as it can be, and then TEARDOWN."""
    with Child() as child:
        child.open(RTSP, {"url": server.url, "transport": transport})
        given = []
        for _ in range(25):
            answer = child.next()
            assert isinstance(answer, Given)
            assert time.monotonic() - answer.arrival < 0.5 * UNIT
            given.append(answer)
        numbers = [read(child.picture(answer)) for answer in given[-1:]]
        assert numbers[0] is not None
        assert [answer.time for answer in given] == sorted(answer.time for answer in given)
        info = child.wait_for(StreamInfo)
        assert info.details["reader"] == "own"
        assert (info.codec, info.width, info.height) == ("h264", 320, 240)
    assert child.process.returncode == 0
    server.wait_for_viewers(0)


@pytest.mark.rtsp
@pytest.mark.parametrize("pixels", ["I420", "Y42B"])
def test_mjpeg_is_left_to_libav(pixels: str) -> None:
    """MJPEG over RTP, in both layouts that RFC 2435 can carry, is followed by FFmpeg's reader."""
    camera = (
        "( videotestsrc is-live=true "
        f"! video/x-raw,format={pixels},width=320,height=240,framerate=15/1 "
        "! jpegenc ! rtpjpegpay name=pay0 pt=26 )"
    )
    with RtspServer(camera) as server:
        with Child() as child:
            child.open(RTSP, {"url": server.url})
            for _ in range(10):
                given = child.next()
                assert isinstance(given, Given)
                assert (given.full_width, given.full_height) == (320, 240)
            info = child.wait_for(StreamInfo)
            assert (info.codec, info.details["reader"]) == ("mjpeg", "libav")
            assert "JPEG" in str(info.details["reader_reason"])
        failed = refused(server.url, {"reader": "own"})
    assert failed.remedy == "rejected"
    assert "set `reader: auto`" in failed.reason


@pytest.mark.rtsp
def test_no_picture_is_lost_while_the_stream_is_probed(clips: Path) -> None:
    """A camera that sends its IDR at once and then none for long is seen from that IDR on."""
    once = Clip(frames=200, width=320, height=240, gop=200).write(clips / "one-idr.mp4")
    with RtspServer(once) as server, Child() as child:
        child.open(RTSP, {"url": server.url})
        given = child.next()
        assert isinstance(given, Given)
        assert read(child.picture(given)) == (1, given.index)


@pytest.mark.rtsp
@pytest.mark.parametrize("reader", ["own", "libav"])
@pytest.mark.fault("F02")
def test_silence_midway_is_noticed(server: RtspServer, reader: str) -> None:
    """A camera that freezes with its connection open is given up after the read timeout (F02)."""
    with Child() as child:
        child.open(RTSP, {"url": server.url, "reader": reader, "read_timeout": 1})
        assert isinstance(child.next(), Given)
        server.stop()
        stopped = time.monotonic()
        try:
            failed = child.wait_for(Failed)
        finally:
            server.resume()
        assert time.monotonic() - stopped < 2 + UNIT
        assert failed.remedy == "unavailable"
        assert "silent" in failed.reason
        assert failed.counts.decoded > 0
        assert child.exit_code() == 1


@pytest.mark.rtsp
@pytest.mark.parametrize("reader", ["own", "libav"])
@pytest.mark.fault("F03")
def test_camera_that_goes_away_is_noticed(footage: Path, reader: str) -> None:
    """A killed server, and one that ends the stream, are unavailable, not a bug (F03)."""
    with RtspServer(footage) as server, Child() as child:
        child.open(RTSP, {"url": server.url, "reader": reader})
        assert isinstance(child.next(), Given)
        server.kill()
        failed = child.wait_for(Failed)
        assert failed.remedy == "unavailable"
        server.start()
        with Child() as again:
            again.open(RTSP, {"url": server.url, "reader": reader})
            assert isinstance(again.next(), Given)


@pytest.mark.rtsp
@pytest.mark.parametrize(("scheme", "transport"), [("digest", "tcp"), ("basic", "udp")])
def test_password_opens_the_camera(footage: Path, scheme: Any, transport: str) -> None:
    """The right one with odd characters is let in; a wrong one and none are told apart."""
    with RtspServer(footage, user=USER, password=WORD, scheme=scheme) as server:
        with Child() as child:
            config = {"url": server.url, "transport": transport}
            child.open(RTSP, config, user=USER, secret=WORD)
            assert isinstance(child.next(), Given)
            assert child.wait_for(StreamInfo).details["transport"] == transport
            command = Path(f"/proc/{child.process.pid}/cmdline").read_text()
            assert WORD not in command
        wrong = refused(server.url, user=USER, secret=WORD + "x")
        assert wrong.remedy == "rejected"
        assert "check the credential" in wrong.reason
        none = refused(server.url)
        assert "set `credential`" in none.reason


@pytest.mark.rtsp
def test_encrypted_camera_is_believed_by_its_certificate(footage: Path, tmp_path: Path) -> None:
    """RTSPS opens with the camera's certificate or unchecked on request, else nothing is sent."""
    theirs, other = (make_certificate(tmp_path, name) for name in ("localhost", "elsewhere"))
    with RtspServer(footage, certificate=theirs, user=USER, password=WORD) as server:
        for trust in ({"ca": str(theirs)}, {"insecure": True, "transport": "udp"}):
            with Child() as child:
                child.open(RTSP, {"url": server.url, **trust}, user=USER, secret=WORD)
                assert isinstance(child.next(), Given)
        for mistrust in ({}, {"ca": str(other)}):
            failed = refused(server.url, dict(mistrust), user=USER, secret=WORD)
            assert failed.remedy == "rejected"
            assert "certificate is not believed" in failed.reason
    with RtspServer(footage, certificate=other) as server:
        failed = refused(server.url, {"ca": str(other)})
        assert "mismatch" in failed.reason


@pytest.mark.rtsp
def test_unknown_path_is_rejected(server: RtspServer) -> None:
    """A person must correct the url."""
    failed = refused(server.url + "x")
    assert failed.remedy == "rejected"
    assert "404" in failed.reason


@pytest.mark.rtsp
@pytest.mark.fault("F63")
def test_nobody_asks_and_nothing_is_converted(server: RtspServer) -> None:
    """The child keeps up with its camera, converts nothing, and gives the newest at once (F63)."""
    with Child() as child:
        child.open(RTSP, {"url": server.url})
        pulse = child.wait(
            lambda m: getattr(getattr(m, "counts", None), "decoded", 0) >= 50, deadline=20
        )
        counts = getattr(pulse, "counts", None)
        assert counts is not None
        assert counts.converted == 0
        assert counts.superseded == counts.decoded - 1
        answer = child.next()
        assert isinstance(answer, Given)
        assert time.monotonic() - answer.arrival < 0.2 * UNIT


@pytest.mark.rtsp
@pytest.mark.parametrize("reader", ["own", "libav"])
@pytest.mark.fault("F04")
def test_cut_connections_leave_an_honest_end(server: RtspServer, reader: str) -> None:
    """Whether it is cut while opening or later, the child says so and goes (F04)."""
    for cut in (50, 700, 20_000):
        with Proxy(server.port, cut_after=cut) as proxy, Child() as child:
            url = f"rtsp://127.0.0.1:{proxy.port}/stream"
            child.open(RTSP, {"url": url, "reader": reader, "open_timeout": 1, "read_timeout": 1})
            assert child.wait_for(Failed).remedy == "unavailable"
            assert child.exit_code() == 1


@pytest.mark.parametrize("reader", ["own", "libav"])
@pytest.mark.fault("F01")
def test_silent_camera_is_given_up_in_time(reader: str) -> None:
    """One that accepts and says nothing fails within twice the timeout and a second (F01)."""
    with Answering() as camera:
        started = time.monotonic()
        failed = refused(camera.url, {"reader": reader, "open_timeout": 1, "read_timeout": 1})
        assert time.monotonic() - started < 3 * UNIT
    assert failed.remedy == "unavailable"
    assert "silent" in failed.reason


def test_open_timeout_counts_alone_while_opening() -> None:
    """A long read timeout does not prolong opening."""
    with Answering() as camera:
        started = time.monotonic()
        refused(camera.url, {"open_timeout": 0.5, "read_timeout": 30})
        assert time.monotonic() - started < 3 * UNIT


@pytest.mark.parametrize(
    ("status", "remedy", "words"),
    [
        ("403 Forbidden", "rejected", "403"),
        ("453 Not Enough Bandwidth", "busy", "too many viewers"),
        ("500 Internal Server Error", "unavailable", "5xx"),
        ("400 Bad Request", "rejected", "400"),
    ],
)
@pytest.mark.parametrize("reader", ["own", "libav"])
@pytest.mark.fault("F05")
def test_refusals_have_names(status: str, remedy: str, words: str, reader: str) -> None:
    """Each answer of a camera leads to its own words and remedy, with either reader (F05)."""
    with Answering(status) as camera:
        failed = refused(camera.url, {"reader": reader})
    assert failed.remedy == remedy
    assert words in failed.reason


@pytest.mark.fault("F05")
def test_sha256_only_camera_is_recognised_by_libav() -> None:
    """It is not the password's fault, and that is said (F05)."""
    challenge = 'WWW-Authenticate: Digest realm="cam", nonce="1", algorithm=SHA-256'
    with Answering("401 Unauthorized", (challenge,)) as camera:
        failed = refused(camera.url, {"reader": "libav"}, user=USER, secret=WORD)
    assert failed.remedy == "rejected"
    assert "SHA-256" in failed.reason


def test_what_is_no_camera_is_unavailable() -> None:
    """A port nobody listens on, and one that babbles, are told apart."""
    assert "connection refused" in refused(f"rtsp://127.0.0.1:{free_port()}/x").reason
    with Answering(raw=b"SSH-2.0-OpenSSH_9.2\r\n\r\n") as other:
        assert refused(other.url, {"open_timeout": 1, "read_timeout": 1}).remedy == "unavailable"


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.7/x",
        "file:///etc/passwd",
        "rtsp://",
        "rtsp://10.0.0.7:0/x",
        "rtsp://10.0.0.7:99999/x",
        "concat:rtsp://10.0.0.7/x",
        "rtsp://10.0.0.7/x\r\nRange: 1",
        "rtsp://10.0.0.7/a b",
        "rtsp://169.254.169.254/latest/meta-data",
    ],
)
@pytest.mark.fault("F54")
def test_other_urls_are_refused(url: str) -> None:
    """Only cameras are opened (F54)."""
    with pytest.raises(ValidationError):
        RtspConfig(url=url)


@pytest.mark.parametrize("url", ["rtsp://admin:canary@10.0.0.7/x", "rtsp://canary@10.0.0.7/x"])
def test_password_in_the_url_is_refused_with_advice(url: str) -> None:
    """The way out is named, and the password is not repeated."""
    with pytest.raises(ValidationError, match="credential") as caught:
        RtspConfig(url=url)
    assert "canary" not in str(caught.value)
