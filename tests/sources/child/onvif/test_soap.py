"""Questions over SOAP to a device that checks everything, and its faults."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from rig.onvif_device import Habits, OnvifDevice, Stream

from sources.child.backend import Credential
from sources.child.onvif.camera import Camera
from sources.child.onvif.soap import plain
from sources.device import Device, DeviceConfig
from sources.errors import SourceError, SourceRejected, SourceUnavailable

pytest.importorskip("zeep", reason="the extra onvif is not installed")

USER, WORD = "viewer", "c4nary:%2F/wörd"
MAIN = Stream("P0", "mainStream", 1920, 1080, "rtsp://127.0.0.1:554/main")


def read(device: OnvifDevice, secret: Credential | None = None) -> Device:
    """Ask a device for everything."""
    config = DeviceConfig(host="127.0.0.1", port=device.port, open_timeout=2, read_timeout=2)
    camera = Camera(config, secret)
    try:
        return camera.read()
    finally:
        camera.close()


def refused(habits: Habits, secret: Credential | None = None) -> SourceError:
    """Ask a device that will not answer; return why, which is one line without the password."""
    with OnvifDevice((MAIN,), habits) as device, pytest.raises(SourceError) as caught:
        read(device, secret)
    text = str(caught.value)
    assert WORD not in text
    assert "\n" not in text
    return caught.value


@pytest.mark.parametrize("skew", [0.0, 3600.0, -86_400.0])
def test_password_is_proven_in_the_cameras_own_time(skew: float) -> None:
    """The device checks the digest and lets none older than 30 s in: its wrong clock is no matter.

    How wrong it is, is told.
    """
    with OnvifDevice((MAIN,), Habits(user=USER, password=WORD, skew=skew)) as device:
        found = read(device, Credential(USER, WORD))
        assert device.refused == 0
    assert (found.manufacturer, found.model, found.firmware) == ("Rig", "Model 1", "1.0")
    assert found.clock_ahead == pytest.approx(skew, abs=5)
    ((profile),) = found.profiles
    assert (profile.token, profile.name, profile.url) == ("P0", "mainStream", MAIN.url)
    assert (profile.codec, profile.width, profile.height, profile.fps) == ("H264", 1920, 1080, 25)


def test_older_devices_are_asked_for_capabilities() -> None:
    """A device that does not know GetServices tells where its media service is all the same."""
    with OnvifDevice((MAIN,), Habits(services=False)) as device:
        assert read(device).profiles[0].url == MAIN.url
        assert {"GetServices", "GetCapabilities"} <= set(device.asked)


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        (Credential(USER, "not " + WORD), "refuses user or password: check the credential"),
        (Credential("nobody", WORD), "refuses user or password: check the credential"),
        (None, "wants user and password: set `credential`"),
    ],
)
def test_wrong_password_is_said(secret: Credential | None, words: str) -> None:
    """Not authorized, with and without a password, has its own remedy each."""
    error = refused(Habits(user=USER, password=WORD), secret)
    assert isinstance(error, SourceRejected)
    assert words in str(error)


def test_wrong_clock_is_suspected_where_none_is_told() -> None:
    """A device that keeps its time to itself and refuses what is dated by ours has it named."""
    habits = Habits(user=USER, password=WORD, skew=7200, tells_time=False)
    assert "see that its clock is right" in str(refused(habits, Credential(USER, WORD)))


@pytest.mark.parametrize(
    ("habits", "kind", "words"),
    [
        (
            Habits(faults=(("GetProfiles", "Receiver", "ActionNotSupported"),)),
            SourceRejected,
            "does not know GetProfiles: name its stream with `type: rtsp`",
        ),
        (
            Habits(faults=(("GetProfiles", "Receiver", "Action"),)),
            SourceUnavailable,
            "reports a fault of its own: no GetProfiles today",
        ),
        (
            Habits(faults=(("GetProfiles", "Sender", "InvalidArgVal"),)),
            SourceRejected,
            "does not accept GetProfiles",
        ),
        (Habits(raw=(404, "text/html", b"<html>no</html>")), SourceRejected, "turn ONVIF on"),
        (
            Habits(raw=(200, "text/html", b"<html><body>Hello</body></html>")),
            SourceRejected,
            "but not ONVIF",
        ),
        (Habits(raw=(200, "application/soap+xml", b"")), SourceRejected, "but not ONVIF"),
        (
            Habits(raw=(200, "text/xml", b"<Envelope>" + bytes(range(256)))),
            SourceRejected,
            "none that ONVIF knows",
        ),
        (Habits(raw=(401, "text/html", b"no")), SourceRejected, "wants user and password (401)"),
        (
            Habits(raw=(200, "application/soap+xml", b"x" * (3 << 20))),
            SourceRejected,
            "more than 2 MB",
        ),
        (
            Habits(location="http://127.0.0.1:1/elsewhere"),
            SourceRejected,
            "sends us to http://127.0.0.1:1/elsewhere",
        ),
    ],
)
def test_faults_are_one_line_with_a_remedy(
    habits: Habits, kind: type[SourceError], words: str
) -> None:
    """SOAP faults, what is no SOAP, too much, and redirects: each is named after its remedy."""
    error = refused(habits)
    assert type(error) is kind
    assert words in str(error)


def test_entities_are_not_expanded() -> None:
    """An answer with a document type is refused, whatever its entities would make of memory."""
    bomb = (
        b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">'
        b'<!ENTITY f SYSTEM "file:///etc/passwd">]>'
        b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>&b;&f;</s:Body>'
        b"</s:Envelope>"
    )
    error = refused(Habits(raw=(200, "application/soap+xml", bomb)))
    assert "none that ONVIF knows" in str(error)


def test_nobody_there_is_unavailable() -> None:
    """A device that is off may be on later."""
    device = OnvifDevice()
    with device:
        pass
    with pytest.raises(SourceUnavailable, match="nothing listens there"):
        read(device)


def test_words_of_a_camera_steer_no_terminal() -> None:
    """What a device says is one short line."""
    assert plain("a\x1b[31m\nb" + "c" * 200, 10) == "a [31m bcc"


QUESTIONS: dict[str, tuple[str, dict[str, dict[str, Any]]]] = {
    "devicemgmt": (
        "{http://www.onvif.org/ver10/device/wsdl}DeviceBinding",
        {
            "GetSystemDateAndTime": {},
            "GetDeviceInformation": {},
            "GetServices": {"IncludeCapability": False},
            "GetCapabilities": {"Category": "All"},
        },
    ),
    "media": (
        "{http://www.onvif.org/ver10/media/wsdl}MediaBinding",
        {
            "GetProfiles": {},
            "GetStreamUri": {
                "StreamSetup": {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}},
                "ProfileToken": "P0",
            },
        },
    ),
}


@pytest.mark.parametrize("service", QUESTIONS)
def test_rig_keeps_to_the_wsdl(service: str) -> None:
    """What the tests' device answers is read by ONVIF's own WSDL, strictly, nothing forgiven."""
    import zeep  # noqa: PLC0415 (an extra)

    spec = importlib.util.find_spec("onvif")
    assert spec is not None
    assert spec.origin is not None
    file = Path(spec.origin).parent / "wsdl" / f"{service}.wsdl"
    binding, operations = QUESTIONS[service]
    with OnvifDevice((MAIN,)) as device:
        client = zeep.Client(str(file), settings=zeep.Settings(strict=True))
        proxy = client.create_service(binding, device.url)
        for operation, words in operations.items():
            assert getattr(proxy, operation)(**words) is not None
        assert device.asked == list(operations)
