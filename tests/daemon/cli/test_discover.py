"""`lookout discover`, and `lookout probe onvif://…`, in front of a real device on the loopback."""

import json
from pathlib import Path

import pytest
import yaml
from rig.clip import Clip
from rig.command import called, lookout
from rig.onvif_device import Habits, OnvifDevice, Stream
from rig.rtsp_server import RtspServer

from daemon.config import parse
from daemon.exits import Exit

USER, WORD = "viewer", "c4nary:%2F/w#rd"
PORT = 3702


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """Write the password into a file."""
    path = tmp_path / "key"
    path.write_text(WORD)
    return path


def test_cameras_are_listed(key: Path) -> None:
    """With a credential streams and clock are told, without one who is there; passwords are not."""
    pytest.importorskip("zeep", reason="the extra onvif is not installed")
    listed = (Stream("P0", "main", 1920, 1080, "rtsp://127.0.0.1/main"),)
    elsewhere = Habits(announces="http://192.0.2.7/onvif/device_service")
    words = ("discover", "--interface", "127.0.0.1", "--seconds", "1")
    with (
        OnvifDevice(listed, Habits(user=USER, password=WORD, skew=90)) as device,
        OnvifDevice((), elsewhere, host="127.0.0.2") as liar,
    ):
        device.join(PORT)
        liar.join(PORT)
        known = lookout(*words, "--user", USER, "--password-file", str(key), "--json")
        shown = lookout(*words)
    assert known.code == shown.code == Exit.CLEAN, known
    found = {row["host"]: row for row in known.json}
    good = found["127.0.0.1"]
    assert (good["port"], good["model"]) == (device.port, "Rig Model 1")
    assert good["clock_ahead_s"] == pytest.approx(90, abs=5)
    assert good["profiles"][0]["url"] == "rtsp://127.0.0.1/main"
    assert "not to 127.0.0.2 from which it came" in found["127.0.0.2"]["problem"]
    assert liar.asked == []
    assert WORD not in json.dumps(known.json) + known.err
    assert "Yard Cam" in shown.out


def test_nobody_there_is_said() -> None:
    """A network without cameras is no failure, and what to look for is said."""
    done = lookout("discover", "--interface", "127.0.0.1", "--seconds", "0.3")
    assert done.code == Exit.CLEAN
    assert "no camera answered within 0.3 s" in " ".join(done.out.split())


def test_network_that_is_not_ours_is_one_line() -> None:
    """An interface that this machine does not have is said, and 69."""
    done = lookout("discover", "--interface", "192.0.2.1", "--seconds", "0.3")
    assert (done.code, done.out) == (Exit.UNREACHABLE, "")
    (line,) = done.err.splitlines()
    assert "no network to ask on" in line


@pytest.mark.rtsp
def test_camera_is_probed_by_its_host(tmp_path: Path, key: Path) -> None:
    """`onvif://HOST` finds the stream, lists the profiles, and writes a section that works."""
    pytest.importorskip("zeep", reason="the extra onvif is not installed")
    clip = Clip(frames=200, width=320, height=240).write(tmp_path / "clip.mp4")
    with RtspServer(clip, user=USER, password=WORD) as server:
        listed = (
            Stream("P0", "main", 320, 240, server.url),
            Stream("P1", "other", 64, 48, "rtsp://192.0.2.7/x"),
        )
        with OnvifDevice(listed, Habits(user=USER, password=WORD)) as device:
            url = f"onvif://127.0.0.1:{device.port}"
            words = ("probe", url, "--user", USER, "--password-file", str(key))
            done = lookout(*words, "--seconds", "1", "--json")
    assert done.code == Exit.CLEAN, done
    assert done.json["details"]["profiles"] == "main H264 320x240; other H264 64x48"
    section = yaml.safe_load(done.json["section"])
    ((name, camera),) = section["cameras"].items()
    assert camera["source"] == {
        "type": "onvif",
        "host": "127.0.0.1",
        "port": device.port,
        "credential": name,
    }
    assert parse(section, "probe").cameras[name].source.type == "onvif"


def test_host_without_onvif_is_one_line() -> None:
    """A device that refuses is one line and 69; a port that is none is 78."""
    pytest.importorskip("zeep", reason="the extra onvif is not installed")
    with OnvifDevice(habits=Habits(raw=(404, "text/html", b"no"))) as device:
        done = lookout("probe", f"onvif://127.0.0.1:{device.port}")
    assert (done.code, done.out) == (Exit.UNREACHABLE, "")
    (line,) = done.err.splitlines()
    assert "turn ONVIF on" in line
    assert called("probe", "onvif://127.0.0.1:port").code == Exit.CONFIG
