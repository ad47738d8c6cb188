"""Cameras at this machine: what is checked and asked for; recorded frames too."""

import itertools
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from rig.child import Child
from rig.clip import Clip

from sources.child.libav import LibavStream
from sources.message import Failed, Given
from sources.testing import read
from sources.usb import UsbConfig, UsbSource

USB = "sources.usb:UsbSource"
DEVICE = next(
    (path for path in sorted(Path("/dev").glob("video*")) if os.access(path, os.R_OK)), None
)


@pytest.mark.parametrize(
    ("device", "remedy", "words"),
    [
        ("/dev/video63", "unavailable", "plugged in"),
        ("/dev/null", "rejected", "no video device"),
        ("/dev", "rejected", "no video device"),
    ],
)
def test_what_is_no_camera_is_told(device: str, remedy: str, words: str) -> None:
    """A camera that is not there may come; another device is refused and not opened."""
    with Child() as child:
        child.open(USB, {"device": device})
        failed = child.wait_for(Failed)
        assert failed.remedy == remedy
        assert words in failed.reason


@pytest.mark.parametrize(
    "options",
    [{"device": "/etc/passwd"}, {"device": "video0"}, {"width": 640}, {"format": "rawvideo"}],
)
def test_odd_options_are_refused(options: dict[str, Any]) -> None:
    """Only devices, known formats and whole sizes are options (F54)."""
    with pytest.raises(ValidationError):
        UsbConfig(**options)


def test_format_size_and_rate_are_asked_for() -> None:
    """Options become those of the driver, and nothing beside the device is opened."""
    config = UsbConfig(format="yuyv", width=640, height=480, fps=15)
    address = UsbSource("a", config).address(config.device)
    assert address.options == {
        "protocol_whitelist": "file",
        "input_format": "yuyv422",
        "video_size": "640x480",
        "framerate": "15",
    }
    assert address.format == "v4l2"


def test_recorded_frames_go_through_the_same_reader(tmp_path: Path) -> None:
    """The MJPEG that a webcam sends is decoded by what reads the device."""
    recorded = Clip(frames=10, width=320, height=240, codec="mjpeg").write(tmp_path / "cam.mjpeg")
    config = UsbConfig(format="mjpeg")
    address = UsbSource("a", config).address(config.device)
    stream = LibavStream(replace(address, url=str(recorded), format="mjpeg", options={}))
    seen = []
    for packet in itertools.islice(stream.packets(), 9):
        seen += [read(picture.rgb(320, 240)) for picture in stream.decode(packet)]
    assert seen == [(1, number) for number in range(9)]
    stream.close()


@pytest.mark.skipif(DEVICE is None, reason="no video device on this machine (v4l2loopback)")
def test_real_device_is_followed() -> None:
    """Where there is a device, its pictures come."""
    with Child() as child:
        child.open(USB, {"device": str(DEVICE)})
        assert isinstance(child.next(), Given)
