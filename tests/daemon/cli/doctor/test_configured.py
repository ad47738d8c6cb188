"""Cameras of the configuration are tried."""

from pathlib import Path

import pytest
from rig.broker import free_port
from rig.clip import Clip
from rig.command import lookout, written
from rig.examined import CONFIG, lines
from rig.rtsp_server import RtspServer

from daemon.exits import Exit


@pytest.mark.rtsp
def test_cameras_say_who_reads_them(tmp_path: Path) -> None:
    """A camera of the configuration is opened: what it shows and by whom; one away is no fault."""
    clip = Clip(frames=500, width=160, height=96).write(tmp_path / "clip.mp4")
    with RtspServer(clip) as server:
        cameras = {
            "door": {"source": {"type": "rtsp", "url": server.url}},
            "gone": {"source": {"type": "rtsp", "url": f"rtsp://127.0.0.1:{free_port()}/x"}},
        }
        config = {**CONFIG, "cameras": cameras, "timing": {"opening": 30.0}}
        done = lookout("doctor", "--config", written(tmp_path, config), "--json")
    found = lines(done)
    assert done.code == Exit.CLEAN
    assert found["camera door"]["found"] == "h264 160x96, 25 fps, read by Lookout's own over tcp"
    assert found["camera gone"]["health"] == "warn"
    assert "nothing listens there" in found["camera gone"]["found"]
