"""Where libavformat may be led: nowhere, whether the camera says so at once or only to it."""

import subprocess
import sys
from pathlib import Path

import pytest
from rig.camera_b import CameraB, Script
from rig.camera_b.payload import Footage, footage
from rig.checkout import ROOT
from rig.clip import Clip

from sources.child.rtsp.connection import Target
from sources.child.rtsp.errors import Redirected
from sources.child.rtsp.redirect import ask_first
from sources.errors import SourceBusy


@pytest.fixture(scope="module")
def clip(clips: Path) -> Footage:
    """Make a second of pictures."""
    return footage(Clip(frames=25, width=320, height=240).write(clips / "led.mp4"))


def target(camera: CameraB) -> Target:
    """Aim at a camera."""
    return Target(("127.0.0.1",), camera.port, 2.0)


@pytest.mark.fault("F54")
def test_camera_that_redirects_is_found_out_before_libavformat_follows(clip: Footage) -> None:
    """The description is asked for first; one that is given lets libavformat go on."""
    with CameraB(clip, Script(redirect="rtsp://169.254.169.254/x")) as camera:
        with pytest.raises(Redirected, match="elsewhere"):
            ask_first(target(camera), camera.url, None)
        camera.script = Script()
        ask_first(target(camera), camera.url, None)
        camera.script = Script(refusals=(("DESCRIBE", "404 Not Found"),))
        ask_first(target(camera), camera.url, None)
        camera.script = Script(refusals=(("DESCRIBE", "453 Not Enough Bandwidth"),))
        with pytest.raises(SourceBusy):
            ask_first(target(camera), camera.url, None)


SCRIPT = """
import socket
from sources.child.rtsp.errors import Redirected
from sources.child.rtsp.redirect import peers, stay

def astray(host, port):
    try:
        stay(host, port)
    except Redirected as error:
        return "elsewhere" in str(error)
    return False

with socket.create_server(("127.0.0.1", 0)) as server:
    port = server.getsockname()[1]
    assert peers() == [] and not astray("127.0.0.1", port + 1)
    with socket.create_connection(server.getsockname()):
        assert peers() == [("127.0.0.1", port)]
        assert not astray("127.0.0.1", port) and not astray("localhost", port)
        assert astray("127.0.0.1", port + 1) and astray("127.0.0.2", port)
        assert astray("localhost", port + 1)
"""


@pytest.mark.fault("F54")
def test_connection_that_leads_elsewhere_is_found_out() -> None:
    """Whatever the camera told libavformat, where the connections of its process lead is seen."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
