"""Command topics under fire: whatever is said, the daemon goes on and nothing else changes."""

import asyncio
import json
import random
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import aiomqtt
import pytest
from rig.accounts import check
from rig.broker import Mosquitto, shipped_settings
from rig.lookout import Lookout
from rig.mangled import mangled
from rig.subscriber import Received, Subscriber

from sinks.mqtt.topic import Topics

pytestmark = pytest.mark.broker

TOPICS: Final = Topics("lookout", "box1")
CAMERAS: Final = f"{TOPICS.root}/cameras"
PROFILES: Final = {"home", "away", "night"}
CONFIG: Final[dict[str, Any]] = {
    "stats_interval": 0.2,
    "rules": {"gate": {"when": {"label": "person"}}},
    "cameras": {
        name: {"source": {"type": "synthetic", "width": 160, "height": 90, "fps": 2, "seed": 3}}
        for name in ("porch", "yard")
    },
}


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[Mosquitto]:
    """Run a broker that keeps whatever waits for us, so that nothing said is lost on the way."""
    folder = tmp_path / "broker"
    folder.mkdir()
    lines = [line for line in shipped_settings() if "max_queued" not in line]
    settings = [*lines, f"persistence_location {folder}/", "max_queued_messages 0"]
    with Mosquitto(folder, settings) as server:
        yield server


class Hearing(Subscriber):
    """A subscriber to what the daemon says on its own topics, and to Home Assistant."""

    def __init__(self, port: int, file: Path) -> None:
        ways = ("state", "+/state", "rule/+/state")
        said = [f"{CAMERAS}/+/{way}" for way in ways] + [f"{TOPICS.profile}/state", TOPICS.stats]
        said += [f"{TOPICS.root}/events/#", TOPICS.availability, "homeassistant/#"]
        super().__init__(port, file, " ".join(said))

    @property
    def messages(self) -> list[Received]:
        """Return what it says on its own topics."""
        return [one for one in super().messages if one.topic.startswith(TOPICS.root)]

    @property
    def devices(self) -> list[dict[str, Any]]:
        """Return what Home Assistant is told."""
        every = super().messages
        return [one.json for one in every if one.topic.startswith("homeassistant/device/")]


def switches(subscriber: Subscriber) -> dict[str, str | None]:
    """Return how everything stands that a command could turn, by its topic."""
    found = {}
    for message in subscriber.messages:
        camera = message.topic.startswith(f"{CAMERAS}/") and message.topic.count("/") > 4
        if message.topic.endswith("/state") and (camera or "/profile/" in message.topic):
            found[message.topic] = message.payload
    return found


def command_topics(subscriber: Hearing) -> list[str]:
    """List what the daemon listens to, from what it says and does: nothing is written down here.

    That is every topic that Home Assistant is told to command, every state with its `set`, every
    pattern that has only a camera to be named, and of the others those of nothing that there is.
    """
    parts = [part for device in subscriber.devices for part in device["components"].values()]
    announced = {part["command_topic"] for part in parts if "command_topic" in part}
    stated = {topic.removesuffix("state") + "set" for topic in switches(subscriber)}
    plain = {
        pattern.replace("+", camera)
        for pattern in TOPICS.orders
        for camera in CONFIG["cameras"]
        if pattern.count("+") <= 1  # more than a camera must be named
    }
    real = announced | stated | plain
    for pattern in TOPICS.orders:
        reached = any(aiomqtt.Topic(topic).matches(pattern) for topic in real)
        assert reached, f"{pattern} is listened to, and no topic of this test comes there"
    nothing = {
        pattern.replace("+", name) for pattern in TOPICS.orders for name in ("source", "nobody")
    }
    return sorted(real) + sorted(nothing - real)


def heard(subscriber: Subscriber) -> int:
    """Return how many messages were taken or refused, as `stats` says."""
    stats = subscriber.latest(TOPICS.stats)
    sink = json.loads(stats)["sinks"]["mqtt"] if stats else {}
    return sum(count for name, count in sink.items() if name.startswith("commands"))


async def say(port: int, topic: str, payloads: list[bytes]) -> None:
    """Publish payloads as fast as the broker takes them."""
    async with aiomqtt.Client("127.0.0.1", port, protocol=aiomqtt.ProtocolVersion.V5) as client:
        client.pending_calls_threshold = 1000
        for payload in payloads:
            await client.publish(topic, payload, qos=1)


@pytest.mark.fault("F73")
@pytest.mark.parametrize("count", [100, pytest.param(2000, marks=pytest.mark.slow)])
def test_no_payload_on_any_command_topic_does_harm(
    tmp_path: Path, patient: Mosquitto, count: int
) -> None:
    """Each topic that commands may come on: all is counted, only its own state ever changes."""
    chance = random.Random(7)
    sink = {"type": "mqtt", "url": patient.url, "discovery": "homeassistant"}
    with (
        Hearing(patient.port, tmp_path / "got") as subscriber,
        Lookout(tmp_path / "d", {**CONFIG, "sinks": {"mqtt": sink}}) as lookout,
    ):
        for name in ("porch", "yard"):
            subscriber.wait(lambda s, n=name: s.latest(f"{CAMERAS}/{n}/state") == "online", 40)  # type: ignore[misc]
        subscriber.wait(lambda s: f"{TOPICS.profile}/state" in switches(s), 20)
        written, sent = lookout.config.read_bytes(), 0
        topics = command_topics(subscriber)
        family = {child.pid for child in lookout.children()}
        for topic in topics:
            before, own = switches(subscriber), topic.removesuffix("set") + "state"
            asyncio.run(say(patient.port, topic, [mangled(chance, topic) for _ in range(count)]))
            sent += count
            subscriber.wait(lambda s, n=sent: heard(s) >= n, 60)  # type: ignore[misc]
            assert heard(subscriber) == sent
            after = switches(subscriber)
            changed = {state for state, word in after.items() if before.get(state) != word}
            assert changed <= {own}, f"{topic} changed {changed}"
            sent += restore(patient.port, subscriber, own)
        assert {child.pid for child in lookout.children()} == family
        assert lookout.config.read_bytes() == written
        assert lookout.stop() == 0
        check(lookout, subscriber)
        assert "Traceback" not in lookout.text()
    print(f"{len(topics)} topics, {count} payloads each")  # noqa: T201 (a figure)
    with sqlite3.connect(lookout.state / "journal.sqlite") as db:
        verdicts = {row[0] for row in db.execute("SELECT DISTINCT verdict FROM feedback")}
        names = {row[0] for row in db.execute("SELECT DISTINCT name FROM switch")}
    assert verdicts <= {"true_alarm", "false_alarm"}
    assert names <= {"detect", "reason", "rule/gate"} | {f"profile/{name}" for name in PROFILES}


def restore(port: int, subscriber: Subscriber, state: str) -> int:
    """Turn a switch on again, as soon as its pace allows; return how many words that took."""
    if subscriber.latest(state) in {None, "ON", "online"} | PROFILES:
        return 0
    said = 0
    deadline = time.monotonic() + 20
    while subscriber.latest(state) != "ON":
        assert time.monotonic() < deadline, f"{state} cannot be turned any more"
        asyncio.run(say(port, state.removesuffix("state") + "set", [b"ON"]))
        said += 1
        time.sleep(0.3)  # the topic's bucket fills at its pace
    return said
