"""The stream of JPEGs by itself; through a child in `test_http.py`."""

import itertools

import pytest
from rig.clip import Clip
from rig.web_camera import WebCamera, jpegs

from sources import SourceUnavailable
from sources.address import WebConfig
from sources.child.jpegs import JpegStream
from sources.child.web import Web
from sources.source import DecodeFault

PICTURES = jpegs(Clip(frames=3, width=160, height=120))


def test_unchanged_picture_is_not_sent_but_shown_again() -> None:
    """The same bytes come again with a newer arrival."""
    with WebCamera(PICTURES) as camera:
        camera.frozen = True
        url = camera.url + "/still"
        stream = JpegStream(Web(url, WebConfig(), None), url, 0.01)
        first, second, third = itertools.islice(stream.packets(), 3)
        assert first.payload == second.payload == third.payload
        assert first.arrival < second.arrival < third.arrival
        assert camera.seen["/still unchanged"] == 2
        assert stream.info.fps == 100
        stream.close()


def test_mark_that_cannot_be_said_back_is_not() -> None:
    """An `ETag` of odd bytes is no reason to fail; the picture is sent again, that is all."""
    with WebCamera(PICTURES) as camera:
        camera.frozen, camera.mark = True, "\xe2\x82"
        url = camera.url + "/still"
        stream = JpegStream(Web(url, WebConfig(), None), url, 0.01)
        assert len(list(itertools.islice(stream.packets(), 3))) == 3
        assert camera.seen["/still unchanged"] == 0
        stream.close()


def test_camera_that_is_busy_for_a_moment_is_asked_again() -> None:
    """A question that fails now and then ends nothing; one that fails for long does."""
    with WebCamera(PICTURES) as camera:
        url = camera.url + "/still"
        stream = JpegStream(Web(url, WebConfig(read_timeout=0.5), None), url, 0.01)
        packets = stream.packets()
        next(packets)
        camera.failing = 3
        assert next(packets).payload in PICTURES
        assert camera.failing == 0
        camera.failing = 10_000
        with pytest.raises(SourceUnavailable, match="503"):
            next(packets)
        stream.close()


def test_half_a_picture_at_first_is_not_the_end() -> None:
    """A stream that begins with a damaged picture begins with the next one."""
    mark = b"--x\r\n\r\n"
    body = mark.join((b"", PICTURES[0][:200], b"\0\0", PICTURES[1], b""))
    with WebCamera([], raw={"/s": ("multipart/mixed; boundary=x", body)}) as camera:
        url = camera.url + "/s"
        stream = JpegStream(Web(url, WebConfig(), None), url, 1)
        assert next(stream.packets()).payload.rstrip(b"\r\n") == PICTURES[1]
        stream.close()


def test_end_of_the_stream_is_said() -> None:
    """A camera that stops sending is unavailable; a damaged picture is a fault of its own."""
    mark = b"--x\r\n\r\n"
    body = mark.join((b"", PICTURES[0], PICTURES[1][:200], b""))
    with WebCamera([], raw={"/s": ("multipart/mixed; boundary=x", body)}) as camera:
        url = camera.url + "/s"
        stream = JpegStream(Web(url, WebConfig(), None), url, 1)
        packets = stream.packets()
        assert stream.decode(next(packets))[0].width == 160
        with pytest.raises(DecodeFault):
            stream.decode(next(packets))
        with pytest.raises(SourceUnavailable, match="ended"):
            next(packets)
        assert stream.decode(None) == []
        stream.close()
