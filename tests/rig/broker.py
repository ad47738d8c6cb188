"""Real brokers on private ports: mosquitto with all its faults at hand, amqtt for MQTT 3.1.1."""

import contextlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

PROGRAM: Final = "/usr/sbin/mosquitto"
SHIPPED: Final = Path(__file__).resolve().parents[2] / "deploy" / "mosquitto.conf"
_PLACES: Final = ("listener ", "persistence_location ")
_AMQTT: Final = """
import asyncio, sys
from amqtt.broker import Broker
async def main():
    broker = Broker({
        "listeners": {"default": {"type": "tcp", "bind": "127.0.0.1:" + sys.argv[1]}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
    })
    await broker.start()
    await asyncio.Event().wait()
asyncio.run(main())
"""


def free_port() -> int:
    """Return a TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def shipped_settings() -> list[str]:
    """Return the settings of `deploy/mosquitto.conf` but for its places: port and folder."""
    lines = SHIPPED.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith(("#", *_PLACES))]


class _Process:
    """A broker that runs as a child process of the test."""

    def __init__(self, port: int | None = None) -> None:
        self.port = port or free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """What a sink is configured with."""
        return f"mqtt://127.0.0.1:{self.port}"

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

    def start(self) -> None:
        """Start, on the same port as ever, and wait until it listens."""
        self._process = subprocess.Popen(
            self._command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"broker ended with {self._process.returncode}")
            with contextlib.suppress(OSError), socket.create_connection(self._address, 1):
                return
            time.sleep(0.02)
        raise RuntimeError("broker does not listen")

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it cleanly."""
        self._end(signal.SIGTERM)

    def freeze(self) -> None:
        """Let it hold its connections and answer nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    @property
    def _address(self) -> tuple[str, int]:
        return ("127.0.0.1", self.port)

    def _command(self) -> Sequence[str]:
        raise NotImplementedError

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(number)
        self._process.send_signal(signal.SIGCONT)
        self._process.wait(10)
        self._process = None


class Mosquitto(_Process):
    """Mosquitto; its persistence survives `kill` and `start`."""

    def __init__(
        self,
        folder: Path,
        settings: Iterable[str] = ("allow_anonymous true",),
        *,
        port: int | None = None,
        persistent: bool = False,
    ) -> None:
        """Prepare.

        Args:
            folder: Private to this broker.
            settings: Lines of its configuration but for listener and folder.
            port: To listen on; a free one by default.
            persistent: Whether to keep state in `folder`.
        """
        super().__init__(port)
        self._folder = folder
        self._settings = list(settings)
        if persistent:
            self._settings += [f"persistence_location {folder}/", "persistence true"]

    @classmethod
    def shipped(cls, folder: Path) -> Self:
        """Return one with the settings that Lookout ships."""
        return cls(folder, [*shipped_settings(), f"persistence_location {folder}/"])

    @classmethod
    def guarded(cls, folder: Path, acl: str, users: dict[str, str]) -> Self:
        """Return one that asks for passwords and obeys an access list."""
        passwords = folder / "passwords"
        passwords.touch(mode=0o600)
        for user, password in users.items():
            subprocess.run(
                ["mosquitto_passwd", "-b", str(passwords), user, password],
                check=True,
                capture_output=True,
            )
        rules = folder / "acl"
        rules.write_text(acl, encoding="utf-8")
        rules.chmod(0o600)
        return cls(
            folder, ["allow_anonymous false", f"password_file {passwords}", f"acl_file {rules}"]
        )

    def _command(self) -> Sequence[str]:
        # Started by root, mosquitto would become its own user and not read the test's folder.
        lines = ["user root", f"listener {self.port} 127.0.0.1", *self._settings]
        config = self._folder / "mosquitto.conf"
        config.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return [PROGRAM, "-c", str(config)]


class Amqtt(_Process):
    """The embedded broker, which speaks MQTT 3.1.1 only."""

    def _command(self) -> Sequence[str]:
        return [sys.executable, "-c", _AMQTT, str(self.port)]
