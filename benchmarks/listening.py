"""A broker and a subscriber that stamps what arrives."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Condition
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from rig.broker import Mosquitto

TRIES = 5


class Heard:
    """What a subscriber has received so far, with the monotonic second of arrival."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._messages: list[tuple[float, str, dict[str, Any]]] = []

    def take_in(self, topic: str, payload: bytes) -> None:
        """Stamp and keep one message; what is no JSON object is left out."""
        at = time.monotonic()
        if not payload.startswith(b"{"):
            return
        with self._changed:
            self._messages.append((at, topic, json.loads(payload)))
            self._changed.notify_all()

    def about(self, ending: str) -> list[tuple[float, dict[str, Any]]]:
        """Return arrival and content of the messages whose topic ends so."""
        with self._changed:
            messages = list(self._messages)
        return [(at, message) for at, topic, message in messages if topic.endswith(ending)]


@contextmanager
def subscriber(topic: str = "lookout/#") -> Iterator[tuple[Heard, str]]:
    """Run mosquitto with the settings we ship; yield what is heard and the broker's URL."""
    heard = Heard()
    with (
        TemporaryDirectory(prefix="lookout-bench-") as folder,
        _broker(Path(folder)) as broker,
    ):
        client = paho.Client(CallbackAPIVersion.VERSION2)
        client.on_message = lambda _client, _data, letter: heard.take_in(
            letter.topic, bytes(letter.payload)
        )
        client.connect("127.0.0.1", broker.port)
        client.subscribe(topic)
        client.loop_start()
        try:
            yield heard, broker.url
        finally:
            client.disconnect()
            client.loop_stop()


@contextmanager
def _broker(folder: Path) -> Iterator[Mosquitto]:
    """Start a broker; somebody else may take the free port first, so try again."""
    for attempt in range(TRIES):
        broker = Mosquitto.shipped(folder)
        try:
            broker.start()
        except RuntimeError:
            if attempt == TRIES - 1:
                raise
        else:
            break
    try:
        yield broker
    finally:
        broker.kill()
