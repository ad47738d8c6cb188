"""Servers of models as processes of their own: started, frozen, killed, started anew in place.

`small` needs nothing. `transformers_serve` and `llama_server` are other people's: the first comes
with the environment of `make test-torch`, the second is built by `make llama-server`.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
from rig import small_model
from rig.checkout import ROOT
from rig.rtsp_server import free_port

BUILT = ROOT / ".llama-server" / "build" / "bin" / "llama-server"
NAMED = "LOOKOUT_LLAMA_SERVER"
"""Variable that names a `llama-server`, before the one on the path and the one that was built."""


class Served:
    """One server at a port of its own.

    Args:
        command: How it is called; `{port}` is replaced.
        reasoner: What of a reasoner's configuration it decides, but for the address.
        log: What it says.
        cramped: Options that leave it too little room for any question; none where it has none.
        env: Variables it sees besides ours.
        within: Seconds until it must be ready.
    """

    def __init__(
        self,
        *command: str,
        reasoner: Mapping[str, Any],
        log: Path,
        cramped: tuple[str, ...] = (),
        env: Mapping[str, str] | None = None,
        within: float = 60.0,
    ) -> None:
        self.port = free_port()
        self.command = command
        self.cramped = cramped
        self.formed = reasoner.get("dialect") != "transformers"
        """Whether it holds answers to the form that is asked for."""

        self._reasoner = reasoner
        self._log = log
        self._env = {**os.environ, **(env or {})}
        self._within = within
        self._process: subprocess.Popen[bytes] | None = None

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
        """Process id."""
        return self._running.pid

    def ensure(self) -> Self:
        """Start it if a test has killed it."""
        if self._process is None:
            self.start()
        return self

    def reasoner(self, port: int | None = None) -> dict[str, Any]:
        """Return how a daemon is told to ask it, perhaps by way of another port."""
        url = f"http://127.0.0.1:{port or self.port}/v1"
        return {"type": "openai", "url": url, **self._reasoner}

    def start(self, *more: str) -> None:
        """Start it, with more options perhaps, and wait until it says that it is well."""
        words = [word.format(port=self.port) for word in (*self.command, *more)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._env
            )
        deadline = time.monotonic() + self._within
        while not self._well():
            ended = self._process.poll() is not None
            if ended or time.monotonic() > deadline:
                said = self._log.read_text(errors="replace")[-2000:]
                self.kill()
                raise RuntimeError(f"{words[0]} did not start:\n{said}")
            time.sleep(0.02)

    def kill(self) -> None:
        """Kill it like a power cut: no goodbye to anybody."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """Freeze it: it still takes connections, and says nothing."""
        self._running.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._running.send_signal(signal.SIGCONT)

    @property
    def _running(self) -> "subprocess.Popen[bytes]":
        assert self._process is not None, "the server does not run"
        return self._process

    def _well(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5) as said:
                return bool(said.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def small(folder: Path, *, pause: float = 0.0, room: int = 0) -> Served:
    """Make a server of our own: on form at once, or letter by letter with so many seconds between.

    Args:
        folder: For its log.
        pause: Seconds between pieces of an answer.
        room: Letters it takes in; 0 for any number.
    """
    return Served(
        *(sys.executable, str(small_model.__file__), "{port}"),
        *("--pause", str(pause), "--room", str(room)),
        reasoner={"model": "small", "max_tokens": 512},
        log=folder / "small.log",
        cramped=("--room", "100"),
    )


def transformers_serve(model: Path, folder: Path) -> Served:
    """Make `transformers serve` of a folder with a model; it ignores the form of answers."""
    (folder / "hub").mkdir(exist_ok=True)
    return Served(
        *(str(Path(sys.executable).with_name("transformers")), "serve", str(model)),
        *("--device", "cpu", "--host", "127.0.0.1", "--port", "{port}"),
        reasoner={"model": str(model), "dialect": "transformers", "max_tokens": 48},
        log=folder / "serve.log",
        env={
            "HF_HUB_OFFLINE": "1",
            "HF_HUB_CACHE": str(folder / "hub"),
            "OMP_NUM_THREADS": "1",
        },
        within=180.0,
    )


def llama_server(model: Path, folder: Path, *, room: int = 16384) -> Served:
    """Make `llama-server` of a folder with `model.gguf` and `mmproj.gguf`, or skip the test.

    Args:
        model: The folder.
        folder: For its log.
        room: Tokens it takes in, over both questions it answers at a time.
    """
    return Served(
        *(require_llama_server(), "-m", str(model / "model.gguf")),
        *("--mmproj", str(model / "mmproj.gguf"), "--host", "127.0.0.1", "--port", "{port}"),
        *("-t", "1", "-np", "2", "--offline", "--no-webui", "--alias", "tiny", "-c", str(room)),
        reasoner={"model": "tiny", "dialect": "llamacpp", "max_tokens": 4000},
        log=folder / "llama.log",
        cramped=("-c", "256"),
    )


def require_llama_server() -> str:
    """Find the program, or skip the test and say how to come by it."""
    found = find_llama_server()
    if found is None:
        pytest.skip(f"no llama-server: `make llama-server` builds one, {NAMED} names one")
    return found


def find_llama_server() -> str | None:
    """Find the program: named, on the path, or built in this checkout."""
    named = os.environ.get(NAMED)
    if named:
        return named
    return shutil.which("llama-server") or (str(BUILT) if BUILT.is_file() else None)
