"""The daemon under measurement: the real command with its defaults, watched from outside."""

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml

from benchmarks.processes import Part, parts

ROOT = Path(__file__).resolve().parent.parent


class Running:
    """One daemon over a fresh state folder.

    Args:
        config: Its configuration; `node` and `state_dir` are filled in.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.started_at = 0.0
        """Monotonic seconds at which the process was started."""

        self._folder = tempfile.TemporaryDirectory(prefix="lookout-bench-")
        self.state = Path(self._folder.name)
        self._config = self.state / "lookout.yaml"
        self._log = self.state / "log"
        whole = {"node": "bench", "state_dir": str(self.state), **config}
        self._config.write_text(yaml.safe_dump(whole))

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self.started_at = time.monotonic()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "daemon", "run", "--config", str(self._config)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=ROOT,
            )
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()

    @property
    def pid(self) -> int:
        """Process id of the daemon."""
        return self._process.pid

    def parts(self, role: str | None = None) -> list[Part]:
        """List its processes, or those of one role."""
        return [part for part in parts(self.pid) if role in {None, part.role}]

    def wait(self, holds: Callable[[], object], within: float = 60.0, what: str = "") -> None:
        """Wait until a condition holds.

        Raises:
            RuntimeError: It did not in time, or the daemon ended; with the end of its log.
        """
        deadline = time.monotonic() + within
        while not holds():
            if time.monotonic() > deadline or self._process.poll() is not None:
                tail = "\n".join(self._log.read_text(errors="replace").splitlines()[-20:])
                raise RuntimeError(f"{what or 'what was waited for'} did not come:\n{tail}")
            time.sleep(0.005)


def file_camera(clip: Path, *, fps: float = 5.0) -> dict[str, Any]:
    """Configure a camera that plays a clip at its own speed, again and again."""
    source = {"type": "file", "path": str(clip), "pace": "clip", "loop": True}
    return {"source": source, "detect": {"fps": fps}}


def openvino(model: Path) -> dict[str, Any]:
    """Configure a detector on OpenVINO."""
    return {"type": "openvino", "model": str(model)}
