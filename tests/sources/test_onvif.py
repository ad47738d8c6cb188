"""Cameras asked over ONVIF for their stream, through a real child: a device and an RTSP server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.child import Child
from rig.clip import Clip
from rig.onvif_device import Habits, OnvifDevice, Stream
from rig.rtsp_server import RtspServer

from sources.device import Profile
from sources.errors import SourceRejected
from sources.message import Failed, Given, StreamInfo
from sources.onvif import chosen

ONVIF = "sources.onvif:OnvifSource"
USER, WORD = "viewer", "c4nary:%2F/w#rd"
LISTED = (
    Profile(token="a", name="Main", codec="H265", width=3840, height=2160),  # noqa: S106
    Profile(token="b", name="Sub", codec="H264", width=640, height=360),  # noqa: S106
    Profile(token="c", name="Phone", codec="H264", width=160, height=90),  # noqa: S106
    Profile(token="d", name="Old", codec="MPEG4", width=352, height=288),  # noqa: S106
)


@pytest.fixture(scope="module")
def server(clips: Path) -> Iterator[RtspServer]:
    """Serve a main and a small stream, for a user alone."""
    main = Clip(frames=300, width=640, height=480, gop=12).write(clips / "onvif-main.mp4")
    small = Clip(frames=300, width=320, height=240, gop=12).write(clips / "onvif-sub.mp4")
    with RtspServer(
        main, user=USER, password=WORD, path="/main", beside={"/sub": small}
    ) as running:
        yield running


def streams(server: RtspServer) -> tuple[Stream, ...]:
    """List them as the device does."""
    return (
        Stream("P0", "mainStream", 640, 480, server.url),
        Stream("P1", "subStream", 320, 240, server.url.replace("/main", "/sub")),
    )


@pytest.mark.rtsp
@pytest.mark.parametrize(
    ("profile", "width"), [(None, 640), ("sub", 320), ("P1", 320), ("mainStream", 640)]
)
def test_stream_is_asked_for_and_followed(
    server: RtspServer, profile: str | None, width: int
) -> None:
    """One credential serves both; the profile asked for is the one that is seen, and is named."""
    pytest.importorskip("zeep", reason="the extra onvif is not installed")
    habits = Habits(user=USER, password=WORD, skew=-500)
    with OnvifDevice(streams(server), habits) as device, Child() as child:
        config = {"host": device.host, "port": device.port}
        config |= {} if profile is None else {"profile": profile}
        child.open(ONVIF, config, user=USER, secret=WORD)
        given = child.next()
        assert isinstance(given, Given)
        assert given.full_width == width
        details = child.wait_for(StreamInfo).details
        assert (details["reader"], details["device"]) == ("own", "Rig Model 1")
        assert details["profiles"] == "mainStream H264 640x480; subStream H264 320x240"
        assert details["device_clock_ahead"] == pytest.approx(-500, abs=5)


@pytest.mark.parametrize(
    ("habits", "url", "words"),
    [
        (Habits(user=USER, password="other"), "rtsp://127.0.0.1/x", "refuses user or password"),  # noqa: S106
        (Habits(), "file:///etc/passwd", "must be rtsp://HOST/PATH"),
        (Habits(), "rtsp://192.0.2.1/x", "not to 127.0.0.1"),
    ],
)
def test_f54_what_may_not_be_opened_is_not(habits: Habits, url: str, words: str) -> None:
    """A wrong password, and addresses that lead elsewhere, end the child with one clear line."""
    pytest.importorskip("zeep", reason="the extra onvif is not installed")
    with OnvifDevice((Stream("P0", "main", 1, 1, url),), habits) as device, Child() as child:
        config = {"host": device.host, "port": device.port}
        child.open(ONVIF, config, user=USER, secret=WORD)
        failed = child.wait_for(Failed)
        assert child.exit_code() == 1
        assert WORD not in child.errors() + failed.reason
    assert failed.remedy == "rejected"
    assert words in failed.reason


@pytest.mark.parametrize(
    ("wanted", "token"), [("main", "a"), ("sub", "b"), ("Phone", "c"), ("c", "c")]
)
def test_profiles_are_chosen_by_use_or_name(wanted: str, token: str) -> None:
    """`main` is the largest, `sub` the smallest that shows enough; names and tokens are exact."""
    assert chosen(LISTED, wanted).token == token


@pytest.mark.parametrize(
    ("profiles", "wanted"),
    [(LISTED, "Door"), ((), "main"), (LISTED[3:], "d")],
)
def test_profile_that_is_not_there_is_said(profiles: tuple[Profile, ...], wanted: str) -> None:
    """What it has instead is listed."""
    with pytest.raises(SourceRejected, match=f"has no profile '{wanted}'; it has"):
        chosen(profiles, wanted)
