"""What the tests of the Kafka sink share."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from rig.kafka import KafkaCluster

from sinks import Site
from sinks.kafka import KafkaConfig, KafkaSink


@dataclass(frozen=True)
class Login:
    """A credential as the daemon holds it."""

    user: str | None
    password: str | None


LOGINS = {"ours": Login("lookout", "canary-5up3r"), "wrong": Login("lookout", "canary-wr0ng")}
Make = Callable[..., KafkaSink]


@pytest.fixture(scope="module")
def shared() -> Iterator[KafkaCluster]:
    """Three brokers for a whole file."""
    with KafkaCluster() as running:
        yield running


@pytest.fixture
def cluster(shared: KafkaCluster) -> Iterator[KafkaCluster]:
    """Three brokers, whole again afterwards."""
    yield shared
    shared.up(1, 2, 3)


@pytest.fixture
def topic(request: pytest.FixtureRequest) -> str:
    """Name a topic that no other test writes to."""
    return f"{request.node.name}"[:200].replace("[", "-").replace("]", "")


@pytest.fixture
def make(tmp_path: Path, topic: str) -> Make:
    """Build a sink for a cluster, or for servers."""

    def build(
        cluster: KafkaCluster | None = None, *, trial: bool = False, **options: Any
    ) -> KafkaSink:
        servers = {} if cluster is None else {"servers": cluster.servers}
        site = Site("box1", "0.1.0", tmp_path, LOGINS.__getitem__, lambda: 0.0, trial=trial)
        config = KafkaConfig.model_validate(servers | {"topic": topic, "timeout": 5} | options)
        return KafkaSink("kafka", config, site)

    return build


@pytest.fixture
async def clean_loop() -> AsyncIterator[None]:
    """See that no task is left and that asyncio has nothing to complain about."""
    loop = asyncio.get_running_loop()
    complaints: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: complaints.append(context))
    yield
    for _ in range(3):
        await asyncio.sleep(0)
    gc.collect()
    await asyncio.sleep(0)
    assert complaints == []
    assert asyncio.all_tasks() == {asyncio.current_task()}
