"""Events a second through journal and MQTT, beside a bare publish loop on the same broker.

The broker is mosquitto with the settings we ship, which writes what waits for a durable subscriber
to its disk at once; one such subscriber (`mosquitto_sub`, QoS 1) is connected throughout, and has
to have everything in the end. Events are of about a kilobyte.

* `bare`: `aiomqtt` alone, MQTT 5, QoS 1: one publish after the other, and 20 side by side.
* `live`: four cameras commit one event after the other as fast as their disk lets them, and the
  MQTT sink delivers meanwhile: the daemon's own recorder, delivery and sink, in one event loop.
* `drain`: what was committed while the broker was away, once it is back.
* `synchronous`: from the call of `commit` to its return, and to the broker's receipt, at 50 events
  a second, with the journal as it is (FULL) and with the weaker settings that SQLite offers.

The lag of the event loop is how much later than asked a sleep of 5 ms ends.
"""

import asyncio
import gc
import logging
import statistics
import subprocess
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import aiomqtt
from rig.broker import Mosquitto
from rig.revisions import revision

from benchmarks import processes
from daemon.board import Board
from daemon.clock import Clock
from daemon.delivery import Delivery
from daemon.recorder import Recorder
from reasoners import Event
from sinks import Credential, Site
from sinks.journal import Journal
from sinks.mqtt import MqttConfig, MqttSink

CAMERAS = 4
EVENTS = 4000
ROUNDS = 3
"""Their median counts on both sides."""

PACED = 200
RATE = 50.0
SIZE = 600
"""Bytes added to the smallest event there is."""

WANTED_LIVE = 500
WANTED_DRAIN = 200
WANTED_LAG_MS = 5.0

TICK = 0.005


def measure() -> dict[str, Any]:
    """Run all of it against one broker after the other; return rates, lags and latencies."""
    logging.getLogger("mqtt").setLevel(logging.ERROR)  # aiomqtt counts its callers aloud
    _events(EVENTS)
    gc.collect()
    gc.freeze()  # as the daemon does once it has started
    return asyncio.run(_measure())


async def _measure() -> dict[str, Any]:
    bare: dict[str, list[float]] = {"one_at_a_time_per_s": [], "20_at_a_time_per_s": []}
    live: list[dict[str, float]] = []
    drain: list[dict[str, float]] = []
    for _ in range(ROUNDS):
        for name, window in (("one_at_a_time_per_s", 1), ("20_at_a_time_per_s", 20)):
            with _listened() as broker:
                bare[name].append(await _bare(broker, window))
        with _listened() as broker:
            live.append(await _live(broker))
        with _listened() as broker:
            drain.append(await _drain(broker))
    typical = {name: round(statistics.median(found), 1) for name, found in bare.items()}
    usual_live = {key: statistics.median(row[key] for row in live) for key in live[0]}
    usual_drain = {key: statistics.median(row[key] for row in drain) for key in drain[0]}
    return {
        "event_bytes": len(_events(1)[0].wire()),
        "events": EVENTS,
        "cameras": CAMERAS,
        "bare": typical,
        "live": usual_live,
        "drain": usual_drain,
        "every_round": {
            "live_per_s": [row["events_per_s"] for row in live],
            "drain_per_s": [row["events_per_s"] for row in drain],
            "live_lag_ms_p99": [row["loop_lag_ms_p99"] for row in live],
            "drain_lag_ms_p99": [row["loop_lag_ms_p99"] for row in drain],
        },
        "drain_over_bare": round(usual_drain["events_per_s"] / typical["one_at_a_time_per_s"], 2),
        "synchronous": {name: await _paced(name) for name in ("FULL", "NORMAL", "OFF")},
        "wanted": {
            "live_per_s": WANTED_LIVE,
            "drain_per_s": WANTED_DRAIN,
            "loop_lag_ms_p99": WANTED_LAG_MS,
        },
        "ok": usual_live["events_per_s"] >= WANTED_LIVE
        and usual_drain["events_per_s"] >= WANTED_DRAIN
        and max(usual_live["loop_lag_ms_p99"], usual_drain["loop_lag_ms_p99"]) <= WANTED_LAG_MS,
        "load_average": processes.load(),
    }


@contextmanager
def _listened() -> Iterator[Mosquitto]:
    """Run a fresh broker with a durable subscriber that must have got everything in the end."""
    with TemporaryDirectory(prefix="lookout-bench-") as folder:
        got = Path(folder) / "got"
        with Mosquitto.shipped(Path(folder)) as broker, got.open("wb") as out:
            where = ("-h", "127.0.0.1", "-p", str(broker.port))
            what = ("-c", "-i", "durable", "-q", "1", "-t", "lookout/+/events/#", "-F", "%t")
            command = ["mosquitto_sub", *where, *what]
            with subprocess.Popen(command, stdout=out) as subscriber:
                time.sleep(0.3)
                try:
                    yield broker
                    deadline = time.monotonic() + 20
                    while got.read_bytes().count(b"\n") < EVENTS and time.monotonic() < deadline:
                        time.sleep(0.1)
                    if got.read_bytes().count(b"\n") < EVENTS:
                        raise RuntimeError("the subscriber did not get everything")
                finally:
                    subscriber.kill()


@cache
def _events(count: int) -> list[Event]:
    return [revision(n, camera=f"camera{n % CAMERAS}", size=SIZE) for n in range(count)]


async def _bare(broker: Mosquitto, window: int) -> float:
    """Publish with nothing around it; return events a second."""
    letters = iter([(event.camera, event.wire()) for event in _events(EVENTS)])
    version = aiomqtt.ProtocolVersion.V5
    async with aiomqtt.Client("127.0.0.1", broker.port, protocol=version) as client:
        client.pending_calls_threshold = 1000

        async def publish() -> None:
            for camera, body in letters:
                await client.publish(f"lookout/box1/events/{camera}/presence", body, qos=1)

        began = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for _ in range(window):
                group.create_task(publish())
        return EVENTS / (time.perf_counter() - began)


class _Synchronous(Journal):
    """A journal that asks its disk for less, or for what it always asks."""

    def __init__(self, path: Path, setting: str) -> None:
        super().__init__(path)
        self._setting = setting

    def open(self) -> tuple[str, ...]:
        """Open, then lower the guarantee."""
        warnings = super().open()
        with self._guard() as db:
            db.execute(f"PRAGMA synchronous = {self._setting}")
        return warnings


@asynccontextmanager
async def _corridor(
    broker: Mosquitto, setting: str = "FULL"
) -> AsyncIterator[tuple[Recorder, Delivery]]:
    """Build what lies between a committed event and the broker, as the daemon does."""
    with TemporaryDirectory(prefix="lookout-bench-") as folder:
        site = Site("box1", "0", Path(folder), _no_credential, lambda: 0.0)
        journal = _Synchronous(Path(folder) / "journal.sqlite", setting)
        async with Recorder(journal, None) as recorder:
            await recorder.prepare(["mqtt"])
            sink = MqttSink("mqtt", MqttConfig(url=broker.url), site)
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
            yield recorder, delivery


@asynccontextmanager
async def _delivering(delivery: Delivery) -> AsyncIterator[None]:
    """Keep a delivery going, and its cursor saved as housekeeping does."""
    async with asyncio.TaskGroup() as group:

        async def save() -> None:
            while True:
                await asyncio.sleep(1)
                await delivery.save()

        tasks = [group.create_task(delivery.once()), group.create_task(save())]
        while delivery.figures.state != "online":  # noqa: ASYNC110 (nothing tells)
            await asyncio.sleep(TICK)
        yield
        for task in tasks:
            task.cancel()


async def _live(broker: Mosquitto) -> dict[str, float]:
    events = _events(EVENTS)
    async with _corridor(broker) as (recorder, delivery), _delivering(delivery):
        with _Lag() as lag:
            began = time.perf_counter()
            async with asyncio.TaskGroup() as group:
                group.create_task(lag.watch(), name="lag")

                async def camera(mine: Sequence[Event]) -> None:
                    for event in mine:
                        await recorder.commit(event)

                async with asyncio.TaskGroup() as cameras:
                    for number in range(CAMERAS):
                        cameras.create_task(camera(events[number::CAMERAS]))
                committed = time.perf_counter() - began
                await delivery.drained()
                took = time.perf_counter() - began
                lag.over()
        return {
            "events_per_s": round(EVENTS / took, 1),
            "commits_per_s": round(EVENTS / committed, 1),
            **lag.row(),
        }


async def _drain(broker: Mosquitto) -> dict[str, float]:
    async with _corridor(broker) as (recorder, delivery):
        for event in _events(EVENTS):
            recorder.submit(event)
        await recorder.idle()
        async with _delivering(delivery):
            with _Lag() as lag:
                began = time.perf_counter()
                before = delivery.cursor
                async with asyncio.TaskGroup() as group:
                    group.create_task(lag.watch(), name="lag")
                    await delivery.drained()
                    took = time.perf_counter() - began
                    lag.over()
        return {"events_per_s": round((EVENTS - before) / took, 1), **lag.row()}


async def _paced(setting: str) -> dict[str, float]:
    """Commit at a steady rate; return what one event waits."""
    commits: list[float] = []
    receipts: list[float] = []
    with (
        TemporaryDirectory(prefix="lookout-bench-") as folder,
        Mosquitto.shipped(Path(folder)) as broker,
    ):
        async with _corridor(broker, setting) as (recorder, delivery), _delivering(delivery):
            for event in _events(PACED):
                began = time.perf_counter()
                await recorder.commit(event)
                commits.append(time.perf_counter() - began)
                await delivery.drained()
                receipts.append(time.perf_counter() - began)
                await asyncio.sleep(max(0.0, 1 / RATE - (time.perf_counter() - began)))
    return {
        "commit_ms_p50": _ms(commits, 50),
        "commit_ms_p95": _ms(commits, 95),
        "receipt_ms_p50": _ms(receipts, 50),
        "receipt_ms_p95": _ms(receipts, 95),
    }


class _Lag:
    """How late the event loop is."""

    def __init__(self) -> None:
        self._late: list[float] = []
        self._going = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._going = False

    async def watch(self) -> None:
        """Sleep and see when that ends, until it is over."""
        while self._going:
            asked = time.perf_counter() + TICK
            await asyncio.sleep(TICK)
            self._late.append(max(0.0, time.perf_counter() - asked))

    def over(self) -> None:
        """Stop watching."""
        self._going = False

    def row(self) -> dict[str, float]:
        """Return the figures."""
        return {
            "loop_lag_ms_p50": _ms(self._late, 50),
            "loop_lag_ms_p99": _ms(self._late, 99),
            "loop_lag_ms_most": round(1000 * max(self._late), 3),
        }


def _ms(seconds: Sequence[float], percent: int) -> float:
    return round(1000 * statistics.quantiles(seconds, n=100)[percent - 1], 3)


def _no_credential(name: str) -> Credential:
    raise KeyError(name)
