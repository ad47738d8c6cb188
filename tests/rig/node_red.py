"""A real Node-RED, where one is installed: `make test-node-red` installs it."""

import json
import shutil
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from rig.broker import free_port
from rig.checkout import ROOT

PROGRAM: Final = ROOT / "tests/rig/node-red/node_modules/node-red/red.js"


class NodeRed:
    """Node-RED as a child process, running one flow."""

    def __init__(self, folder: Path, flow: list[dict[str, Any]]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "flows.json").write_text(json.dumps(flow))
        settings = {
            "uiPort": free_port(),
            "uiHost": "127.0.0.1",
            "flowFile": "flows.json",
            "disableEditor": True,
            "telemetry": {"enabled": False},
        }
        (folder / "settings.js").write_text(f"module.exports = {json.dumps(settings)}\n")
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        node = shutil.which("node")
        assert node is not None
        command = [node, str(PROGRAM), "-u", str(self._folder)]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    @property
    def log(self) -> str:
        """What it said."""
        return (self._folder / "log").read_text(errors="replace")

    def says(self, text: str, within: float = 60) -> None:
        """Wait until it has said something."""
        deadline = time.monotonic() + within
        while text not in self.log:
            assert time.monotonic() < deadline, self.log[-3000:]
            time.sleep(0.1)
