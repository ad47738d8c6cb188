"""One sink in trouble is no other sink's trouble: real receivers of three kinds, side by side."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from rig.broker import Mosquitto
from rig.revisions import revision
from rig.subscriber import Subscriber
from rig.waiting import running, until

from daemon.board import Board
from daemon.clock import Clock
from daemon.delivery import Delivery
from daemon.recorder import Recorder
from daemon.supervisor import Retry, keep_alive
from sinks import Credential, Sink, SinkRejected, SinkUnavailable, Site
from sinks.journal import Journal
from sinks.jsonl import JsonlConfig, JsonlSink
from sinks.mqtt import MqttConfig, MqttSink
from sinks.webhook import WebhookConfig, WebhookSink

pytestmark = pytest.mark.broker
KINDS = (SinkUnavailable,), (SinkRejected,)
HASTY = Retry(*KINDS, first=0.05, most=0.2, parked=0.5)
LIKE_THE_DAEMON = Retry(*KINDS, first=1.0, most=30.0, parked=300.0)
LONG = 1000
"""Events from which on a ratio means something."""


def no_credential(name: str) -> Credential:
    """Have none."""
    raise KeyError(name)


@asynccontextmanager
async def black_hole() -> AsyncIterator[str]:
    """Listen, take whatever comes, and never answer; yield where."""
    held: list[asyncio.StreamWriter] = []

    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)
        while await reader.read(65536):
            pass

    server = await asyncio.start_server(swallow, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/in"
    finally:
        server.close()
        for writer in held:
            writer.close()


class Corridor:
    """A journal and sinks behind it, as the daemon has them."""

    def __init__(self, recorder: Recorder, folder: Path) -> None:
        self.recorder = recorder
        self.deliveries: dict[str, Delivery] = {}
        self.site = Site("box1", "0", folder, no_credential, lambda: 0.0)

    def add(self, name: str, sink: Sink) -> Delivery:
        """Put a sink behind the journal."""
        self.deliveries[name] = Delivery(
            name,
            "box1",
            lambda: sink,
            cursor=self.recorder.position,
            recorder=self.recorder,
            board=Board(),
            clock=Clock(),
            beat=lambda: None,
        )
        return self.deliveries[name]

    async def latencies(self, first: int, count: int, beat: float) -> list[float]:
        """Commit events at a steady beat; return how long each took to the broker's receipt."""
        found = []
        for number in range(first, first + count):
            began = time.monotonic()
            await self.recorder.commit(revision(number, camera=f"cam{number % 4}"))
            await self.deliveries["mqtt"].drained()
            found.append(time.monotonic() - began)
            await asyncio.sleep(max(0.0, beat - found[-1]))
        return found


@pytest.mark.fault("F66")
@pytest.mark.parametrize(
    ("count", "beat"), [(60, 0.01), pytest.param(3000, 0.1, marks=pytest.mark.slow)]
)
async def test_a_black_hole_and_a_bad_path_hold_up_no_other_sink(
    tmp_path: Path, count: int, beat: float
) -> None:
    """The broker gets all, in order, as soon as without them; their own events wait, uncounted.

    The long one measures: alone and beside, in turns, over ten minutes.
    """
    retry = LIKE_THE_DAEMON if count > LONG else HASTY
    (tmp_path / "broker").mkdir()
    (tmp_path / "file").touch()
    bad = tmp_path / "file" / "events.jsonl"  # a file is no folder
    async with AsyncExitStack() as stack:
        broker = stack.enter_context(Mosquitto.shipped(tmp_path / "broker"))
        subscriber = stack.enter_context(Subscriber(broker.port, tmp_path / "got"))
        url = await stack.enter_async_context(black_hole())
        recorder = await stack.enter_async_context(
            Recorder(Journal(tmp_path / "journal.sqlite"), None)
        )
        await recorder.prepare(["mqtt", "hook", "file"])
        corridor = Corridor(recorder, tmp_path)
        site = corridor.site
        good = corridor.add("mqtt", MqttSink("mqtt", MqttConfig(url=broker.url), site))
        hook = corridor.add("hook", WebhookSink("hook", WebhookConfig(url=url, timeout=1), site))
        file = corridor.add("file", JsonlSink("file", JsonlConfig(path=bad), site))
        alone: list[float] = []
        beside: list[float] = []
        parts = 10
        share = count // parts
        async with running(keep_alive("sink mqtt", good.once, retry)):
            for part in range(parts):
                first = part * share + 1
                if part % 2 == 0:
                    alone += await corridor.latencies(first, share, beat)
                    continue
                async with (
                    running(keep_alive("sink hook", hook.once, retry)),
                    running(keep_alive("sink file", file.once, retry)),
                ):
                    await until(lambda: hook.figures.connects and file.figures.connects)
                    beside += await corridor.latencies(first, share, beat)
        for delivery in corridor.deliveries.values():
            await delivery.save()
        sinks = (await recorder.figures())["sinks"]
        await asyncio.to_thread(subscriber.wait, lambda s: len(s.events) >= count, 60)
        got = [event["id"] for event in subscriber.events]
    assert got == [f"e{number}" for number in range(1, count + 1)]
    assert (sinks["mqtt"]["delivered"], sinks["mqtt"]["waiting"]) == (count, 0)
    for name in ("hook", "file"):
        assert (sinks[name]["delivered"], sinks[name]["waiting"]) == (0, count)
    assert good.figures.connects == 1
    ratio = statistics.median(beside) / statistics.median(alone)
    print(  # noqa: T201 (a figure)
        f"{1000 * statistics.median(alone):.2f} ms alone, {ratio:.3f} of that beside both"
    )
    if count > 1000:
        assert ratio <= 1.1
