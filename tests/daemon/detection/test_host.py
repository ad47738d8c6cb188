"""One detector worker shared by cameras: real workers, with turns, ages, crashes and hangs."""

import asyncio
import json
import os
from collections import Counter
from contextlib import AsyncExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from rig.detecting import BACKEND, QUICK, SIZE, Camera, Told, alive, camera, made
from rig.waiting import running, until

from daemon.detection import DetectorHost
from daemon.supervisor import Retry, flatten, keep_alive
from daemon.timing import Timing
from detectors import DetectorRejected, DetectorUnavailable


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
    # A busy machine takes seconds to start the worker: only what hangs is not waited for.
    host = made(timing=Timing(load=2.0 if load == "hang" else 30.0), load=load)
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
    assert not host._cameras  # noqa: SLF001 (that nothing piles up is what holds)


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


@pytest.mark.parametrize(("weights", "wanted"), [((10, 5, 1), 0.98), ((1, 1, 1), 0.98)])
async def test_overload_is_shared_by_what_each_asked_for(
    weights: tuple[float, ...], wanted: float
) -> None:
    """Of a detector that is too slow each camera gets the same share of its own rate (Jain)."""
    host = made(delay=0.02)
    served: Counter[int] = Counter()
    async with alive(host), AsyncExitStack() as stack:
        await host.profile()
        yards = [await stack.enter_async_context(camera(host, f"c{n}")) for n in range(3)]

        async def shoot(one: Camera) -> None:
            while True:
                await one.put()
                await asyncio.sleep(0.002)

        async def follow(number: int) -> None:
            while await yards[number].edge.ready():
                seen = await yards[number].look(host, None, weights[number])
                served[number] += seen is not None

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(shoot(one)) for one in yards]
            tasks += [group.create_task(follow(number)) for number in range(3)]
            await until(lambda: served.total() >= 16 * 6)
            counted = dict(served)
            for task in tasks:
                task.cancel()
    shares = [counted[number] / weight for number, weight in enumerate(weights)]
    jain = sum(shares) ** 2 / (len(shares) * sum(share * share for share in shares))
    assert jain >= wanted, counted


async def test_batch_is_waited_for_no_longer_than_its_window(tmp_path: Path) -> None:
    """Frames that come within the window share a batch; a lonely one goes when it is over."""
    record = tmp_path / "record"
    host = made(max_batch=3, window=0.5, record=str(record))
    async with alive(host), camera(host, "a") as a, camera(host, "b") as b, camera(host, "c") as c:
        await host.profile()
        for one in (a, b, c):
            await one.put()
        async with asyncio.TaskGroup() as group:
            group.create_task(a.look(host))
            await asyncio.sleep(0.01)
            group.create_task(b.look(host))
            group.create_task(c.look(host))
        await a.put()
        at = asyncio.get_running_loop().time()
        await a.look(host)
        waited = asyncio.get_running_loop().time() - at
    lines = [json.loads(line) for line in record.read_text().splitlines()]
    assert [line["call"] for line in lines] == [1, 1, 1, 2]
    assert waited >= 0.5


async def test_frame_about_to_grow_too_old_ends_the_waiting_for_a_batch() -> None:
    """Nobody waits for a fuller batch at the cost of a frame's age."""
    host = made(max_batch=2, window=1.0)
    async with alive(host), camera(host) as yard, camera(host, "other"):
        await host.profile()
        await yard.put()
        at = asyncio.get_running_loop().time()
        seen = await yard.look(host, max_age=0.3)
        waited = asyncio.get_running_loop().time() - at
    assert waited < 1.0
    assert seen is not None


@pytest.mark.fault("F20")
@pytest.mark.parametrize("when", ["load", "fault"])
async def test_f20_lack_of_memory_ends_on_the_fallback(when: str) -> None:
    """A device that stays without memory is left after the second time; the loop ends."""
    told = Told()
    trouble: dict[str, Any] = (
        {"load": "exhausted"} if when == "load" else {"fault": "exhausted", "fault_at": 1}
    )
    host = made(told, device="gpu", fallback="cpu", **trouble)
    async with alive(host), camera(host) as yard:
        seen = None
        while seen is None or seen.detections is None:
            await yard.put()
            seen = await yard.look(host)
        assert host.figures.state == "fallback"
        assert host.figures.exhausted == 2
        assert host.figures.starts == 3
    assert told.states[-1] == "fallback"


@pytest.mark.fault("F20")
async def test_f20_fallback_is_reached_in_time_and_stays() -> None:
    """With delays as shipped: within 10 s besides loading, and no start after that."""
    clock = asyncio.get_running_loop().time
    said: list[tuple[str, float]] = []
    timing = Timing()
    host = DetectorHost(
        "detector",
        BACKEND,
        {"device": "gpu", "fallback": "cpu", "fault": "exhausted", "fault_at": 2},
        timing=timing,
        told=lambda state, _: said.append((state, clock())),
        beat=lambda: None,
    )
    retry = Retry(
        (DetectorUnavailable,),
        (DetectorRejected,),
        first=timing.retry_first,
        most=timing.retry_most,
        parked=timing.retry_parked,
    )
    async with (
        asyncio.timeout(60),
        running(keep_alive("detector", host.once, retry)),
        camera(host) as yard,
    ):
        await host.profile()
        answered, began = 0, clock()
        while host.figures.state != "fallback":
            await yard.put()
            await yard.look(host)
        within = clock() - began
        while answered < 20:
            await yard.put()
            seen = await yard.look(host)
            assert seen is not None
            answered += seen.detections is not None
    loads = [at - before for (_, before), (state, at) in pairwise(said) if state != "loading"]
    assert within - sum(loads[1:]) <= 10
    assert [state for state, _ in said] == ["loading", "ready"] * 2 + ["loading", "fallback"]
    assert (host.figures.starts, host.figures.exhausted) == (3, 2)


@pytest.mark.fault("F20")
async def test_f20_lack_of_memory_without_a_fallback_waits_for_a_person() -> None:
    """After the second time it is no fault that heals soon: `degraded`, with what would help."""
    host = made(load="exhausted")
    with pytest.raises(DetectorUnavailable, match="no memory left"):
        await host.once()
    for _ in range(2):
        with pytest.raises(DetectorRejected, match="smaller model or batch"):
            await host.once()
    assert host.figures.state == "degraded"
    assert host.figures.starts == 3


async def test_worker_that_grows_is_replaced_between_two_batches() -> None:
    """A leak costs a new start now and then, and no frame."""
    timing = Timing(load=10, inference=5, recycle=0.01, worker_memory=150)
    host = made(timing=timing, ballast=100_000_000)
    async with alive(host), camera(host) as yard:
        for _ in range(60):
            await yard.put()
            seen = await yard.look(host)
            assert seen is not None
            assert seen.detections is not None
            if host.figures.recycled:
                break
            await asyncio.sleep(0.1)
        assert host.figures.recycled == 1
        assert host.figures.lost == 0
        await until(lambda: host.figures.state == "ready")


@pytest.mark.fault("F21")
async def test_f21_detector_far_too_slow_keeps_frames_fresh() -> None:
    """At ten times the load it can carry, what is decided on is never older than `max_age`."""
    host = made(delay=0.2)
    async with alive(host), camera(host, "a") as a, camera(host, "b") as b:
        await host.profile()
        ages: list[float] = []

        async def shoot(one: Camera) -> None:
            while True:
                await one.put()
                await asyncio.sleep(0.02)

        async def follow(one: Camera) -> None:
            loop = asyncio.get_running_loop()
            while await one.edge.ready():
                seen = await one.look(host, max_age=2.0)
                if seen is not None and seen.detections is not None:
                    ages.append(loop.time() - seen.held.frame.arrival)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(work(one)) for one in (a, b) for work in (shoot, follow)]
            await until(lambda: len(ages) >= 15, within=15)
            for task in tasks:
                task.cancel()
    assert max(ages) <= 2.0
    assert a.dropped["superseded"] + b.dropped["superseded"] > 100
    assert host.figures.figures()["age_p99_s"] is not None
