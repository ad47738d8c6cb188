"""Where a camera leads us over ONVIF, and where we do not follow."""

from contextlib import suppress

import pytest
from rig.onvif_device import Habits, OnvifDevice, Stream

from sources.child.onvif.camera import PROFILES, Camera
from sources.device import Device, DeviceConfig
from sources.errors import SourceRejected

pytest.importorskip("zeep", reason="the extra onvif is not installed")


def read(device: OnvifDevice, **options: object) -> Device:
    """Ask a device for everything."""
    config = DeviceConfig.model_validate(
        {"host": "127.0.0.1", "port": device.port, "open_timeout": 2, "read_timeout": 2, **options}
    )
    camera = Camera(config, None)
    try:
        return camera.read()
    finally:
        camera.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("file:///etc/passwd", "must be rtsp://HOST/PATH or rtsps://HOST/PATH"),
        ("http://127.0.0.1/video", "must be rtsp://HOST/PATH"),
        ("concat:a|b", "must be rtsp://HOST/PATH"),
        ("rtsp://169.254.169.254/x", "a cloud keeps its secrets"),
        ("rtsp://192.0.2.7/x", "leads to 192.0.2.7, not to 127.0.0.1"),
        ("rtsp://127.0.0.1@192.0.2.7/x", "leads to 192.0.2.7, not to 127.0.0.1"),
        ("rtsp://127.0.0.1:0/x", "port 0"),
        ("", "must be rtsp://HOST/PATH"),
    ],
)
def test_f54_streams_elsewhere_are_refused_and_said(url: str, words: str) -> None:
    """F54: an address of another kind or host is not opened; the other profiles are not."""
    good = Stream("P1", "sub", 640, 360, "rtsp://127.0.0.1:554/sub")
    with OnvifDevice((Stream("P0", "main", 1920, 1080, url), good)) as device:
        bad, other = read(device).profiles
    assert bad.url is None
    assert words in bad.refused
    assert other.url == good.url


def test_other_hosts_may_be_named() -> None:
    """A recorder that names its cameras' addresses is followed where the configuration allows."""
    url = "rtsp://192.0.2.7:8554/x?channel=1&sub=0"
    with OnvifDevice((Stream("P0", "main", 1920, 1080, url),)) as device:
        assert read(device, hosts=["192.0.2.7"]).profiles[0].url == url


def test_passwords_in_its_answers_are_left_out() -> None:
    """A camera that writes user and password into the address gives an address without them."""
    url = "rtsp://admin:12345@127.0.0.1:554/x"
    with OnvifDevice((Stream("P0", "main", 1920, 1080, url),)) as device:
        assert read(device).profiles[0].url == "rtsp://127.0.0.1:554/x"


@pytest.mark.parametrize(
    "media", ["http://192.0.2.7/onvif/media", "file:///etc/passwd", "http://169.254.169.254/"]
)
def test_f54_services_elsewhere_are_not_asked(media: str) -> None:
    """F54: a media service on another host, or that is none, gets no question and no password."""
    with OnvifDevice((), Habits(media=media)) as device:
        with pytest.raises(SourceRejected, match="its ONVIF leads to"):
            read(device)
        assert "GetProfiles" not in device.asked


def test_profiles_are_bounded() -> None:
    """A device with a thousand profiles is read as far as anybody needs."""
    streams = tuple(
        Stream(f"P{n}", "x" * 300, 640, 360, f"rtsp://127.0.0.1/{n}") for n in range(100)
    )
    with OnvifDevice(streams) as device:
        found = read(device).profiles
        assert device.asked.count("GetStreamUri") == PROFILES == len(found)
    assert len(found[0].name) == 80


@pytest.mark.parametrize("name", ["Uri", "MediaUri", "Name", "Encoding", "Resolution", "XAddr"])
@pytest.mark.parametrize("instead", [None, "<x/>"])
def test_what_is_left_out_or_makes_no_sense_is_no_end(name: str, instead: str | None) -> None:
    """A camera that answers oddly is read as far as it goes, or refused in a line."""
    stream = Stream("P0", "main", 1920, 1080, "rtsp://127.0.0.1:554/x")
    odd = Habits(odd=((name, instead),))
    with OnvifDevice((stream,), odd) as device, suppress(SourceRejected):
        assert all(one.url == stream.url or one.refused for one in read(device).profiles)


@pytest.mark.parametrize("year", ["9999", "99999999999999999999", "-1", "x"])
def test_clock_that_makes_no_sense_is_none(year: str) -> None:
    """Whatever its year, the camera is read."""
    stream = Stream("P0", "main", 1920, 1080, "rtsp://127.0.0.1:554/x")
    with OnvifDevice((stream,), Habits(odd=(("Year", year),))) as device:
        assert read(device).profiles[0].url == stream.url
