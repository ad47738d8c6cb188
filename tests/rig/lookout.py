"""The daemon under test: the real command, as a process, with its state in a folder of the test."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil
import yaml

from daemon.timing import Timing
from sinks.journal import Figures, JournalReader

SCRIPTED = {"type": "detectors.testing:ScriptedDetector"}
"""A detector that needs no model: finds bright squares, calls them person."""

QUICK: Mapping[str, float] = {
    "silence": 2.0,
    "opening": 6.0,
    "idr": 6.0,
    "frozen": 5.0,
    "heartbeat": 2.0,
    "request": 6.0,
    "inference": 2.0,
    "camera_lost": 4.0,
    "retry_first": 0.2,
    "retry_most": 1.0,
    "retry_parked": 3.0,
    "retry_crashed": 2.0,
    "knock": 0.5,
}
"""Deadlines shortened for tests; the figures of the cases are scaled alike."""

AS_SHIPPED: Mapping[str, float] = {
    name: getattr(Timing(), name) for name in ("silence", "opening", "heartbeat", "inference")
}
"""For runs over real models and clips, in which nothing is to be killed for being slow."""

PATIENT: Mapping[str, float] = {
    "silence": 20.0,
    "opening": 60.0,
    "idr": 60.0,
    "heartbeat": 20.0,
    "picture": 10.0,
    "inference": 20.0,
}
"""For runs in which many processes start at once, and none is to be killed for being slow."""

RUNS: deque["Lookout"] = deque(maxlen=3)
"""Started last; a failed test shows what they said."""


class Lookout:
    """One daemon, started, watched, killed and started again over the same state.

    Args:
        folder: Holds configuration, state and log.
        config: The configuration; `state_dir` and `timing` are filled in.
        secrets: Credentials by name, as (user, password).
    """

    def __init__(
        self,
        folder: Path,
        config: Mapping[str, Any],
        *,
        secrets: Mapping[str, tuple[str, str]] | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.state = folder / "state"
        self.log = folder / "log"
        self.config = folder / "lookout.yaml"
        self.options: tuple[str, ...] = ()
        """What the command is called with besides."""

        self.starts = 0
        self.left: list[str] = []
        """Processes that were still there after the last `stop`."""

        self._env = {**os.environ, **(env or {})}
        self._process: subprocess.Popen[bytes] | None = None
        whole = {
            "node": "box1",
            "detector": SCRIPTED,
            "stats_interval": 0.5,
            "state_dir": str(self.state),
            **config,
        }
        whole["journal"] = {"reserve": 1, **dict(config.get("journal", {}))}
        for reasoner in [whole[key] for key in ("reasoner",) if key in whole]:
            # A scripted server answers one question after the other: none is to be ours.
            reasoner.setdefault("probe", False)
        whole["timing"] = {**QUICK, **dict(config.get("timing", {}))}
        if secrets:
            file = folder / "secrets.toml"
            file.touch(mode=0o600)
            file.write_text(
                "\n".join(
                    f"[credentials.{name}]\nuser = {json.dumps(user)}\n"
                    f"password = {json.dumps(password)}"
                    for name, (user, password) in secrets.items()
                )
            )
            whole["secrets"] = str(file)
        self.config.write_text(yaml.safe_dump(whole))

    def __enter__(self) -> Self:
        self.start()
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
        """Process id of the daemon."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it; its log goes on in the same file."""
        self.starts += 1
        if self not in RUNS:
            RUNS.append(self)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command(
                    *("run", "--config", str(self.config), "--log-level", "debug"), *self.options
                ),
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=self._env,
            )

    @staticmethod
    def command(*words: str) -> Sequence[str]:
        """Return how the real command is called."""
        return [sys.executable, "-m", "daemon", *words]

    def kill(self) -> None:
        """SIGKILL the daemon, if it runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def stop(self, within: float = 12.0) -> int:
        """SIGTERM it; return its exit code. What of it lives on for 2 s is `left`."""
        family = self.children()
        self.signal(signal.SIGTERM)
        code = self.wait_end(within)
        _, alive = psutil.wait_procs(family, timeout=2)
        self.left = [f"process {p.pid} outlived the daemon" for p in alive if not _dead(p)]
        return code

    def wait_end(self, within: float) -> int:
        """Wait until it has ended; return its exit code."""
        assert self._process is not None
        return self._process.wait(within)

    @property
    def running(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    def children(self, module: str = "") -> list[psutil.Process]:
        """Return the daemon's processes that run a module, such as `sources.child`."""
        try:
            every = psutil.Process(self.pid).children()
        except psutil.NoSuchProcess:
            return []
        return [child for child in every if module in _command(child)]

    def text(self) -> str:
        """Return the log so far."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def wait(self, holds: Callable[[], object], within: float = 20.0, what: str = "") -> None:
        """Wait until a condition holds.

        Raises:
            AssertionError: It did not in time, or the daemon ended; with the end of the log.
        """
        deadline = time.monotonic() + within
        while not holds():
            ended = not self.running
            assert time.monotonic() < deadline, f"{what or holds} did not hold:\n{self._tail()}"
            assert not ended, f"the daemon ended while waiting for {what}:\n{self._tail()}"
            time.sleep(0.02)

    def wait_for_log(self, text: str, within: float = 20.0, *, times: int = 1) -> None:
        """Wait until the log says something, so many times."""
        self.wait(lambda: self.text().count(text) >= times, within, f"log says {text!r}")

    def events(self) -> list[dict[str, Any]]:
        """Return every committed revision, oldest first."""
        if not (self.state / "journal.sqlite").exists():
            return []
        with JournalReader(self.state / "journal.sqlite") as reader:
            found = [entry.event for entry in reader.events()]
        return [json.loads(event.wire()) for event in found]

    def figures(self) -> Figures:
        """Return the journal's accounting."""
        with JournalReader(self.state / "journal.sqlite") as reader:
            return reader.figures()

    def integrity(self) -> list[str]:
        """Return what the journal's integrity check found."""
        with JournalReader(self.state / "journal.sqlite") as reader:
            return list(reader.integrity())

    def warnings(self, most: int = 60) -> str:
        """Return the end of the log without its small print, for people."""
        lines = self.text().splitlines()
        return "\n".join([line for line in lines if " DEBUG " not in line][-most:])

    def _tail(self) -> str:
        return "\n".join(self.text().splitlines()[-40:])


def _dead(process: psutil.Process) -> bool:
    """Tell whether a process has ended, and only waits for its new parent to notice."""
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
