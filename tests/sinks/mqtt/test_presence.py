"""What stays with the broker and what is said to us: devices, no ghosts, commands."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiomqtt
import pytest
from rig.broker import Mosquitto
from rig.subscriber import Subscriber
from rig.waiting import until

from sinks import (
    Arrangement,
    CameraStatus,
    Command,
    Feedback,
    Forecast,
    ObjectCounts,
    Place,
    RuleState,
    Snapshot,
    Switch,
    ZoneCounts,
)
from sinks.mqtt import MqttSink

pytestmark = [pytest.mark.broker, pytest.mark.usefixtures("clean_loop")]
Make = Callable[..., MqttSink]

PORCH = Place(
    *("porch", "Porch", {"step": "Step", "lawn": "Lawn"}, {"presence": "presence"}, ("person",)),
    forecast=True,
)
SHED = Place("shed", "Shed", {"bench": "Bench"}, {"presence": "presence"}, ("person",))
YARD = Place("yard", "Yard", {}, {"presence": "presence"}, ("dog",))
SMALLER = Place("porch", "Porch", {"step": "Step"}, {"presence": "presence"}, ("person",))
DEVICE = "homeassistant/device/lookout-lookout-box1"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """Run a plain mosquitto."""
    with Mosquitto(tmp_path) as broker:
        yield broker


@asynccontextmanager
async def heeding(sink: MqttSink) -> AsyncIterator[MqttSink]:
    """Connect a sink and let it listen, as the daemon does."""
    async with sink, asyncio.TaskGroup() as group:
        task = group.create_task(sink.lost())
        yield sink
        task.cancel()


async def fill(sink: MqttSink, *places: Place) -> None:
    """Show every state that cameras have."""
    for place in places:
        camera = place.name
        await sink.show(CameraStatus(camera=camera, state="online", since=1))
        await sink.show(ObjectCounts(camera=camera, at=1, counts={"person": 1}))
        await sink.show(Snapshot(camera=camera, event="e1", jpeg=b"\xff\xd8\xff"))
        if place.forecast:
            await sink.show(Forecast(camera=camera, event="e1", jpeg=b"\xff\xd8\xff"))
        for zone in place.zones:
            await sink.show(ZoneCounts(camera=camera, zone=zone, at=1, counts={"person": 1}))
        for rule in place.rules:
            await sink.show(RuleState(camera=camera, rule=rule, active=0, at=1))


async def kept(
    broker: Mosquitto, login: tuple[str | None, str | None] = (None, None)
) -> dict[str, str]:
    """Return what the broker retains, as a new subscriber sees it."""
    found: dict[str, str] = {}
    user, password = login
    async with aiomqtt.Client("127.0.0.1", broker.port, username=user, password=password) as client:
        await client.subscribe([("lookout/#", 1), ("homeassistant/#", 1)])
        await client.publish("lookout/done", "now")
        async for message in client.messages:
            if message.topic.value == "lookout/done":
                return found
            assert isinstance(message.payload, bytes)
            found[message.topic.value] = message.payload.decode(errors="replace")
    raise AssertionError("the subscriber ended")


def taken_back(announcement: str | None) -> set[str]:
    """Return the entities that Home Assistant removes on an announcement."""
    components = json.loads(announcement or "")["components"].items()
    return {key for key, component in components if component.keys() == {"platform"}}


@pytest.mark.fault("F36")
async def test_what_goes_from_the_configuration_goes_from_the_broker(
    broker: Mosquitto, make: Make, tmp_path: Path
) -> None:
    """A camera, and zone and forecast of another, leave nothing; what stays keeps its own."""
    config = f"{DEVICE}-porch/config"
    async with heeding(make(broker, discovery="homeassistant", cameras=(PORCH, SHED))) as sink:
        await fill(sink, PORCH, SHED)
    before = await kept(broker)
    assert {config, f"{DEVICE}-shed/config"} <= before.keys()
    with Subscriber(broker.port, tmp_path / "seen", config) as home:
        async with heeding(make(broker, discovery="homeassistant", cameras=(SMALLER,))) as sink:
            await fill(sink, SMALLER)
        await asyncio.to_thread(home.wait, lambda seen: len(seen.all(config)) == 3)
        assert taken_back(home.all(config)[1]) == {"zone-lawn", "forecast"}
    after = await kept(broker)
    gone = {topic for topic in before if "shed" in topic or topic.endswith(("lawn", "forecast"))}
    assert len(gone) == 9
    assert after.keys() == before.keys() - gone
    announced = json.loads(after[config])["components"].keys()
    assert not {"zone-lawn", "forecast"} & announced
    options = {"discovery": "homeassistant", "snapshot_limit": 0}
    async with heeding(make(broker, cameras=(SMALLER,), **options)):
        pass
    assert after.keys() - (await kept(broker)).keys() == {"lookout/box1/cameras/porch/snapshot"}


@pytest.mark.fault("F36")
async def test_without_leave_to_read_remembered_cameras_still_go(
    tmp_path: Path, make: Make, login: Callable[..., object]
) -> None:
    """A broker that shows us nothing but the self-test: cameras the journal knew are cleared."""
    acl = (
        "user lookout\ntopic write lookout/#\ntopic readwrite lookout/box1/selftest\n"
        "user reader\ntopic readwrite #\n"
    )
    with Mosquitto.guarded(tmp_path, acl, {"lookout": "one", "reader": "two"}) as broker:
        options = {"logins": {"broker": login("lookout", "one")}, "credential": "broker"}
        async with heeding(make(broker, cameras=(SHED,), **options)) as sink:
            await fill(sink, SHED)
        async with heeding(make(broker, gone=("shed",), **options)):
            pass
        found = await kept(broker, ("reader", "two"))
    assert {topic for topic in found if "/shed/" in topic} == {
        "lookout/box1/cameras/shed/rules/presence",
        "lookout/box1/cameras/shed/zones/bench",
    }


async def test_what_others_announced_is_left_alone(broker: Mosquitto, make: Make) -> None:
    """Home Assistant's devices of other makers, and of another node of ours, stay retained."""
    others = {
        "homeassistant/device/zigbee_lamp/config": '{"device": {"name": "Lamp"}}',
        "homeassistant/device/lookout-lookout-box2-porch/config": '{"device": {"name": "Porch"}}',
        "lookout/box2/cameras/porch/state": "online",
    }
    async with aiomqtt.Client("127.0.0.1", broker.port) as client:
        for topic, payload in others.items():
            await client.publish(topic, payload, qos=1, retain=True)
    sink = make(broker, discovery="homeassistant", cameras=(PORCH, SHED))
    async with heeding(sink):
        await fill(sink, PORCH, SHED)
        await sink.arrange(Arrangement((PORCH,), gone=("shed",)))
        found = await kept(broker)
    assert {topic: found.get(topic) for topic in others} == others


@pytest.mark.fault("F36")
async def test_what_goes_while_connected_goes_from_the_broker(
    broker: Mosquitto, make: Make, tmp_path: Path
) -> None:
    """As with a restart, but nobody is said to be away; what did not change is not announced."""
    with Subscriber(broker.port, tmp_path / "seen", "#") as seen:
        sink = make(broker, discovery="homeassistant", cameras=(PORCH, SHED))
        async with heeding(sink):
            await fill(sink, PORCH, SHED)
            before = await kept(broker)
            await sink.arrange(Arrangement((SMALLER, YARD), gone=("shed",)))
            await fill(sink, SMALLER, YARD)
            after = await kept(broker)
            await sink.arrange(Arrangement((SMALLER, YARD), gone=("shed",)))
        await asyncio.to_thread(
            seen.wait, lambda s: s.all("lookout/box1/availability") == ["online", "offline"]
        )
    gone = {topic for topic in before if "shed" in topic or topic.endswith(("lawn", "forecast"))}
    assert len(gone) == 9
    assert before.keys() - after.keys() == gone
    assert {topic: seen.all(topic).count("") for topic in gone} == dict.fromkeys(gone, 1)
    assert f"{DEVICE}-yard/config" in after
    assert "zone-lawn" not in json.loads(after[f"{DEVICE}-porch/config"])["components"]
    assert len(seen.all(f"{DEVICE}/config")) == 1
    _, withdrawn, last = seen.all(f"{DEVICE}-porch/config")
    assert taken_back(withdrawn) == {"zone-lawn", "forecast"}
    assert taken_back(last) == set()
    said = [(message.topic, message.payload) for message in seen.messages]
    root = "lookout/box1/cameras"
    first = min(said.index((f"{root}/{one}", "")) for one in ("shed/state", "porch/zones/lawn"))
    assert said.index((f"{DEVICE}-shed/config", "")) < first, "else its entities read nothing"
    assert said.index((f"{DEVICE}-porch/config", withdrawn)) < first


@pytest.mark.fault("F36")
async def test_what_goes_while_away_goes_with_the_next_connection(
    broker: Mosquitto, make: Make
) -> None:
    """What is configured is noted without a connection."""
    sink = make(broker, cameras=(PORCH, SHED))
    async with heeding(sink):
        await fill(sink, PORCH, SHED)
    await sink.arrange(Arrangement((PORCH,), gone=("shed",)))
    assert any("/shed/" in topic for topic in await kept(broker))
    async with heeding(sink):
        pass
    found = await kept(broker)
    assert not [topic for topic in found if "/shed/" in topic]
    assert any("/porch/" in topic for topic in found)


async def test_devices_are_announced_again_when_home_assistant_starts(
    broker: Mosquitto, make: Make, tmp_path: Path
) -> None:
    """On its birth message, and not on a retained one or another word."""
    config = f"{DEVICE}-porch/config"
    with Subscriber(broker.port, tmp_path / "seen", "homeassistant/device/#") as home:
        async with heeding(make(broker, discovery="homeassistant", cameras=(PORCH,))):
            await asyncio.to_thread(home.wait, lambda seen: len(seen.all(config)) == 1)
            async with aiomqtt.Client("127.0.0.1", broker.port) as client:
                await client.publish("homeassistant/status", "offline")
                await client.publish("homeassistant/status", "online")
            await asyncio.to_thread(home.wait, lambda seen: len(seen.all(config)) == 2)
        assert len(home.all(config)) == 2


@pytest.mark.fault("F73")
async def test_what_is_said_on_command_topics_is_heeded_and_retained_words_are_not(
    broker: Mosquitto, make: Make
) -> None:
    """F73: a switch and feedback arrive; old words, other topics and floods change nothing."""
    root = "lookout/box1"
    heard: list[Command] = []
    async with aiomqtt.Client("127.0.0.1", broker.port) as client:
        await client.publish(f"{root}/cameras/porch/detect/set", "OFF", retain=True)
        sink = make(broker, cameras=(PORCH,), heed=heard.append)
        async with heeding(sink):
            await client.publish(f"{root}/cameras/porch/source/set", "rtsp://evil", qos=1)
            await client.publish(f"{root}/cameras/yard/detect/set", "x" * 100_000, qos=1)
            for _ in range(500):
                await client.publish(f"{root}/cameras/flood/detect/set", "OFF", qos=0)
            feedback = json.dumps({"event": "e1", "verdict": "true_alarm"})
            await client.publish(f"{root}/feedback", feedback, qos=1)
            await client.publish(f"{root}/cameras/porch/reason/set", "OFF", qos=1)
            await until(
                lambda: heard and heard[-1] == Switch(camera="porch", switch="reason", on=False)
            )
    assert Switch(camera="porch", switch="detect", on=False) not in heard
    assert Feedback(event="e1", verdict="true_alarm") in heard
    flood = [one for one in heard if isinstance(one, Switch) and one.camera == "flood"]
    assert len(flood) <= 40
    refused = sink.orders.refused
    assert (refused["retained"], refused["invalid"], refused["large"]) == (1, 1, 1)
    assert refused["often"] + len(flood) == 500
