"""Cameras over HTTP: a real server, real refusals; through a real child."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from pydantic import ValidationError
from rig.answering import Answering
from rig.certificate import make_certificate
from rig.child import Child
from rig.clip import Clip
from rig.rtsp_server import free_port
from rig.web_camera import WebCamera, jpegs

from sources.address import WebConfig
from sources.child.backend import Credential
from sources.child.web import Web
from sources.errors import SourceRejected
from sources.http import HttpConfig
from sources.message import Failed, Given, StreamInfo
from sources.picture import PictureRequest
from sources.testing import read

HTTP = "sources.http:HttpSource"
USER, WORD = "ad min", "s:e@c%2F/r#t?"
FAST = {"open_timeout": 1, "read_timeout": 1}


@pytest.fixture(scope="module")
def pictures() -> list[bytes]:
    """Encode thirty numbered pictures."""
    return jpegs(Clip(frames=30, width=320, height=240))


@pytest.fixture(scope="module")
def camera(pictures: list[bytes]) -> Iterator[WebCamera]:
    """Serve them to everybody."""
    with WebCamera(pictures) as running:
        yield running


def refused(url: str, config: dict[str, Any] | None = None, **options: str) -> Failed:
    """Open what cannot be opened; return the child's last words."""
    with Child() as child:
        child.open(HTTP, {"url": url, **FAST, **(config or {})}, **options)
        failed = child.wait_for(Failed)
        assert child.exit_code() == 1
        assert WORD not in child.errors() + failed.reason
    return failed


@pytest.mark.parametrize("lengths", [True, False])
def test_stream_is_followed(pictures: list[bytes], lengths: bool) -> None:
    """Every picture comes in turn and whole, whether or not parts say how long they are."""
    with WebCamera(pictures, lengths=lengths) as camera, Child() as child:
        child.open(HTTP, {"url": camera.url + "/stream"})
        given = [child.next() for _ in range(4)]
        assert isinstance(given[0], Given)
        numbers = [answer.index for answer in given if isinstance(answer, Given)]
        assert numbers == sorted(set(numbers))
        assert isinstance(given[-1], Given)
        assert read(child.picture(given[-1])) == (1, given[-1].index)
        info = child.wait_for(StreamInfo)
        assert (info.codec, info.width, info.height) == ("mjpeg", 320, 240)
        assert camera.seen["/stream"] == 1


def test_picture_is_turned_and_cropped(camera: WebCamera) -> None:
    """Rotation and crop come before everything else, as for every kind."""
    with Child() as child:
        child.open(HTTP, {"url": camera.url + "/stream"}, rotate=90, crop=(0, 0, 1, 0.5))
        given = child.next()
        assert isinstance(given, Given)
        assert (given.full_width, given.full_height) == (240, 160)
        child.take(PictureRequest(index=given.index))
        assert child.jpegs


def test_single_pictures_are_asked_for_in_turn(pictures: list[bytes]) -> None:
    """One question per interval; what did not change is not sent again, but shown again."""
    with WebCamera(pictures, fps=20) as camera, Child() as child:
        child.open(HTTP, {"url": camera.url + "/still", "interval": 0.1})
        seen = set()
        for _ in range(4):
            given = child.next()
            assert isinstance(given, Given)
            seen.add(read(child.picture(given)))
        assert len(seen) >= 3
        camera.frozen = True
        child.wait(lambda _: camera.seen["/still unchanged"] >= 2)
        given = child.next()
        assert isinstance(given, Given)
        child.wait(lambda m: getattr(getattr(m, "counts", None), "decoded", 0) > given.index)


@pytest.mark.parametrize("scheme", ["digest", "digest-sha256", "basic"])
def test_password_opens_the_camera(pictures: list[bytes], scheme: Any) -> None:
    """The right one is let in as the camera asks for it; a wrong one and none are told apart."""
    with WebCamera(pictures, user=USER, password=WORD, scheme=scheme) as camera:
        url = camera.url + "/still"
        with Child() as child:
            child.open(HTTP, {"url": url, "interval": 0.1}, user=USER, secret=WORD)
            for _ in range(3):
                assert isinstance(child.next(), Given)
            assert WORD not in Path(f"/proc/{child.process.pid}/cmdline").read_text()
            assert WORD not in Path(f"/proc/{child.process.pid}/environ").read_text()
        wrong = refused(url, user=USER, secret=WORD + "x")
        assert wrong.remedy == "rejected"
        assert "check the credential" in wrong.reason
        assert "set `credential`" in refused(url).reason


@pytest.mark.parametrize(
    "challenges",
    [
        ('Digest realm="camera", nonce="abc123", qop="auth", stale',),
        ('Digest realm="camera", nonce="abc123", qop="",',),
        ('Digest realm="camera",nonce="abc123",qop="auth-int,auth"',),
        ('Digest realm="c", nonce="n", algorithm=SHA-512-256', 'digest realm="camera", nonce="a"'),
        (
            "Negotiate",
            'Digest realm="c", nonce="n", qop="auth-int"',
            'DIGEST realm="camera",nonce="a"',
        ),
    ],
)
def test_password_is_asked_for_in_odd_words(
    pictures: list[bytes], challenges: tuple[str, ...]
) -> None:
    """Stray words and commas, digests nobody speaks beside one we do: we are let in."""
    with WebCamera(pictures, user=USER, password=WORD, challenges=challenges) as camera:
        web = Web(camera.url, WebConfig(), Credential(USER, WORD))
        for _ in range(2):
            assert web.body(web.get(camera.url + "/still")) in pictures
        web.close()


@pytest.mark.parametrize(
    "challenge",
    ['Digest realm="camera", nonce="n", qop="auth-int"', "Digest", "", "Basic"],
)
def test_password_that_cannot_be_proven_stays_at_home(
    pictures: list[bytes], challenge: str
) -> None:
    """What asks for more than we speak is refused in a line, and never hears the password."""
    with WebCamera(pictures, user=USER, password=WORD, challenges=(challenge,)) as camera:
        web = Web(camera.url, WebConfig(), Credential(USER, WORD), cautious=True)
        with pytest.raises(SourceRejected, match="check the credential"):
            web.get(camera.url + "/still")
        web.close()
        assert set(camera.authorizations) == {""}


def test_password_is_put_into_the_address_where_the_camera_reads_it(
    pictures: list[bytes],
) -> None:
    """Cameras that want it in the query get it there, encoded, and nobody else does."""
    asked = f"/snap?cmd=Snap&user={quote(USER, safe='')}&password={quote(WORD, safe='')}"
    with WebCamera(pictures, raw={asked: ("image/jpeg", pictures[3])}) as camera:
        url = camera.url + "/snap?cmd=Snap&user={user}&password={password}"
        with Child() as child:
            child.open(HTTP, {"url": url, "interval": 0.1}, user=USER, secret=WORD)
            given = child.next()
            assert isinstance(given, Given)
            assert read(child.picture(given)) == (1, 3)
            assert WORD not in Path(f"/proc/{child.process.pid}/cmdline").read_text()
        assert "set `credential`" in refused(url).reason


def test_encrypted_camera_is_believed_by_its_certificate(
    pictures: list[bytes], tmp_path: Path
) -> None:
    """HTTPS opens with the camera's certificate or unchecked on request, else not at all."""
    theirs = make_certificate(tmp_path)
    with WebCamera(pictures, certificate=theirs) as camera:
        for trust in ({"ca": str(theirs)}, {"insecure": True}):
            with Child() as child:
                child.open(HTTP, {"url": camera.url + "/stream", **trust})
                assert isinstance(child.next(), Given)
        failed = refused(camera.url + "/stream")
        assert failed.remedy == "rejected"
        assert "certificate is not believed" in failed.reason
        url = camera.url.replace("localhost", "127.0.0.1")
        assert "made out to another name" in refused(url, {"ca": str(theirs)}).reason


@pytest.mark.fault("F54")
def test_redirects_stay_at_home(pictures: list[bytes]) -> None:
    """The camera's own host may redirect; another host is opened only if it is named (F54)."""
    with WebCamera(pictures) as other:
        elsewhere = f"http://localhost:{other.port}/still"
        places = {
            "/here": "/still",
            "/there": elsewhere,
            "/file": "file:///etc/passwd",
            "/cloud": "http://169.254.169.254/latest/meta-data",
            "/round": "/round",
        }
        with WebCamera(
            pictures, redirects=places, user=USER, password=WORD, scheme="basic"
        ) as camera:
            for path, hosts in (("/here", ()), ("/there", ("localhost",))):
                with Child() as child:
                    config = {"url": camera.url + path, "hosts": list(hosts)}
                    child.open(HTTP, config, user=USER, secret=WORD)
                    assert isinstance(child.next(), Given)
            assert other.seen["/still"] >= 1
            assert not other.authorizations
            opened = other.seen.total()
            words = {"/there": "`hosts`", "/file": "must be", "/cloud": "secrets", "/round": "5"}
            for path, word in words.items():
                failed = refused(camera.url + path, user=USER, secret=WORD)
                assert failed.remedy == "rejected"
                assert word in failed.reason
            assert other.seen.total() == opened


def test_what_is_no_picture_is_refused(pictures: list[bytes]) -> None:
    """Pages, playlists and monstrous parts end in one line, a damaged picture in a count."""
    mark = b"--x\r\n\r\n"
    raw = {
        "/page": ("text/html", b"<html>hello</html>"),
        "/film": ("video/x-flv", b"FLV"),
        "/text": ("image/jpeg", b"please log in"),
        "/list": ("application/vnd.apple.mpegurl", b"#EXTM3U\n"),
        "/empty": ("image/jpeg", b""),
        "/half": ("image/jpeg", pictures[0][:500]),
        "/large": ("image/jpeg", b"\xff\xd8\xff" + bytes(17 << 20)),
        "/part": ("multipart/x-mixed-replace; boundary=x", mark + bytes(17 << 20)),
        "/once": (
            "multipart/x-mixed-replace; boundary=x",
            mark.join((b"", pictures[0], pictures[1][:500], pictures[2], b"")),
        ),
    }
    with WebCamera(pictures, raw=raw) as camera:
        words = {"/page": "text/html, not with pictures", "/list": "type: hls"}
        words |= {"/film": "RTSP", "/text": "no JPEG", "/large": "16 MB", "/part": "16 MB"}
        for path, word in words.items():
            failed = refused(camera.url + path)
            assert failed.remedy == "rejected"
            assert word in failed.reason
        assert "404" in refused(camera.url + "/nothing").reason
        for path in ("/empty", "/half"):
            assert refused(camera.url + path).remedy == "unavailable"
        ended = refused(camera.url + "/once")
        assert ended.remedy == "unavailable"
        assert (ended.counts.decoded, ended.counts.decode_errors) == (2, 1)


def test_silence_and_absence_are_told_apart() -> None:
    """Nobody there, silence and babble are all unavailable, each with its own words."""
    assert "nothing listens" in refused(f"http://127.0.0.1:{free_port()}/x").reason
    with Answering() as silent:
        assert "silent" in refused(silent.url.replace("rtsp", "http")).reason
    with Answering(raw=b"SSH-2.0-OpenSSH_9.2\r\n\r\n") as other:
        failed = refused(other.url.replace("rtsp", "http"))
        assert failed.remedy == "unavailable"
        assert "HTTP" in failed.reason
        secured = other.url.replace("rtsp", "https")
        assert "does not speak TLS" in refused(secured).reason


def test_camera_that_drips_is_given_up(pictures: list[bytes]) -> None:
    """A byte now and then is no silence, and no picture either: the whole has its deadline."""
    drips = {
        "/still": ("image/jpeg", pictures[0]),
        "/parts": ("multipart/x-mixed-replace; boundary=x", b"--x\r\n\r\n" + pictures[0]),
    }
    with WebCamera(pictures, drips=drips) as camera:
        for path in drips:
            failed = refused(camera.url + path, {"open_timeout": 10})
            assert failed.remedy == "unavailable"
            assert "only drips: nothing whole within 1 s" in failed.reason


@pytest.mark.parametrize(
    "url",
    [
        "rtsp://10.0.0.7/x",
        "file:///etc/passwd",
        "subfile:http://10.0.0.7/x",
        "http://",
        "http://admin:canary@10.0.0.7/x",
        "http://169.254.169.254/latest",
    ],
)
@pytest.mark.fault("F54")
def test_other_urls_are_refused(url: str) -> None:
    """Only cameras on HTTP are opened, and no password is repeated (F54)."""
    with pytest.raises(ValidationError) as caught:
        HttpConfig(url=url)
    assert "canary" not in str(caught.value)
