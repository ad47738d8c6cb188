"""What the Kafka sink writes, read by another client of brokers that speak the real protocol."""

import asyncio
import json
from collections.abc import Callable

import pytest
from rig.kafka import KafkaCluster, ids, records
from rig.revisions import revision

from sinks.kafka import KafkaSink
from sinks.testing import check_sink

pytestmark = pytest.mark.usefixtures("clean_loop")
Make = Callable[..., KafkaSink]


async def test_sink_keeps_the_contract(make: Make, cluster: KafkaCluster, topic: str) -> None:
    """Order, errors, cancelling and leaving are as this room promises."""
    events = [revision(n) for n in range(1, 6)]
    read = asyncio.to_thread
    await check_sink(lambda: make(cluster), events, lambda: read(ids, cluster, topic, 5))


async def test_another_client_reads_the_event_its_key_and_its_headers(
    make: Make, cluster: KafkaCluster, topic: str
) -> None:
    """Byte for byte the event as it goes out everywhere, keyed by camera, told of in headers."""
    event = revision(1, explanation="ü", size=60_000)
    async with make(cluster) as sink:
        await sink.deliver(event)
    (record,) = await asyncio.to_thread(records, cluster, topic, 1)
    assert record.value() == event.wire().encode()
    assert record.key() == b"porch"
    assert dict(record.headers()) == {
        "schema": b"lookout.event/1",
        "id": b"e1",
        "revision": b"1",
        "type": b"new",
        "node": b"box1",
        "content-type": b"application/json",
    }


async def test_many_cameras_at_once_keep_their_order(
    make: Make, cluster: KafkaCluster, topic: str
) -> None:
    """Twenty revisions of each camera under way together arrive in the order of the calls."""
    events = [revision(n, camera=f"camera{n % 4}", size=2000) for n in range(80)]
    async with make(cluster) as sink:
        assert sink.ahead == 20
        async with asyncio.TaskGroup() as group:
            for event in events:
                group.create_task(sink.deliver(event))
    found = await asyncio.to_thread(records, cluster, topic, 80)
    for number in range(4):
        key = f"camera{number}"
        arrived = [json.loads(one.value())["id"] for one in found if one.key() == key.encode()]
        assert arrived == [event.id for event in events if event.camera == key]
