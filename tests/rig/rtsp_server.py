"""A real RTSP camera for tests: GStreamer's server as a process of its own."""

import json
import select
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import pytest

_PYTHON = "/usr/bin/python3"
_SCRIPT = Path(__file__).with_name("rtsp_serve.py")
_START = 15.0
"""Seconds the server may take to listen."""


def require_gstreamer() -> None:
    """Skip the test, with the reason, where GStreamer's RTSP server is not installed."""
    probe = (
        "import gi; gi.require_version('GstRtspServer', '1.0');"
        "from gi.repository import GstRtspServer"
    )
    try:
        done = subprocess.run([_PYTHON, "-c", probe], capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip(f"no {_PYTHON} with GStreamer's bindings")
    if done.returncode:
        pytest.skip("no GStreamer RTSP server (python3-gi, gir1.2-gst-rtsp-server-1.0)")


def free_port() -> int:
    """Find a port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clip_pipeline(path: Path) -> str:
    """Describe how an H.264 MP4 file is served: in real time, once, from its start."""
    return (
        f'( filesrc location="{path}" ! qtdemux ! h264parse config-interval=-1 '
        "! rtph264pay name=pay0 pt=96 timestamp-offset=90000 )"
    )


class RtspServer:
    """One camera at `rtsp://127.0.0.1:PORT/PATH`.

    Args:
        what: An MP4 file with H.264, or a pipeline in GStreamer's launch syntax.
        port: 0 takes a free one; it stays the same through `restart`.
        user: None lets everybody in.
        password: Of the user.
        scheme: How the password is asked for.
        shared: Whether all clients watch the same run; otherwise each sees it from its start.
        path: Path of the stream.
        certificate: PEM file with certificate and key; makes it `rtsps://localhost:PORT/PATH`.
        beside: More streams of the same camera, by path.
    """

    def __init__(  # noqa: PLR0913 (all that a camera may be)
        self,
        what: Path | str,
        *,
        port: int = 0,
        user: str | None = None,
        password: str = "",
        scheme: Literal["digest", "basic"] = "digest",
        shared: bool = False,
        path: str = "/stream",
        certificate: Path | None = None,
        beside: Mapping[str, Path] | None = None,
    ) -> None:
        require_gstreamer()
        self.port = port or free_port()
        place = "rtsps://localhost" if certificate else "rtsp://127.0.0.1"
        self.url = f"{place}:{self.port}{path}"
        self._wish = {
            "port": self.port,
            "pipeline": clip_pipeline(what) if isinstance(what, Path) else what,
            "user": user,
            "password": password,
            "scheme": scheme,
            "shared": shared,
            "path": path,
            "certificate": str(certificate) if certificate else None,
            "beside": {place: clip_pipeline(clip) for place, clip in (beside or {}).items()},
        }
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._running.pid

    def start(self) -> None:
        """Start it and wait until it listens."""
        process = subprocess.Popen(
            [_PYTHON, str(_SCRIPT), json.dumps(self._wish)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._process = process
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], _START)
        if not ready or process.stdout.readline() != b"ready\n":
            self.kill()
            raise RuntimeError(f"the RTSP server did not start on port {self.port}")

    def kill(self) -> None:
        """Kill it like a power cut: no goodbye to anybody."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None

    def restart(self) -> None:
        """Kill it and start it again on the same port."""
        self.kill()
        self.start()

    def stop(self) -> None:
        """Freeze it: connections stay open, nothing is said any more."""
        self._running.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._running.send_signal(signal.SIGCONT)

    def viewers(self) -> int:
        """Count established connections to it."""
        return sum(1 for line in _tcp() if _is_viewer(line, self.port))

    def wait_for_viewers(self, count: int, deadline: float = 10) -> None:
        """Wait until exactly so many connections are established."""
        ends = time.monotonic() + deadline
        while self.viewers() != count:
            if time.monotonic() > ends:
                raise TimeoutError(f"{self.viewers()} viewers instead of {count}")
            select.select([], [], [], 0.02)

    @property
    def _running(self) -> "subprocess.Popen[bytes]":
        assert self._process is not None, "the server does not run"
        return self._process


def _tcp() -> list[list[str]]:
    rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return [row.split() for row in rows]


def _is_viewer(row: list[str], port: int) -> bool:
    established = "01"
    return int(row[1].split(":")[1], 16) == port and row[3] == established
