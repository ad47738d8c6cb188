"""Several cameras in one process: frozen, killed and started again together, like a power cut.

    with Fleet({"yard": clip}) as fleet:
        … fleet.url("yard") …
        fleet.kill()
        fleet.start({"yard": another_clip})

Run as a program: `python -m rig.fleet '{"yard": {"host": …, "port": 20001, "clip": "…"}}'`; it
prints `ready`.
"""

import json
import os
import random
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from rig.camera_b import CameraB
from rig.link import Link

_TESTS = Path(__file__).resolve().parents[1]
_START = 30.0
_PORTS = range(20_000, 32_000)
"""Below the ports from which connections go out: nobody else takes one while its camera is away."""


def settled_port() -> int:
    """Find a port that stays free while nobody listens on it."""
    for port in random.sample(_PORTS, 200):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port")


class Fleet:
    """Cameras by name, each at an address of its own that stays the same.

    Args:
        clips: What each shows, in real time, to each viewer from its start, again and again.
        link: The cable at whose other end they are; None: on this machine.
    """

    def __init__(self, clips: Mapping[str, Path], link: Link | None = None) -> None:
        self._host = link.address if link else "127.0.0.1"
        self._inside = link.inside if link else ()
        self._clips = dict(clips)
        self._ports = {name: settled_port() for name in clips}
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

    def url(self, name: str) -> str:
        """Return a camera's address."""
        return f"rtsp://{self._host}:{self._ports[name]}/video"

    def start(self, clips: Mapping[str, Path] | None = None) -> None:
        """Start it, perhaps with other clips, and wait until every camera listens."""
        self._clips |= clips or {}
        wish = {
            name: {"host": self._host, "port": self._ports[name], "clip": str(clip)}
            for name, clip in self._clips.items()
        }
        process = subprocess.Popen(
            [*self._inside, sys.executable, "-m", "rig.fleet", json.dumps(wish)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": f"{_TESTS}:{_TESTS.parent}"},
        )
        self._process = process
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], _START)
        if not ready or process.stdout.readline() != b"ready\n":
            self.kill()
            raise RuntimeError("the cameras did not start")

    def kill(self) -> None:
        """Kill it like a power cut, frozen or not."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None

    def freeze(self) -> None:
        """Keep every connection open and say nothing any more."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)


def serve(wish: Mapping[str, Mapping[str, str | int]]) -> None:
    """Serve until killed."""
    with ExitStack() as stack:
        for camera in wish.values():
            clip, host, port = Path(str(camera["clip"])), str(camera["host"]), int(camera["port"])
            stack.enter_context(CameraB(clip, host=host, port=port))
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        signal.pause()


if __name__ == "__main__":
    serve(json.loads(sys.argv[1]))
