"""Looks per second of host and worker for pictures that lie in slots, against bare OpenVINO.

Both sides look at the same picture of the model's own size, with the same weights, on the same
cores, in turn: a block of looks of one, then of the other, so that whatever disturbs one disturbs
the other. The bare loop is one request with the product's settings (`benchmarks.floor.Eye`), which
infers and does nothing else: it copies no picture, and reads no boxes. Lookout's side is the whole
way from the daemon's edge through worker and family to detections in the daemon, two cameras
asking by turns. Both infer on one thread of two cores; what Lookout does beside that lies on the
other, so another program that is busy there costs Lookout alone.

`overload` lets four cameras offer together twice what the detector carries, at rates of 4 : 2 : 1 :
1, and tells how old frames were when they were answered, and Jain's index of each camera's share of
what it asked for.
"""

import asyncio
import contextlib
import os
import statistics
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.floor import Eye
from benchmarks.following import MODEL
from daemon.detection import DetectorHost, Held
from daemon.edges import Edge
from daemon.slots import SlotPool
from daemon.timing import Timing
from detectors.openvino import OpenvinoConfig
from sources import Frame, Slots

BLOCK, BLOCKS = 30, 20
MAX_AGE = 2.0
RATES = (4.0, 2.0, 1.0, 1.0)
OVERLOAD = 2.0
SECONDS = 30.0
TARGET, TARGET_JAIN = 0.95, 0.98


class Camera:
    """A camera whose pictures are in its slots already."""

    def __init__(self, name: str, host: DetectorHost, pool: SlotPool, slots: Slots) -> None:
        self.name, self.pool = name, pool
        self.edge: Edge[Held] = Edge(name, 1, on_drop=lambda held: held.lease.release())
        self._host = host
        self._slots = slots
        width, height = host.size
        picture = np.random.default_rng(1).integers(0, 255, (height, width, 3), np.uint8)
        self._pixels = [slots.write(number, picture) for number in range(pool.count)]
        self._index = 0

    async def put(self) -> None:
        """Hand a frame over; a waiting one is replaced."""
        lease = await self.pool.lease()
        pixels, at = self._pixels[lease.number], asyncio.get_running_loop().time()
        self._index += 1
        size = pixels.width, pixels.height
        frame = Frame(self.name, self._index, at, at, at, *size, pixels)
        await self.edge.put(Held(frame, lease))

    async def look(self, max_age: float | None, weight: float = 1.0) -> float | None:
        """Have the newest looked at; return its age, None if it was not."""
        seen = await self._host.detect(self.name, self.edge, max_age, lambda: None, weight)
        if seen is None:
            return None
        seen.held.lease.release()
        age = asyncio.get_running_loop().time() - seen.held.frame.arrival
        return None if seen.detections is None else age


def measure() -> dict[str, Any]:
    """Measure both; return ratios."""
    return asyncio.run(_measure(MODEL))


async def _measure(model: Path) -> dict[str, Any]:
    config = OpenvinoConfig(model=model).model_dump(mode="json")
    host = DetectorHost(
        "detector",
        "detectors.openvino:OpenvinoDetector",
        config,
        timing=Timing(),
        told=lambda *_: None,
        beat=lambda: None,
    )
    async with asyncio.TaskGroup() as group:
        worker = group.create_task(host.once(), name="detector")
        await host.profile()
        speed = await _speed(host, model)
        overload = await _overload(host, speed["lookout_per_s"])
        worker.cancel()
    return {
        "model": model.name,
        "threads": max(1, len(os.sched_getaffinity(0)) // 2),
        **speed,
        "overload": overload,
        "target_ratio": TARGET,
        "ok": speed["ratio"] >= TARGET,
        "ok_overload": overload["age_p99_s"] <= MAX_AGE and overload["jain"] >= TARGET_JAIN,
    }


async def _speed(host: DetectorHost, model: Path) -> dict[str, float]:
    eye = Eye(model)
    times: dict[str, list[float]] = {"bare": [], "lookout": []}
    async with _cameras(host, 2) as cameras:
        for block in range(BLOCKS + 1):
            started = time.perf_counter()
            for _ in range(BLOCK):
                eye.infer()
            between = time.perf_counter()
            async with asyncio.TaskGroup() as group:
                for camera in cameras:
                    group.create_task(_looks(camera, BLOCK // 2), name=camera.name)
            if block:
                times["bare"].append((between - started) / BLOCK)
                times["lookout"].append((time.perf_counter() - between) / BLOCK)
    bare, ours = (statistics.median(times[name]) for name in ("bare", "lookout"))
    return {
        "bare_per_s": round(1 / bare, 2),
        "lookout_per_s": round(1 / ours, 2),
        "ratio": round(bare / ours, 4),
        "lookout_ms_p95": round(1000 * float(np.percentile(times["lookout"], 95)), 2),
        "bare_ms_p95": round(1000 * float(np.percentile(times["bare"], 95)), 2),
    }


async def _looks(camera: Camera, count: int) -> None:
    for _ in range(count):
        await camera.put()
        await camera.look(None)


async def _overload(host: DetectorHost, capacity: float) -> dict[str, Any]:
    rates = [rate / sum(RATES) * OVERLOAD * capacity for rate in RATES]
    served: Counter[str] = Counter()
    ages: list[float] = []
    async with _cameras(host, len(rates)) as cameras:

        async def shoot(camera: Camera, rate: float) -> None:
            loop = asyncio.get_running_loop()
            due = loop.time()
            while True:
                await camera.put()
                due += 1 / rate
                await asyncio.sleep(max(0.0, due - loop.time()))

        async def follow(camera: Camera, rate: float) -> None:
            while await camera.edge.ready():
                age = await camera.look(MAX_AGE, rate)
                if age is not None:
                    ages.append(age)
                    served[camera.name] += 1

        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SECONDS), asyncio.TaskGroup() as group:
                for camera, rate in zip(cameras, rates, strict=True):
                    group.create_task(shoot(camera, rate), name=f"{camera.name}-shoot")
                    group.create_task(follow(camera, rate), name=f"{camera.name}-follow")
        shares = [served[camera.name] / rate for camera, rate in zip(cameras, rates, strict=True)]
    return {
        "offered_over_capacity": OVERLOAD,
        "age_p50_s": round(float(np.percentile(ages, 50)), 4),
        "age_p99_s": round(float(np.percentile(ages, 99)), 4),
        "jain": round(sum(shares) ** 2 / (len(shares) * sum(x * x for x in shares)), 4),
    }


@contextlib.asynccontextmanager
async def _cameras(host: DetectorHost, count: int) -> AsyncIterator[list[Camera]]:
    with contextlib.ExitStack() as stack:
        cameras = []
        for number in range(count):
            pool = stack.enter_context(SlotPool(3))
            slots = stack.enter_context(Slots(pool.descriptor, 3, writable=True))
            host.join(f"c{number}", pool)
            cameras.append(Camera(f"c{number}", host, pool, slots))
        yield cameras
        for camera in cameras:
            host.leave(camera.name)
