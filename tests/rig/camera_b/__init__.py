"""Camera B: a scripted RTSP server that commits every sin of a protocol real cameras commit.

    with CameraB(Clip().write(folder / "clip.mp4"), Script(first_stamp=2**32 - 90_000)) as camera:
        child.open(RTSP, {"url": camera.url})
        …
        assert len(camera.connections) == 1

It replays a clip (H.264 or H.265, any container; see `rig.clip.Clip`) in real time, to each viewer
from its start, again and again, its stamps going on, with sender reports. What it does wrong stands
in `Script`; `camera.script` may be replaced while it runs and holds for the next connection. What
happened is in `camera.connections`, `camera.requests` and `camera.sent`.
"""

from rig.camera_b.script import Jump, Login, Pause, Script
from rig.camera_b.server import CameraB, Request

__all__ = ["CameraB", "Jump", "Login", "Pause", "Request", "Script"]
