"""One detector worker shared by cameras: real workers, with turns, ages, crashes and hangs."""

import asyncio
import json
import os
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rig.waiting import running, until

from daemon.detection import DetectorHost, Held, Seen
from daemon.edges import Edge
from daemon.slots import SlotPool
from daemon.supervisor import Retry, flatten, keep_alive
from daemon.timing import Timing
from detectors import DetectorRejected, DetectorUnavailable
from sources import Frame, Pixels, Slots

BACKEND = "detectors.testing:ScriptedDetector"
QUICK = Timing(load=10, inference=1.0)
RETRY = Retry((DetectorUnavailable,), (DetectorRejected,), first=0.01, most=0.02, parked=0.05)
SIZE = (64, 48)


@dataclass
class Camera:
    """A camera that the test is: writes pictures into slots and hands them over."""

    name: str
    pool: SlotPool
    slots: Slots
    edge: Edge[Held]
    dropped: Counter[str] = field(default_factory=Counter)
    index: int = 0

    async def put(self, *, age: float = 0.0, bright: bool = True, torn: bool = False) -> None:
        """Hand a picture over, perhaps an old one, perhaps one that is overwritten meanwhile."""
        lease = await self.pool.lease()
        width, height = SIZE
        picture = np.zeros((height, width, 3), np.uint8)
        if bright:
            picture[10:30, 20:40] = 255
        pixels = self.slots.write(lease.number, picture)
        if torn:
            pixels = Pixels(pixels.slot, pixels.generation - 2, *SIZE)
        self.index += 1
        at = asyncio.get_running_loop().time() - age
        frame = Frame(self.name, self.index, at, at, at, *SIZE, pixels)
        await self.edge.put(Held(frame, lease))

    async def look(self, host: DetectorHost, max_age: float | None = None) -> Seen | None:
        """Have the newest picture looked at."""
        seen = await host.detect(self.name, self.edge, max_age, self._abandoned)
        if seen is not None:
            seen.held.lease.release()
        return seen

    def _abandoned(self) -> None:
        self.dropped["abandoned"] += 1


@asynccontextmanager
async def camera(host: DetectorHost, name: str = "yard", slots: int = 3) -> AsyncIterator[Camera]:
    """Join a camera for as long as the context lasts; all its slots are free afterwards."""
    with SlotPool(slots) as pool, Slots(pool.descriptor, slots, writable=True) as written:
        dropped: Counter[str] = Counter()

        def drop(held: Held) -> None:
            held.lease.release()
            dropped["superseded"] += 1

        edge: Edge[Held] = Edge(f"frames-{name}", 1, on_drop=drop)
        host.join(name, pool)
        yield Camera(name, pool, written, edge, dropped)
        host.leave(name)
        edge.drain()
        assert pool.free == slots


class Told:
    """What the host said of itself, and how often it got on."""

    def __init__(self) -> None:
        self.states: list[str] = []
        self.beats = 0

    def __call__(self, state: str, reason: str) -> None:
        """Note a state."""
        del reason
        self.states.append(state)

    def beat(self) -> None:
        """Note that it got on."""
        self.beats += 1


def made(told: Told | None = None, timing: Timing = QUICK, **script: Any) -> DetectorHost:
    """Make a host of a scripted detector."""
    told = told or Told()
    config = {"width": SIZE[0], "height": SIZE[1], **script}
    return DetectorHost("detector", BACKEND, config, timing=timing, told=told, beat=told.beat)


@asynccontextmanager
async def alive(host: DetectorHost) -> AsyncIterator[None]:
    """Keep a host going as the daemon does."""
    async with asyncio.timeout(15), running(keep_alive("detector", host.once, RETRY)):
        yield


async def test_picture_is_looked_at() -> None:
    """What the worker found comes back with the frame it was found in."""
    told = Told()
    host = made(told)
    async with alive(host), camera(host) as yard:
        profile = await host.profile()
        await yard.put()
        seen = await yard.look(host)
    assert (profile.width, profile.height, profile.labels) == (*SIZE, ("person",))
    assert seen is not None
    assert seen.detections is not None
    (found,) = list(seen.detections)
    assert found.label == "person"
    assert found.xyxy == pytest.approx((20 / 64, 10 / 48, 40 / 64, 30 / 48), abs=0.01)
    assert seen.held.frame.index == 1
    assert told.states == ["loading", "ready"]
    assert told.beats > 0
    assert (host.figures.frames, host.figures.batches, host.figures.lost) == (1, 1, 0)


async def test_batches_serve_cameras_in_turn(tmp_path: Path) -> None:
    """With more cameras than a batch holds, everybody is served as often as the others."""
    record = tmp_path / "record"
    host = made(max_batch=2, delay=0.01, record=str(record))
    async with alive(host), camera(host, "a") as a, camera(host, "b") as b, camera(host, "c") as c:

        async def follow(one: Camera) -> None:
            for _ in range(8):
                await one.put()
                await one.look(host)

        async with asyncio.TaskGroup() as group:
            for one in (a, b, c):
                group.create_task(follow(one))
    lines = [json.loads(line) for line in record.read_text().splitlines()]
    assert Counter(line["camera"] for line in lines) == {"a": 8, "b": 8, "c": 8}
    sizes = Counter(line["call"] for line in lines)
    assert max(sizes.values()) == 2
    for name in "abc":
        indices = [line["index"] for line in lines if line["camera"] == name]
        assert indices == sorted(indices)
    served = [line["camera"] for line in lines][:18]
    assert all(abs(served.count("a") - served.count(name)) <= 1 for name in "bc")


async def test_newest_frame_replaces_the_one_that_waits(tmp_path: Path) -> None:
    """While the engine is busy, only the newest picture waits; the older one is a counted drop."""
    host = made(delay=0.1)
    async with alive(host), camera(host) as yard, camera(host, "other") as other:
        await host.profile()
        await other.put()
        async with asyncio.TaskGroup() as group:
            group.create_task(other.look(host))
            await until(lambda: not len(other.edge))
            await yard.put()
            looking = group.create_task(yard.look(host))
            await asyncio.sleep(0)
            await yard.put()
            await yard.put()
    seen = looking.result()
    assert seen is not None
    assert seen.held.frame.index == 3
    assert yard.dropped == {"superseded": 2}


async def test_old_frame_is_not_decided_on() -> None:
    """A frame beyond its age is returned unlooked at, before and after inference."""
    host = made(delay=0.2)
    async with alive(host), camera(host) as yard:
        await host.profile()
        await yard.put(age=5)
        before = await yard.look(host, max_age=2)
        await yard.put(age=0.1)
        after = await yard.look(host, max_age=0.2)
        await yard.put(age=5)
        recording = await yard.look(host, max_age=None)
    assert before is not None
    assert (before.detections, before.reason) == (None, "too_old")
    assert after is not None
    assert (after.detections, after.reason) == (None, "too_old")
    assert recording is not None
    assert recording.detections is not None
    assert host.figures.batches == 2


async def test_torn_picture_is_not_believed() -> None:
    """A slot that was written anew meanwhile gives no detections, and is counted."""
    host = made()
    async with alive(host), camera(host) as yard:
        await yard.put(torn=True)
        seen = await yard.look(host)
    assert seen is not None
    assert (seen.detections, seen.reason) == (None, "torn")
    assert host.figures.torn == 1


@pytest.mark.parametrize(
    "fault", ["segfault", "exit", "hang", "exception", "unavailable", "nonsense"]
)
async def test_worker_that_fails_loses_one_batch(fault: str) -> None:
    """The frame in hand is lost and counted, the slot free; a new worker looks at the next."""
    told = Told()
    host = made(told, fault=fault, fault_at=2)
    async with alive(host), camera(host) as yard:
        results = []
        for _ in range(3):
            await yard.put()
            seen = await yard.look(host)
            assert seen is not None
            results.append((seen.detections is not None, seen.reason))
    assert results == [(True, ""), (False, "lost_with_worker"), (True, "")]
    assert (host.figures.starts, host.figures.lost, host.figures.frames) == (2, 1, 2)
    assert told.states == ["loading", "ready", "loading", "ready"]


async def test_idle_worker_that_dies_is_replaced() -> None:
    """Nobody has to ask for it to be noticed."""
    told = Told()
    host = made(told)
    async with alive(host), camera(host) as yard:
        await yard.put()
        await yard.look(host)
        (worker,) = [child for child in _children() if "detectors.worker" in child.cmdline()]
        worker.kill()
        await until(lambda: told.states.count("ready") == 2)
        await yard.put()
        seen = await yard.look(host)
    assert seen is not None
    assert seen.detections is not None
    assert host.figures.lost == 0


def _children() -> list[Any]:
    import psutil  # noqa: PLC0415 (for this test alone)

    return list(psutil.Process().children())


@pytest.mark.parametrize(
    ("load", "kind", "reason"),
    [
        ("rejected", DetectorRejected, "refused, as scripted"),
        ("unavailable", DetectorUnavailable, "unavailable, as scripted"),
        ("bug", DetectorUnavailable, "a bug while loading"),
        ("hang", DetectorUnavailable, "no answer within its deadline"),
    ],
)
async def test_failing_load_says_what_to_do(load: str, kind: type[Exception], reason: str) -> None:
    """Whether to try again or to ask a person follows from how loading failed."""
    host = made(timing=Timing(load=2.0), load=load)
    with pytest.raises(kind, match=reason):
        await host.once()
    assert host.figures.state == "degraded"


async def test_backend_that_is_not_there_is_rejected() -> None:
    """A class that does not exist needs a person, and the worker says so in one line."""
    told = Told()
    host = DetectorHost(
        "detector", "detectors.nothing:Nothing", {}, timing=QUICK, told=told, beat=told.beat
    )
    with pytest.raises(DetectorRejected) as failed:
        await host.once()
    assert "\n" not in str(failed.value)


async def test_cancelled_camera_leaves_nothing_behind() -> None:
    """Who is cancelled while waiting or being looked at gives its slot back, accounted for."""
    host = made(delay=0.2)
    async with alive(host), camera(host) as yard, camera(host, "other") as other:
        await host.profile()
        await yard.put()
        async with asyncio.TaskGroup() as group:
            looking = group.create_task(yard.look(host))
            await until(lambda: not len(yard.edge))
            await other.put()
            waiting = group.create_task(other.look(host))
            await asyncio.sleep(0)
            looking.cancel()
            waiting.cancel()
        assert yard.dropped == {"abandoned": 1}
        assert other.dropped == {}
        seen = await other.look(host)
        assert seen is not None
        assert yard.pool.free == 3
    assert seen.detections is not None


async def test_frame_is_accounted_for_whenever_its_camera_is_cancelled() -> None:
    """At no step of the way can a cancellation make a frame vanish."""
    host = made()
    async with alive(host), camera(host) as yard:
        await host.profile()
        for steps in range(12):
            dropped = yard.dropped.total()
            await yard.put()
            async with asyncio.TaskGroup() as group:
                looking = group.create_task(yard.look(host))
                for _ in range(steps):
                    await asyncio.sleep(0)
                looking.cancel()
            seen = 0 if looking.cancelled() else 1
            await until(
                lambda dropped=dropped, seen=seen: (  # type: ignore[misc]
                    yard.dropped.total() - dropped + seen + len(yard.edge) == 1
                )
            )
            yard.edge.drain()
            await until(lambda: yard.pool.free == 3)


async def test_camera_that_comes_back_is_mapped_anew(tmp_path: Path) -> None:
    """After a camera's child was replaced, the worker reads the new slots and not the old ones."""
    host = made(record=str(tmp_path / "record"))
    async with alive(host):
        for bright in (True, False, True):
            async with camera(host) as yard:
                await yard.put(bright=bright)
                seen = await yard.look(host)
                assert seen is not None
                assert seen.detections is not None
                assert len(seen.detections) == bright
        (worker,) = [child for child in _children() if "detectors.worker" in child.cmdline()]
        open_files = len(os.listdir(f"/proc/{worker.pid}/fd"))  # noqa: PTH208 (counting is all)
    assert open_files < 16


async def test_camera_that_crashes_without_a_detector_piles_nothing_up() -> None:
    """However often a camera comes and goes while no worker runs, memory stays flat."""
    host = made(load="rejected")
    for _ in range(1000):
        async with camera(host, slots=1):
            pass
    assert len(host._unmapped) == 1  # noqa: SLF001 (that nothing piles up is what holds)


async def test_slow_load_is_no_standstill() -> None:
    """While a model loads, the watchdog hears that we are alive."""
    told = Told()
    host = made(told, load="hang")
    async with running(host.once()):
        await until(lambda: told.beats > 0)
    assert "ready" not in told.states


async def test_group_failure_holds_nothing_but_detector_errors() -> None:
    """What keeps the worker alive sees an outage, never a bare timeout."""
    host = made(fault="hang", fault_at=1, timing=Timing(inference=0.3))
    async with camera(host) as yard:
        causes: list[BaseException] = []
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(host.once())
                await yard.put()
                await yard.look(host)
                await asyncio.Event().wait()
        except* DetectorUnavailable as failed:
            causes += flatten(failed)
    assert [str(cause) for cause in causes] == [
        "detector: no answer within its deadline; worker killed"
    ]
