"""Every kind of source through the whole daemon: one run, one camera of each, real peers."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from rig.accounts import check
from rig.broker import Mosquitto
from rig.certificate import make_certificate
from rig.clip import Clip
from rig.dicom import dicom_file
from rig.lookout import Lookout
from rig.onvif_device import Habits, OnvifDevice, Stream
from rig.rtsp_server import RtspServer, require_gstreamer
from rig.subscriber import Subscriber
from rig.web_camera import WebCamera, jpegs, segments

pytestmark = [pytest.mark.broker, pytest.mark.rtsp]

USER, WORD = "viewer", "c4nary:%2F/w#rd"
FOOTAGE = Clip(frames=400, width=320, height=240, fps=10, gop=10, crossing=8)


def test_every_kind_is_watched(tmp_path: Path, broker: Mosquitto) -> None:
    """Cameras of all kinds, turned and cropped, see their person, and every account balances.

    Who reads each of them, and how, is in its retained state.
    """
    require_gstreamer()
    clip = FOOTAGE.write(tmp_path / "clip.mp4")
    segments(FOOTAGE, tmp_path / "hls")
    trusted = make_certificate(tmp_path)
    scans, uploads = tmp_path / "scans", tmp_path / "uploads"
    scans.mkdir()
    uploads.mkdir()
    with (
        RtspServer(clip, user=USER, password=WORD) as plain,
        RtspServer(clip, certificate=trusted, user=USER, password=WORD) as encrypted,
        WebCamera(
            jpegs(FOOTAGE), folder=tmp_path / "hls", user=USER, password=WORD, certificate=trusted
        ) as web,
        OnvifDevice(
            (Stream("P0", "main", 320, 240, plain.url),), Habits(user=USER, password=WORD, skew=-60)
        ) as device,
        Subscriber(broker.port, tmp_path / "got") as subscriber,
    ):
        known = {"credential": "viewer"}
        sure = {**known, "ca": str(trusted)}
        sources: dict[str, dict[str, Any]] = {
            "tcp": {"type": "rtsp", "url": plain.url, **known},
            "udp": {"type": "rtsp", "url": plain.url, "transport": "udp", **known},
            "rtsps": {"type": "rtsp", "url": encrypted.url, **sure},
            "onvif": {"type": "onvif", "host": device.host, "port": device.port, **known},
            "mjpeg": {"type": "http", "url": web.url + "/stream", **sure},
            "still": {"type": "http", "url": web.url + "/still", "interval": 0.3, **sure},
            "hls": {"type": "hls", "url": web.url + "/hls/live.m3u8", **sure},
            "file": {"type": "file", "path": str(clip), "pace": "clip", "loop": True},
            "uploads": {"type": "folder", "path": str(uploads), "begin": "all", "interval": 0.1},
            "scans": {"type": "folder", "path": str(scans), "begin": "all", "interval": 0.1},
        }
        cameras: dict[str, Any] = {
            name: {"source": source, "detect": {"fps": 2}} for name, source in sources.items()
        }
        cameras["mjpeg"]["rotate"] = 90
        cameras["tcp"]["hwaccel"] = cameras["file"]["hwaccel"] = "v4l2m2m"
        cameras["uploads"]["rotate"] = 180
        cameras["hls"]["crop"] = [0, 0.2, 1, 0.8]
        config = {
            "sinks": {"mqtt": {"type": "mqtt", "url": broker.url}},
            "cameras": cameras,
            "timing": {"opening": 40.0, "silence": 20.0, "camera_lost": 40.0},
        }
        secrets = {"viewer": (USER, WORD)}
        with Lookout(tmp_path / "box", config, secrets=secrets) as lookout:
            subscriber.wait(lambda s: {"tcp", "file"} <= seen(s), 120)
            picture = FOOTAGE.picture(30)
            assert cv2.imwrite(str(uploads / "one.png"), picture[..., ::-1])
            grey = picture[..., 1].astype(np.uint16) * 16
            dicom_file(scans / "one.dcm", grey, window=(2040, 4080))
            subscriber.wait(lambda s: set(sources) <= seen(s), 120)
            subscriber.wait(lambda s: all(online(s, name) for name in sources), 60)
            states = {name: online(subscriber, name) or {} for name in sources}
            assert lookout.stop() == 0
            subscriber.wait(lambda s: s.latest("lookout/box1/availability") == "offline")
        check(lookout, subscriber, secrets=(WORD,))
        log = lookout.text()
    # A device that this machine does not have costs nothing but a line.
    decoders = {name: states[name]["decoder"] for name in ("tcp", "udp", "file")}
    assert decoders["udp"] == "software"
    for name in ("tcp", "file"):
        assert decoders[name] in {"software", "v4l2m2m"}
        instead = f"{name}: decoded by the processor instead: v4l2m2m: its device cannot be opened"
        assert (decoders[name] == "software") == (instead in log)
    readers = {name: (state["reader"], state["transport"]) for name, state in states.items()}
    assert readers == {
        **dict.fromkeys(("tcp", "onvif"), ("own", "tcp")),
        "udp": ("own", "udp"),
        "rtsps": ("own", "tls"),
        **dict.fromkeys(("hls", "file"), ("libav", None)),
        **dict.fromkeys(("mjpeg", "still"), ("http", None)),
        **dict.fromkeys(("uploads", "scans"), (None, None)),
    }


def online(subscriber: Subscriber, camera: str) -> dict[str, Any] | None:
    """Return the latest status by which a camera was online; None if it never was."""
    topic = f"lookout/box1/cameras/{camera}/status"
    told = [one.json for one in subscriber.messages if one.topic == topic and one.payload]
    return next((one for one in reversed(told) if one["state"] == "online"), None)


def seen(subscriber: Subscriber) -> set[str]:
    """Name the cameras of which an event was told."""
    return {event["camera"] for event in subscriber.events}
