"""The access list that we ship is enough for us, and no more than that."""

import asyncio
import re
from pathlib import Path

import aiomqtt
import pytest
from rig.broker import SHIPPED, Mosquitto
from rig.revisions import revision
from rig.waiting import until

from sinks import Command, Credential, ObjectCounts, Place, Site, Snapshot, Switch
from sinks.mqtt import MqttConfig, MqttSink

pytestmark = pytest.mark.broker
PASSWORDS = {"lookout": "s3cret", "viewer": "v13wer"}
PLACE = Place("porch", "Porch", {"step": "Step"}, {"presence": "Presence"}, ("person",))


class Login:
    """The credential of one user."""

    def __init__(self, user: str) -> None:
        self.user: str | None = user
        self.password: str | None = PASSWORDS[user]


def login(name: str) -> Credential:
    """Look a credential up."""
    return Login(name)


def access_list() -> str:
    """Return the access list that stands in the broker's settings, commented out."""
    text = SHIPPED.read_text(encoding="utf-8")
    lines = re.findall(r"(?m)^# ((?:user|topic) .*)$", text[text.index("acl, for a node") :])
    return "\n".join(lines) + "\n"


def sink(broker: Mosquitto, heard: list[Command], **options: str) -> MqttSink:
    """Build the sink of node `box1`."""
    site = Site("box1", "0", Path(), login, lambda: 0.0, (PLACE,), ("gone",), heed=heard.append)
    config = {"url": broker.url, "credential": "lookout", "timeout": 5, **options}
    return MqttSink("mqtt", MqttConfig.model_validate(config), site)


@pytest.mark.fault("F33")
@pytest.mark.parametrize("options", [{"discovery": "homeassistant"}, {"compat": "frigate"}])
async def test_the_shipped_access_list_lets_us_do_all_we_do(
    tmp_path: Path, options: dict[str, str]
) -> None:
    """Nothing is refused: events, states, pictures, devices, ghosts, commands."""
    heard: list[Command] = []
    with Mosquitto.guarded(tmp_path, access_list(), PASSWORDS) as broker:
        ours = sink(broker, heard, **options)
        async with asyncio.TaskGroup() as group, ours:
            listening = group.create_task(ours.lost())
            await ours.deliver(revision(1))
            await ours.show(ObjectCounts(camera="porch", at=1, counts={"person": 1}))
            await ours.show(Snapshot(camera="porch", event="e1", jpeg=b"\xff\xd8"))
            if "discovery" in options:
                async with _client(broker, "lookout") as client:
                    await client.publish("lookout/box1/cameras/porch/detect/set", "OFF", qos=1)
                await until(lambda: heard)
            listening.cancel()
        assert ours.refused == 0
    if "discovery" in options:
        assert heard == [Switch(camera="porch", switch="detect", on=False)]


async def test_who_only_watches_turns_nothing(tmp_path: Path) -> None:
    """A viewer hears events and states; what it sends reaches nobody."""
    heard: list[Command] = []
    with Mosquitto.guarded(tmp_path, access_list(), PASSWORDS) as broker:
        ours = sink(broker, heard)
        async with asyncio.TaskGroup() as group, ours:
            listening = group.create_task(ours.lost())
            async with _client(broker, "viewer") as viewer:
                await viewer.subscribe("lookout/#", qos=1)
                await viewer.publish("lookout/box1/cameras/porch/detect/set", "OFF", qos=1)
                await viewer.publish("lookout/box1/feedback", "{}", qos=1)
                await ours.deliver(revision(1))
                async with asyncio.timeout(10):
                    async for message in viewer.messages:
                        if "/events/" in message.topic.value:
                            break
            listening.cancel()
    assert heard == []
    assert ours.orders.refused == {}


def _client(broker: Mosquitto, user: str) -> aiomqtt.Client:
    version = aiomqtt.ProtocolVersion.V311  # under which a refusal is silent
    return aiomqtt.Client(
        "127.0.0.1", broker.port, username=user, password=PASSWORDS[user], protocol=version
    )
