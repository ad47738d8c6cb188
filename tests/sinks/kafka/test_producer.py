"""The Kafka sink against brokers that fail as they are told, go away, come back or are lost."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from rig.delivery import Delivery
from rig.kafka import INIT_PRODUCER_ID, PRODUCE, KafkaCluster, ids, records
from rig.revisions import revision
from rig.waiting import until

from reasoners import Event
from sinks import EventRejected, SinkRejected, SinkUnavailable
from sinks.journal import Journal
from sinks.kafka import KafkaSink

pytestmark = pytest.mark.usefixtures("clean_loop")
Make = Callable[..., KafkaSink]

TOO_LARGE, NOT_THE_TOPIC, NOT_THE_CLUSTER = 10, 29, 31
NO_LEADER, MOVED, TIMED_OUT, TOO_FEW, OUT_OF_ORDER = 5, 6, 7, 19, 45
UNKNOWN_TOPIC = 3
"""Codes of errors; https://kafka.apache.org/protocol#protocol_error_codes"""


async def test_what_brokers_recover_from_is_repeated_and_arrives_once(
    make: Make, cluster: KafkaCluster, topic: str
) -> None:
    """A leader that moved, an election, a slow replica: the client repeats, nobody notices."""
    async with make(cluster) as sink:
        await sink.deliver(revision(1))
        cluster.fail(PRODUCE, MOVED, NO_LEADER, TIMED_OUT, TOO_FEW)
        await sink.deliver(revision(2))
    assert await asyncio.to_thread(ids, cluster, topic, 2) == ["e1", "e2"]


async def test_an_event_too_large_is_refused_and_the_others_flow(
    make: Make, cluster: KafkaCluster, topic: str
) -> None:
    """By our own limit, and by the brokers' where that is lower: that event alone."""
    async with make(cluster, event_limit=4096) as sink:
        with pytest.raises(EventRejected, match="above `event_limit` 4096"):
            await sink.deliver(revision(1, size=5000))
        cluster.fail(PRODUCE, TOO_LARGE)
        with pytest.raises(EventRejected, match=r"see to the topic's `max\.message\.bytes`"):
            await sink.deliver(revision(2))
        # A broker misses the number of the refused record in the next one: connect anew.
        cluster.fail(PRODUCE, OUT_OF_ORDER)
        with pytest.raises(SinkUnavailable):
            await sink.deliver(revision(3))
    async with make(cluster) as sink:
        await sink.deliver(revision(3))
    assert await asyncio.to_thread(ids, cluster, topic, 1) == ["e3"]


async def test_who_may_not_write_is_told_what_to_grant(make: Make, cluster: KafkaCluster) -> None:
    """A denied topic and a denied idempotent write are for a person, and named as such."""
    async with make(cluster) as sink:
        cluster.fail(PRODUCE, NOT_THE_TOPIC)
        with pytest.raises(SinkRejected, match="let this user write to topic 'test_who_may"):
            await sink.deliver(revision(1))
    cluster.fail(INIT_PRODUCER_ID, NOT_THE_CLUSTER)
    with pytest.raises(SinkRejected, match="`idempotent: false`"):
        async with make(cluster):
            pass
    before = cluster.requests(INIT_PRODUCER_ID)
    async with make(cluster, idempotent=False) as sink:
        await sink.deliver(revision(2))
    assert cluster.requests(INIT_PRODUCER_ID) == before


async def test_a_topic_that_is_denied_or_missing_is_found_at_start(
    make: Make, cluster: KafkaCluster, topic: str
) -> None:
    """Before any event is due; a mere look finds the denial too, and makes no topic."""
    cluster.refuse_topic(topic, NOT_THE_TOPIC)
    for trial in (False, True):
        with pytest.raises(SinkRejected, match="let this user write"):
            async with make(cluster, trial=trial):
                pass
    cluster.refuse_topic(topic, UNKNOWN_TOPIC)
    with pytest.raises(SinkRejected, match="the brokers make none; create it"):
        async with make(cluster, timeout=1):
            pass


async def test_one_broker_of_three_may_go(make: Make, cluster: KafkaCluster, topic: str) -> None:
    """Whoever is asked first may be away, and a leader may go and come back."""
    cluster.down(1)
    async with make(cluster) as sink:
        cluster.up(1)
        for number in range(1, 13):
            await sink.deliver(revision(number, camera=f"camera{number}"))
    assert len(await asyncio.to_thread(records, cluster, topic, 12)) == 12


async def test_brokers_that_go_are_noticed_and_the_sink_comes_back(
    make: Make, cluster: KafkaCluster, topic: str
) -> None:
    """Within `timeout`, while an event is due and while none is; leaving takes under a second."""
    async with make(cluster, timeout=1) as sink:
        await sink.deliver(revision(1))
        cluster.down(1, 2, 3)
        with pytest.raises(SinkUnavailable, match=r"no broker answers any more"):
            await sink.lost()
        with pytest.raises(SinkUnavailable, match=r"no receipt within 1 s"):
            await sink.deliver(revision(2))
        leaving = time.monotonic()
    assert time.monotonic() - leaving < 1
    with pytest.raises(SinkUnavailable, match="Connect call failed"):
        async with make(cluster, timeout=1):
            pass
    cluster.up(1, 2, 3)
    async with make(cluster) as sink:
        await sink.deliver(revision(2))
    assert await asyncio.to_thread(ids, cluster, topic, 2) == ["e1", "e2"]


async def test_a_cluster_that_is_lost_whole_is_left_in_time(make: Make) -> None:
    """`kill -9` of every broker at once: nothing hangs, and what had no receipt is told as such."""
    with KafkaCluster() as doomed:
        async with make(doomed, timeout=1) as sink:
            await sink.deliver(revision(1))
            doomed.slow(1, 5)
            doomed.slow(2, 5)
            doomed.slow(3, 5)
            got: list[BaseException] = []

            async def deliver(event: Event) -> None:
                try:
                    await sink.deliver(event)
                except SinkUnavailable as exc:
                    got.append(exc)

            async with asyncio.TaskGroup() as group:
                for number in range(2, 12):
                    group.create_task(deliver(revision(number)))
                await asyncio.sleep(0)
                doomed.kill()
            await until(lambda: len(got) == 10, "every delivery has failed")
            leaving = time.monotonic()
        assert time.monotonic() - leaving < 1


async def test_an_outage_loses_nothing_and_keeps_the_order(
    tmp_path: Path, make: Make, cluster: KafkaCluster, topic: str
) -> None:
    """From the journal's cursor, while all brokers go and come back twice: each event arrives."""
    journal = Journal(tmp_path / "journal.sqlite")
    journal.open()
    try:
        journal.register(["kafka"])
        for number in range(120):
            journal.commit([revision(number, camera=f"camera{number % 3}")])
        delivery = Delivery(journal, make(cluster, timeout=1), name="kafka")

        async def outages() -> None:
            for count in (30, 70):
                await delivery.reaches(count)
                cluster.down(1, 2, 3)
                await asyncio.sleep(0.3)
                cluster.up(1, 2, 3)

        async with asyncio.timeout(60), asyncio.TaskGroup() as group:
            group.create_task(outages())
            group.create_task(delivery.drain(120))
    finally:
        journal.close()
    for number in range(3):
        camera = f"camera{number}"
        arrived = await asyncio.to_thread(ids, cluster, topic, 120, camera)
        first = list(dict.fromkeys(arrived))
        assert first == [f"e{n}" for n in range(120) if n % 3 == number]
