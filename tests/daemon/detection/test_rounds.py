"""Two batches under way: when the second leaves, and what becomes of both when the worker fails."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from rig.detecting import Camera, Told, alive, camera, made
from rig.models import bright_model
from rig.waiting import until

from daemon.detection import DetectorHost
from daemon.timing import Timing
from detectors import DetectorUnavailable


async def known(*cameras: Camera, host: DetectorHost, times: int = 3) -> None:
    """Let the host find out how long a batch takes."""
    for _ in range(times):
        for one in cameras:
            await one.put()
            await one.look(host)


async def test_next_batch_leaves_before_the_last_is_answered() -> None:
    """The worker has two frames at a time, and each gets its own answer."""
    host = made(delay=0.2)
    async with alive(host), camera(host, "a") as a, camera(host, "b") as b:
        await known(a, b, host=host)
        async with asyncio.TaskGroup() as group:
            await a.put()
            first = group.create_task(a.look(host))
            await b.put(bright=False)
            second = group.create_task(b.look(host))
            await until(lambda: not len(a.edge) and not len(b.edge))
            assert not first.done()
            assert not second.done()
    one, two = first.result(), second.result()
    assert one is not None
    assert two is not None
    assert one.detections is not None
    assert two.detections is not None
    assert (len(one.detections), len(two.detections)) == (1, 0)


async def test_next_batch_leaves_late_with_the_newest_frame() -> None:
    """A frame that comes while the worker is busy replaces the one waiting, almost to its end."""
    host = made(timing=Timing(load=10, inference=10), delay=1.0)
    async with alive(host), camera(host, "a") as a, camera(host, "b") as b:
        await known(a, b, host=host, times=1)
        async with asyncio.TaskGroup() as group:
            await a.put()
            group.create_task(a.look(host))
            await b.put()
            second = group.create_task(b.look(host))
            await until(lambda: not len(a.edge))
            await b.put()
    seen = second.result()
    assert seen is not None
    assert seen.held.frame.index == b.index
    assert b.dropped == {"superseded": 1}


@pytest.mark.fault("F19")
@pytest.mark.parametrize("fault", ["hang", "hang_gil"])
async def test_f19_hang_loses_what_is_under_way_and_no_more(fault: str, tmp_path: Path) -> None:
    """Of a worker that hangs, both frames are lost and counted; nothing is ever made of them."""
    trip, told = tmp_path / "trip", Told()
    timing = Timing(load=10, inference=3)
    host = made(told, timing, delay=0.3, fault=fault, fault_file=str(trip))
    async with alive(host), camera(host, "a") as a, camera(host, "b") as b:
        await known(a, b, host=host)
        answered = host.figures.frames
        trip.touch()
        async with asyncio.TaskGroup() as group:
            await a.put()
            first = group.create_task(a.look(host))
            await until(lambda: not len(a.edge))
            await b.put()
            second = group.create_task(b.look(host))
        for task in (first, second):
            seen = task.result()
            assert seen is not None
            assert (seen.detections, seen.reason) == (None, "lost_with_worker")
        assert (host.figures.lost, host.figures.frames) == (2, answered)
        await a.put()
        seen = await a.look(host)
        assert seen is not None
        assert seen.detections is not None
    assert host.figures.starts == 2
    assert told.states == ["loading", "ready"] * 2


async def test_camera_that_joins_anew_is_mapped_between_batches() -> None:
    """New slots come into use while others are looked at, and no frame is mistaken for another."""
    host = made(delay=0.05)
    async with alive(host), camera(host, "a") as a:

        async def busy() -> None:
            while True:
                await a.put()
                await a.look(host)

        async with asyncio.TaskGroup() as group:
            task = group.create_task(busy())
            for number in range(6):
                async with camera(host, "b") as b:
                    await b.put(bright=number % 2 == 0)
                    seen = await b.look(host)
                    assert seen is not None
                    assert seen.detections is not None
                    assert len(seen.detections) == (number % 2 == 0)
            task.cancel()
    assert host.figures.lost == host.figures.torn == 0


async def test_real_model_has_two_under_way(tmp_path: Path) -> None:
    """OpenVINO answers four cameras at full speed, each with what its own picture shows."""
    path = bright_model(tmp_path / "m.xml", "yolov8", width=64, height=64)
    host = DetectorHost(
        "detector",
        "detectors.openvino:OpenvinoDetector",
        {"model": str(path), "threads": 1},
        timing=Timing(load=60, inference=10),
        told=lambda *_: None,
        beat=lambda: None,
    )
    wrong: list[str] = []
    async with alive(host), AsyncExitStack() as stack:
        cameras = [await stack.enter_async_context(camera(host, f"c{n}")) for n in range(4)]
        await host.profile()

        async def follow(one: Camera, lit: int) -> None:
            for number in range(40):
                bright = (number + lit) % 2 == 0
                await one.put(bright=bright)
                seen = await one.look(host)
                if seen is None or seen.detections is None or bool(len(seen.detections)) != bright:
                    wrong.append(f"{one.name} {number}: {seen}")

        async with asyncio.TaskGroup() as group:
            for number, one in enumerate(cameras):
                group.create_task(follow(one, number))
    assert not wrong
    assert host.figures.frames == 160


async def test_last_word_is_heard_although_the_next_batch_cannot_be_sent() -> None:
    """Why a worker ended is known from itself, not from a socket that broke."""
    host = made(fault="unavailable", fault_at=6, delay=0.02)
    async with camera(host, "a") as a, camera(host, "b") as b:

        async def busy(one: Camera) -> None:
            while True:
                await one.put()
                await one.look(host)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(busy(one)) for one in (a, b)]
            with pytest.raises(DetectorUnavailable, match="the device failed, as scripted"):
                await host.once()
            for task in tasks:
                task.cancel()
    assert host.figures.lost in {1, 2}
    assert host.figures.frames == 5
