"""A real Home Assistant core, where one is installed: `make test-home-assistant` installs it."""

import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from rig.broker import free_port

ROOT: Final = Path(__file__).resolve().parents[2]
PYTHON: Final = Path(
    os.environ.get("LOOKOUT_HOME_ASSISTANT", ROOT / ".venv-home-assistant/bin/python")
)
"""The interpreter of the environment that Home Assistant is installed in."""

_CORE: Final = Path(__file__).with_name("home_assistant_core.py")


class HomeAssistant:
    """The core as a child process; what it knows survives `stop` and `start`."""

    def __init__(self, folder: Path, mqtt: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._mqtt = mqtt
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start and wait until it has."""
        command = [str(PYTHON), str(_CORE), str(self._folder), str(self._mqtt), str(free_port())]
        (self._folder / "configuration.yaml").touch()
        log = (self._folder / "log").open("ab")
        with log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self._answer() == "ready"

    def stop(self) -> None:
        """End it in order."""
        if self._process is not None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None

    def ask(self, do: str, **more: Any) -> Any:
        """Give one order and return the answer."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    @property
    def entities(self) -> dict[str, dict[str, Any]]:
        """What it shows, by unique id."""
        found: dict[str, dict[str, Any]] = self.ask("entities")
        return found

    def wait(self, holds: Callable[[], object], what: str, within: float = 30) -> None:
        """Wait until something holds."""
        deadline = time.monotonic() + within
        while not holds():
            if time.monotonic() > deadline:
                states = {key: found["state"] for key, found in self.entities.items()}
                raise AssertionError(f"{what}: not within {within} s; {states}; {self.log}")
            time.sleep(0.1)

    @property
    def log(self) -> str:
        """What it complained about, last."""
        return (self._folder / "log").read_text(errors="replace")[-4000:]

    def _answer(self) -> Any:
        assert self._process is not None
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, self.log
        return json.loads(line)
