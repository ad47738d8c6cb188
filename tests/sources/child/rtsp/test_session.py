"""The conversation with a camera."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from rig.answering import Answering
from rig.camera_b import CameraB, Login, Script
from rig.camera_b.payload import Footage, footage
from rig.clip import Clip

from sources.child.authorization import Authorization
from sources.child.rtsp.connection import Connection, Target
from sources.child.rtsp.errors import NotUnderstood
from sources.child.rtsp.session import Session
from sources.child.rtsp.wire import Message
from sources.errors import SourceBusy, SourceRejected, SourceUnavailable

USER, WORD = "ad min", 's:e@c%2F/"r#t?'


@pytest.fixture(scope="module")
def clip(clips: Path) -> Footage:
    """Make a second of pictures."""
    return footage(Clip(frames=25, width=160, height=120).write(clips / "second.mp4"))


@contextmanager
def conversation(
    camera: CameraB, word: str | None = None, ports: tuple[int, int] | None = None
) -> Iterator[Session]:
    """Connect; nothing is said yet."""
    known = None if word is None else Authorization(USER, word)
    with closing(Connection(Target(("127.0.0.1",), camera.port, 5.0))) as connection:
        yield Session(connection, camera.url, known, ports)


def opened(camera: CameraB, word: str | None = None) -> None:
    """Open the stream and hang up."""
    with conversation(camera, word) as session:
        session.open()


def test_track_is_found_and_played(clip: Footage) -> None:
    """The video among the media is set up, played, and given back at the end."""
    with CameraB(clip) as camera, conversation(camera) as session:
        track = session.open()
        assert (track.codec, track.fps) == ("h264", 25.0)
        assert set(track.sets) == set(clip.sets)
        session.close()
    methods = [request.method for request in camera.requests]
    assert methods[:4] == ["OPTIONS", "DESCRIBE", "SETUP", "PLAY"]


def test_udp_is_asked_for_with_our_ports(clip: Footage) -> None:
    """The camera is told where to send to, and where it sends from is understood."""
    script = Script(transport="RTP/AVP;unicast;client_port=6000-6001;server_port=7000-7001")
    with CameraB(clip, script) as camera:
        with conversation(camera, ports=(6000, 6001)) as session:
            session.open()
            assert session.theirs == (7000, 7001)
        (asked,) = camera.asked("SETUP")
        assert asked.headers["transport"] == "RTP/AVP;unicast;client_port=6000-6001"


@pytest.mark.parametrize(
    "transport",
    [
        "RTP/AVP/TCP;unicast;interleaved=0-1",
        "RTP/AVP;multicast;destination=239.0.0.1;port=6000-6001",
        "RTP/AVP;unicast;client_port=6000-6001;server_port=1-2;source=10.0.0.9",
    ],
)
def test_another_way_than_udp_to_us_is_left_to_others(clip: Footage, transport: str) -> None:
    """What is not sent to our ports, from the camera we speak to, is not waited for."""
    with (
        CameraB(clip, Script(transport=transport)) as camera,
        conversation(camera, ports=(6000, 6001)) as session,
        pytest.raises(NotUnderstood),
    ):
        session.open()


@pytest.mark.parametrize("ports", ["", ";server_port=7000", ";server_port=0-1", ";server_port=a-b"])
def test_ports_that_are_not_named_are_not_greeted(clip: Footage, ports: str) -> None:
    """A camera may keep its ports to itself."""
    script = Script(transport=f"RTP/AVP;unicast;client_port=6000-6001{ports}")
    with CameraB(clip, script) as camera, conversation(camera, ports=(6000, 6001)) as session:
        session.open()
        assert session.theirs is None


@pytest.mark.parametrize(
    "login",
    [
        Login(USER, WORD, ("Basic",)),
        Login(USER, WORD, ("MD5",), qop=False),
        Login(USER, WORD, ("Basic", "MD5"), uses=2),
        Login(USER, WORD, ("SHA-256",)),
        Login(USER, WORD, ("MD5", "SHA-256"), uses=1),
        Login(USER, WORD, ("MD5",), realm="IP\u6444\u50cf\u673a"),
        Login(USER, WORD, ("SHA-256",), realm="IP\udcc9\udce3"),
    ],
    ids=["basic", "md5", "stale", "sha256", "both", "utf8", "gbk"],
)
def test_password_is_offered_as_asked_for(clip: Footage, login: Login) -> None:
    """Basic, MD5 and SHA-256, with nonces that grow stale; a wrong one is refused at once (F05)."""
    with CameraB(clip, Script(login=login)) as camera:
        opened(camera, WORD)
        before = len(camera.asked("DESCRIBE"))
        with pytest.raises(SourceRejected, match="check the credential"):
            opened(camera, WORD[1:])
        assert len(camera.asked("DESCRIBE")) - before <= 3
        with pytest.raises(SourceRejected, match="set `credential`"):
            opened(camera)


@pytest.mark.parametrize(
    ("script", "kind", "reason"),
    [
        (Script(refusals=(("SETUP", "453 Not Enough Bandwidth"),)), SourceBusy, "too many viewers"),
        (Script(refusals=(("PLAY", "503 Service Unavailable"),)), SourceBusy, "503"),
        (Script(refusals=(("DESCRIBE", "404 Not Found"),)), SourceRejected, "404"),
        (Script(refusals=(("PLAY", "500 Fault"),)), SourceUnavailable, "fault of its own"),
        (Script(refusals=(("SETUP", "461 Transport"),)), SourceRejected, "`transport: udp`"),
        (Script(refusals=(("SETUP", "406 Not Acceptable"),)), NotUnderstood, "406"),
        (Script(redirect="rtsp://h/a"), SourceRejected, r"\(302, to rtsp://h/a\)"),
        (Script(redirect="rtsp://u:w@h:8554/x?w"), SourceRejected, "to rtsp://h:8554/x\\)"),
        (Script(redirect="rtsp://h/u=a&password=w"), SourceRejected, "to rtsp://h\\)"),
        (Script(redirect="/elsewhere"), SourceRejected, r"elsewhere \(302\)"),
        (Script(redirect="rtsp://[::"), SourceRejected, r"elsewhere \(302\)"),
    ],
)
def test_refusals_have_names(
    clip: Footage, script: Script, kind: type[Exception], reason: str
) -> None:
    """Each leads to its remedy, and none is asked twice; a redirect is not followed (F05, F54)."""
    with CameraB(clip, script) as camera:
        with pytest.raises(kind, match=reason):
            opened(camera)
        assert len(camera.connections) == 1


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "speaks HTTP"),
        (b"<html><title>400</title></html>", "speaks HTTP"),
        (b"\x15\x03\x01\x00\x02\x02\x46", "speaks TLS"),
        (b"220 ready\r\n", "does not speak RTSP"),
    ],
)
def test_who_is_no_camera_is_told_by_its_words(said: bytes, words: str) -> None:
    """Another port of the same machine is no camera that is silent, or has too many viewers."""
    with Answering(raw=said) as other:
        target = Target(("127.0.0.1",), other.port, 0.3)
        with closing(Connection(target)) as connection, pytest.raises(SourceUnavailable) as told:
            Session(connection, other.url, None).describe()
    assert words in str(told.value)


def test_refusal_before_it_hangs_up_is_its_reason() -> None:
    """A camera that calls the first question a bad request and then hangs up has said why."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        camera = threading.Thread(target=answer_once, args=(listener,))
        camera.start()
        port = listener.getsockname()[1]
        with (
            closing(Connection(Target(("127.0.0.1",), port, 5.0))) as connection,
            pytest.raises(SourceRejected, match="400"),
        ):
            Session(connection, "rtsp://127.0.0.1/x", None).describe()
        camera.join()


def answer_once(listener: socket.socket) -> None:
    """Refuse one request, and hang up at the next."""
    viewer, _ = listener.accept()
    with viewer:
        viewer.recv(4096)
        viewer.sendall(b"RTSP/1.0 400 Bad Request\r\n\r\n")
        viewer.recv(4096)


@pytest.mark.fault("F05")
def test_camera_for_one_viewer_is_recognised(clip: Footage) -> None:
    """Being hung up on before the first word says that somebody else is watching (F05)."""
    with CameraB(clip, Script(single=True)) as camera, conversation(camera) as session:
        session.open()
        with pytest.raises(SourceBusy, match="one viewer"):
            opened(camera)


def test_sign_of_life_that_is_refused_gives_way_to_another(clip: Footage) -> None:
    """Some cameras list GET_PARAMETER, call it a bad request, and forget us: OPTIONS it is then."""
    with CameraB(clip, Script(session=2)) as camera, conversation(camera) as session:
        session.open()
        before = len(camera.asked("OPTIONS"))
        session.hear(Message(400, "RTSP/1.0 400 Bad Request", (("cseq", "5"),)))
        session.keep_alive()
        ends = time.monotonic() + 10
        while len(camera.asked("OPTIONS")) == before and time.monotonic() < ends:
            time.sleep(0.01)
        assert len(camera.asked("OPTIONS")) == before + 1


@pytest.mark.parametrize("method", ["GET_PARAMETER", "OPTIONS"])
def test_sign_of_life_is_one_the_camera_knows(clip: Footage, method: Any) -> None:
    """It comes at half of the time after which the camera would forget us, and not before."""
    with (
        CameraB(clip, Script(session=2, keeps_alive=method)) as camera,
        conversation(camera) as session,
    ):
        session.open()
        before = len(camera.asked(method))
        due = session.keep_alive()
        assert 0 < due <= 1
        assert len(camera.asked(method)) == before
