"""A thousand events through twenty kills of the broker: none is lost before its receipt."""

import asyncio
import os
import random
import time
from pathlib import Path

import pytest
from rig.broker import Mosquitto
from rig.checker import Run, violations
from rig.revisions import revision
from rig.subscriber import Subscriber
from rig.waiting import running, until

from daemon.board import Board
from daemon.clock import Clock
from daemon.delivery import Delivery
from daemon.recorder import Recorder
from daemon.supervisor import Retry, keep_alive
from daemon.window import WINDOW
from reasoners import Event
from sinks import Credential, SinkRejected, SinkUnavailable, Site
from sinks.journal import Figures, Journal
from sinks.mqtt import MqttConfig, MqttSink

pytestmark = [pytest.mark.broker, pytest.mark.slow]
SEED = int(os.environ.get("LOOKOUT_SEED", "7"))
EVENTS, KILLS = 1000, 20
SAVED = 1.5
"""Seconds within which the broker, as we ship its settings, has written down what it took."""

RETRY = Retry((SinkUnavailable,), (SinkRejected,), first=0.05, most=0.2, parked=0.5)


class Noting(MqttSink):
    """Notes when the broker acknowledged what."""

    acknowledged: dict[tuple[str, int], float]

    async def deliver(self, event: Event) -> None:
        """Deliver and note."""
        await super().deliver(event)
        self.acknowledged[event.id, event.revision] = time.monotonic()


def no_credential(name: str) -> Credential:
    """Have none."""
    raise KeyError(name)


def _numbers(figures: Figures) -> dict[str, int]:
    found: dict[str, int] = dict(figures["sinks"]["mqtt"])  # type: ignore[arg-type]  # all numbers
    return found


@pytest.mark.fault("F31")
async def test_a_thousand_events_through_twenty_kills(tmp_path: Path) -> None:
    """All arrive, in order per camera, but for what the broker acknowledged and lost itself."""
    chance = random.Random(SEED)
    (tmp_path / "broker").mkdir()
    broker = Mosquitto.shipped(tmp_path / "broker")
    site = Site("box1", "0", tmp_path, no_credential, lambda: 0.0)
    sink = Noting("mqtt", MqttConfig(url=broker.url, timeout=3), site)
    sink.acknowledged = {}
    kills: list[float] = []
    async with Recorder(Journal(tmp_path / "journal.sqlite"), None) as recorder:
        await recorder.prepare(["mqtt"])
        delivery = Delivery(
            "mqtt",
            "box1",
            lambda: sink,
            cursor=0,
            recorder=recorder,
            board=Board(),
            clock=Clock(),
            beat=lambda: None,
        )
        with broker, Subscriber(broker.port, tmp_path / "got") as subscriber:
            async with running(keep_alive("sink mqtt", delivery.once, RETRY)):
                for number in range(1, EVENTS + 1):
                    await recorder.commit(revision(number, camera=f"cam{number % 4}"))
                    if number % (EVENTS // KILLS) == 0:
                        await until(lambda: delivery.figures.delivered, within=20)
                        await asyncio.sleep(chance.random() * 0.3)  # a random moment is the fault
                        await asyncio.to_thread(broker.kill)
                        kills.append(time.monotonic())
                        await asyncio.to_thread(broker.start)
                async with asyncio.timeout(60):
                    await delivery.drained()
                await delivery.save()
            theirs = {
                key
                for key, at in sink.acknowledged.items()
                if any(0 <= kill - at < SAVED for kill in kills)
            }
            await asyncio.to_thread(
                subscriber.wait,
                lambda s: len({(e["id"], e["revision"]) for e in s.events} | theirs) >= EVENTS,
                60,
            )
            committed = [
                entry.event.model_dump(mode="json", by_alias=True)
                for entry in await recorder.after(0, EVENTS)
            ]
            run = Run(
                committed=committed,
                sinks={"mqtt": _numbers(await recorder.figures())},
                collected={"mqtt": subscriber.events},
                excused={"mqtt": frozenset(theirs)},
                reconnects={"mqtt": delivery.figures.connects},
                window=WINDOW,
            )
            assert violations(run) == []
            got = {(e["id"], e["revision"]) for e in subscriber.events}
    lost = EVENTS - len(got)
    print(f"seed {SEED}: {KILLS} kills; lost after their receipt by the broker: {lost}")  # noqa: T201
    assert len(kills) == KILLS
