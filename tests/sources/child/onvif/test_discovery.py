"""Looking for cameras on the loopback network, and what strangers may answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rig.onvif_device import Habits, OnvifDevice
from rig.rtsp_server import free_port

from sources.child.onvif.discovery import discover, understood
from sources.device import Match

NUMBER = "urn:uuid:0f6f1f4e-0000-0000-0000-000000000000"


def test_cameras_that_answer_are_found() -> None:
    """Two cameras on one network: address, port, name and model of each, in order."""
    port = free_port()
    with OnvifDevice(host="127.0.0.1") as one, OnvifDevice(host="127.0.0.2") as other:
        one.join(port)
        other.join(port)
        found = discover(1.5, "127.0.0.1", port)
    assert found == [
        Match(host="127.0.0.1", port=one.port, name="Yard Cam", model="Model 1"),
        Match(host="127.0.0.2", port=other.port, name="Yard Cam", model="Model 1"),
    ]


def test_nobody_there_is_nothing_found() -> None:
    """Silence ends when its time is up."""
    assert discover(0.3, "127.0.0.1", free_port()) == []


@pytest.mark.parametrize(
    "place",
    [
        "http://192.0.2.7/onvif/device_service",
        "file:///etc/passwd",
        "http://127.0.0.1:99999/x",
        "http://169.254.169.254/latest",
        "",
    ],
)
def test_f54_answers_that_lead_elsewhere_are_said(place: str) -> None:
    """F54: a camera is only ever asked at the address from which its answer came."""
    with OnvifDevice(habits=Habits(announces=place or " ")) as device:
        match = understood(device.match(NUMBER), "127.0.0.1", NUMBER)
    assert match is not None
    assert (match.host, match.port) == ("127.0.0.1", None)
    assert "not to 127.0.0.1 from which it came" in match.refused


def test_first_address_that_leads_home_counts() -> None:
    """Cameras name all their addresses, some of which are of another network."""
    places = "http://[fe80::1]/onvif/device_service https://127.0.0.1:8443/onvif/device_service"
    with OnvifDevice(habits=Habits(announces=places)) as device:
        match = understood(device.match(NUMBER), "127.0.0.1", NUMBER)
    assert match is not None
    assert (match.port, match.encrypted, match.refused) == (8443, True, "")


def test_answers_to_others_are_passed_over() -> None:
    """What does not relate to our question is not looked at."""
    with OnvifDevice() as device:
        assert understood(device.match("urn:uuid:another"), "127.0.0.1", NUMBER) is None


def test_entities_are_not_read() -> None:
    """An answer with a document type is none, in whatever encoding."""
    with OnvifDevice() as device:
        text = device.match(NUMBER).decode()
    bomb = text.replace("?>", '?><!DOCTYPE x [<!ENTITY a "aaaa">]>', 1)
    assert understood(bomb.encode(), "127.0.0.1", NUMBER) is None
    assert understood(text.replace("UTF-8", "UTF-16").encode("utf-16"), "h", NUMBER) is None


@given(st.binary(max_size=300))
def test_nonsense_is_passed_over(data: bytes) -> None:
    """Whatever is sent to our socket, nothing is raised."""
    assert understood(data, "127.0.0.1", NUMBER) is None
