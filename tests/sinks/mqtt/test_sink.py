"""The MQTT sink against real brokers."""

import asyncio
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import aiomqtt
import pytest
from rig.broker import Amqtt, Mosquitto, free_port
from rig.revisions import revision
from rig.subscriber import Subscriber

from sinks import (
    CameraStatus,
    Connected,
    Departure,
    EventRejected,
    Forecast,
    FrameReport,
    Notice,
    Sink,
    SinkRejected,
    SinkUnavailable,
    Snapshot,
    Stats,
)
from sinks.mqtt import MqttSink
from sinks.testing import check_sink

pytestmark = [pytest.mark.broker, pytest.mark.usefixtures("clean_loop")]
Make = Callable[..., MqttSink]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """Run a plain mosquitto."""
    with Mosquitto(tmp_path) as broker:
        yield broker


@pytest.fixture
def subscriber(broker: Mosquitto, tmp_path: Path) -> Iterator[Subscriber]:
    """Collect everything."""
    with Subscriber(broker.port, tmp_path / "collected") as subscriber:
        yield subscriber


async def test_sink_keeps_the_contract(
    broker: Mosquitto, subscriber: Subscriber, make: Make
) -> None:
    """Order, errors, cancelling and leaving are as this room promises."""
    events = [revision(n) for n in range(1, 6)]

    def arrived() -> list[str]:
        subscriber.wait(lambda s: len(s.events) >= len(events))
        return [event["id"] for event in subscriber.events]

    def build() -> Sink:
        return make(broker)

    await check_sink(build, events, arrived)
    assert isinstance(make(broker), Connected)


async def test_an_event_carries_its_identity_beside_its_payload(
    broker: Mosquitto, make: Make
) -> None:
    """Under MQTT 5 content type, expiry and identity can be read without opening the payload."""
    event = revision(1)
    async with (
        make(broker, expiry=600) as sink,
        aiomqtt.Client("127.0.0.1", broker.port, protocol=aiomqtt.ProtocolVersion.V5) as reader,
    ):
        await reader.subscribe("lookout/box1/events/#", qos=1)
        await sink.deliver(event)
        message = await anext(aiter(reader.messages))
    assert sink.version is None
    assert message.topic.value == "lookout/box1/events/porch/presence"
    assert message.payload == event.wire().encode()
    assert (message.qos, message.retain) == (1, False)
    assert message.properties is not None
    properties = message.properties.json()  # type: ignore[no-untyped-call]  # paho has no types there
    assert properties["ContentType"] == "application/json"
    assert 590 < properties["MessageExpiryInterval"] <= 600
    assert dict(properties["UserProperty"]) == {
        "schema": "lookout.event/1",
        "id": "e1",
        "revision": "1",
        "node": "box1",
        "camera": "porch",
    }


async def test_states_are_retained_and_notices_are_not(
    broker: Mosquitto, subscriber: Subscriber, make: Make, tmp_path: Path
) -> None:
    """Whoever comes later finds the present state, and no old news."""
    async with make(broker) as sink:
        await sink.show(CameraStatus(camera="porch", state="online", since=1))
        await sink.show(Snapshot(camera="porch", event="e1", jpeg=b"\xff\xd8picture"))
        await sink.show(Notice(kind="gap", at=1, node="box1", text="3 events lost"))
        await sink.show(Stats(at=1, node="box1", uptime_s=1))
        subscriber.wait(lambda s: s.latest("lookout/box1/stats") is not None)
        async with aiomqtt.Client("127.0.0.1", broker.port) as late:
            await late.subscribe("lookout/#")
            found = {}
            async for message in late.messages:
                found[message.topic.value] = message.payload
                if len(found) == 5:
                    break
        assert sink.refused == 0
    del found["lookout/box1/selftest"]
    status = found.pop("lookout/box1/cameras/porch/status")
    assert json.loads(str(status, "utf-8"))["state"] == "online"
    assert found == {
        "lookout/box1/availability": b"online",
        "lookout/box1/cameras/porch/state": b"online",
        "lookout/box1/cameras/porch/snapshot": b"\xff\xd8picture",
    }
    notice = json.loads(subscriber.latest("lookout/box1/notices") or "")
    assert notice["text"] == "3 events lost"


async def test_a_picture_is_in_the_ledger_before_it_goes(
    broker: Mosquitto, subscriber: Subscriber, make: Make
) -> None:
    """Host, size and hash; a picture that is too large, and so stays, has no line."""
    topic = "lookout/box1/cameras/porch/snapshot"
    before: list[object] = []
    ledger: list[Departure] = []

    async def depart(departure: Departure) -> None:
        before.append(subscriber.latest(topic))
        ledger.append(departure)

    async with make(broker, depart=depart, snapshot_limit=100) as sink:
        await sink.show(Snapshot(camera="porch", event="e1", jpeg=b"\xff\xd8small"))
        await sink.show(Snapshot(camera="porch", event="e2", jpeg=bytes(101)))
        await sink.show(Forecast(camera="porch", event="e2", jpeg=bytes(101)))
        subscriber.wait(lambda s: len(s.all(topic)) == 1)
    assert before == [None]
    assert ledger == [
        Departure.of(
            b"\xff\xd8small",
            at=0,
            kind="picture",
            part="mqtt",
            host=f"127.0.0.1:{broker.port}",
            camera="porch",
            event="e1",
        )
    ]


async def test_frames_are_published_only_if_asked_for(broker: Mosquitto, make: Make) -> None:
    """By default nobody even builds a frame report."""
    report = FrameReport(camera="porch", index=7, captured_at=1, received_at=1, published_at=1)
    assert not make(broker).wants(FrameReport)
    assert make(broker).wants(Stats)
    assert not make(broker, snapshot_limit=0).wants(Snapshot)
    assert not make(broker, snapshot_limit=0).wants(Forecast)
    async with (
        make(broker, frames=True) as sink,
        aiomqtt.Client("127.0.0.1", broker.port) as reader,
    ):
        assert sink.wants(FrameReport)
        await reader.subscribe("lookout/box1/cameras/porch/frames")
        await sink.show(report)
        message = await anext(aiter(reader.messages))
    assert message.payload == report.model_dump_json().encode()


async def test_availability_says_when_we_come_and_go(
    broker: Mosquitto, subscriber: Subscriber, make: Make
) -> None:
    """`online` after the self-test, `offline` at a clean exit."""
    topic = "lookout/box1/availability"
    async with make(broker):
        subscriber.wait(lambda s: s.latest(topic) == "online")
    subscriber.wait(lambda s: s.latest(topic) == "offline")


async def test_a_broken_connection_is_known_at_once(broker: Mosquitto, make: Make) -> None:
    """Whoever waits for it hears of a lost broker without sending anything."""
    async with make(broker) as sink:
        broker.kill()
        with pytest.raises(SinkUnavailable, match="connection lost"):
            await asyncio.wait_for(sink.lost(), 2)
        with pytest.raises(SinkUnavailable):
            await sink.deliver(revision(1))
        with pytest.raises(SinkUnavailable):
            await sink.show(Stats(at=1, node="box1", uptime_s=1))


async def test_the_same_sink_connects_again(
    broker: Mosquitto, subscriber: Subscriber, make: Make
) -> None:
    """A sink can be entered any number of times, each time with a fresh connection."""
    sink = make(broker)
    for number in (1, 2, 3):
        async with sink:
            assert sink.version == 5
            await sink.deliver(revision(number))
    subscriber.wait(lambda s: [event["id"] for event in s.events] == ["e1", "e2", "e3"])


async def test_nobody_there_is_unavailable(make: Make) -> None:
    """A broker that is not up may come."""

    class Nobody:
        url = f"mqtt://127.0.0.1:{free_port()}"

    with pytest.raises(SinkUnavailable, match="refused"):
        await make(Nobody()).__aenter__()


async def test_a_broker_that_hangs_up_is_noticed_before_the_timeout(make: Make) -> None:
    """A closed connection is not waited for."""

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    class Rude:
        url = f"mqtt://127.0.0.1:{port}"

    began = time.monotonic()
    with pytest.raises(SinkUnavailable):
        await make(Rude(), timeout=10).__aenter__()
    assert time.monotonic() - began < 5
    server.close()
    await server.wait_closed()


async def test_cancelling_a_connect_leaves_nothing_behind(make: Make) -> None:
    """A broker that accepts and says nothing can be left at any moment."""
    gone = asyncio.Event()

    async def stay_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1000):
            pass
        writer.close()
        gone.set()

    server = await asyncio.start_server(stay_silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    class Silent:
        url = f"mqtt://127.0.0.1:{port}"

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await make(Silent(), timeout=30).__aenter__()
    await asyncio.wait_for(gone.wait(), 5)
    server.close()
    await server.wait_closed()


async def test_an_event_above_our_limit_is_refused_and_the_rest_flows(
    broker: Mosquitto, subscriber: Subscriber, make: Make
) -> None:
    """What is too large never reaches the broker."""
    async with make(broker, event_limit=4096) as sink:
        with pytest.raises(EventRejected, match="above `event_limit` 4096"):
            await sink.deliver(revision(1, size=5000))
        await sink.deliver(revision(2))
    subscriber.wait(lambda s: [event["id"] for event in s.events] == ["e2"])


async def test_a_picture_that_is_too_large_is_counted_and_not_sent(
    broker: Mosquitto, subscriber: Subscriber, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    """Pictures have a limit of their own; passing it is said once per topic."""
    async with make(broker, snapshot_limit=1000) as sink:
        for _ in range(3):
            await sink.show(Snapshot(camera="porch", event="e1", jpeg=b"x" * 1001))
        assert sink.refused == 3
        await sink.deliver(revision(1))
    subscriber.wait(lambda s: len(s.events) == 1)
    assert subscriber.latest("lookout/box1/cameras/porch/snapshot") is None
    assert [record.message for record in caplog.records if record.name == "sinks.mqtt.sink"] == [
        "sink mqtt: lookout/box1/cameras/porch/snapshot: 1001 bytes are too large"
    ]


async def test_leaving_a_broker_that_hangs_takes_less_than_a_second(
    broker: Mosquitto, make: Make
) -> None:
    """Goodbye is polite but short."""
    sink = make(broker)
    await sink.__aenter__()
    broker.freeze()
    began = time.monotonic()
    await sink.__aexit__(None, None, None)
    assert time.monotonic() - began < 1.2


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    """Make a certificate for this machine, signed by itself."""
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-keyout key.pem -out cert.pem -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    )
    subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)
    return tmp_path


class Encrypted:
    """A mosquitto with TLS."""

    def __init__(self, folder: Path) -> None:
        files = [f"certfile {folder / 'cert.pem'}", f"keyfile {folder / 'key.pem'}"]
        self.broker = Mosquitto(folder, [*files, "allow_anonymous true"])
        self.url = f"mqtts://localhost:{self.broker.port}"


async def test_tls_is_verified(certificates: Path, make: Make) -> None:
    """A certificate we trust lets events through; one we do not is refused with the remedy."""
    encrypted = Encrypted(certificates)
    with encrypted.broker:
        async with make(encrypted, ca=certificates / "cert.pem") as sink:
            await sink.deliver(revision(1))
        with pytest.raises(SinkRejected, match=r"certificate is not trusted.*set `ca`"):
            await make(encrypted).__aenter__()
        with pytest.raises(SinkRejected, match=r"none\.pem: .*No such file"):
            await make(encrypted, ca=certificates / "none.pem").__aenter__()


async def test_mqtt_3_1_1_works_where_there_is_nothing_newer(make: Make) -> None:
    """The embedded broker takes events by the older protocol."""
    with Amqtt() as broker:
        async with (
            make(broker) as sink,
            aiomqtt.Client("127.0.0.1", broker.port, identifier="reader") as reader,
        ):
            assert sink.version == 4
            await reader.subscribe("lookout/box1/events/#", qos=1)
            await sink.deliver(revision(1))
            async for message in reader.messages:
                # This broker also sends retained messages that nobody asked for.
                if message.topic.matches("lookout/box1/events/#"):
                    assert message.payload == revision(1).wire().encode()
                    break
