"""A durable subscriber: QoS 1, its session kept by the broker, every message appended to a file.

Run as a program: `subscriber.py PORT TOPIC FILE`, several topics divided by blanks. Each line of
the file is one message: `{"topic": …, "payload": …, "retain": …}`, the payload as text, or null
where it is none.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import aiomqtt

NAME: Final = "durable-subscriber"


@dataclass(frozen=True, slots=True)
class Received:
    """One message as the subscriber got it."""

    topic: str
    payload: str | None
    retain: bool

    @property
    def json(self) -> dict[str, Any]:
        """The payload as JSON."""
        found: dict[str, Any] = json.loads(self.payload or "{}")
        return found


class Subscriber:
    """The subscriber as a child process; it comes back to a broker that went away."""

    def __init__(self, port: int, file: Path, topic: str = "lookout/#") -> None:
        self._arguments = [str(port), topic, str(file)]
        self._file = file
        self._process: subprocess.Popen[bytes] | None = None
        self._read = 0
        self._messages: list[Received] = []

    def __enter__(self) -> Self:
        self._process = subprocess.Popen([sys.executable, __file__, *self._arguments])
        self.wait(lambda _: self._file.exists())
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    @property
    def messages(self) -> list[Received]:
        """Everything received until now."""
        if self._file.exists():
            with self._file.open("rb") as file:
                file.seek(self._read)
                fresh = file.read()
            whole = fresh[: fresh.rfind(b"\n") + 1]
            self._read += len(whole)
            self._messages += [Received(**json.loads(line)) for line in whole.splitlines()]
        return list(self._messages)

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events among them."""
        return [message.json for message in self.messages if "/events/" in message.topic]

    def all(self, topic: str) -> list[str | None]:
        """Return every payload of a topic, oldest first."""
        return [message.payload for message in self.messages if message.topic == topic]

    def latest(self, topic: str) -> str | None:
        """Return the newest payload of a topic."""
        found = self.all(topic)
        return found[-1] if found else None

    def wait(self, holds: Callable[["Subscriber"], bool], timeout: float = 15) -> None:
        """Wait until something holds of this subscriber."""
        deadline = time.monotonic() + timeout
        while not holds(self):
            if time.monotonic() > deadline:
                raise TimeoutError(f"not within {timeout} s; got {self.messages[-3:]}")
            time.sleep(0.05)


def publish(port: int, topic: str, text: str) -> None:
    """Say something to the daemon, as an automation does; returns once the broker has it."""
    asyncio.run(_publish(port, topic, text))


async def _publish(port: int, topic: str, text: str) -> None:
    async with aiomqtt.Client("127.0.0.1", port) as client:
        await client.publish(topic, text, qos=1)


async def collect(port: int, topic: str, file: Path) -> None:
    """Subscribe and write down, for ever; the file appears once subscribed."""
    while True:
        try:
            async with aiomqtt.Client(
                "127.0.0.1", port, identifier=NAME, clean_session=False, timeout=3, keepalive=5
            ) as client:
                await client.subscribe([(one, 1) for one in topic.split()])
                with file.open("a", encoding="utf-8") as out:
                    async for message in client.messages:
                        out.write(_line(message))
                        out.flush()
                        os.fsync(out.fileno())
        except aiomqtt.MqttError:
            await asyncio.sleep(0.1)


def _line(message: aiomqtt.Message) -> str:
    payload = message.payload
    try:
        text = payload.decode() if isinstance(payload, bytes) else None
    except UnicodeDecodeError:
        text = None
    found = {"topic": message.topic.value, "payload": text, "retain": message.retain}
    return json.dumps(found) + "\n"


if __name__ == "__main__":
    asyncio.run(collect(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])))
