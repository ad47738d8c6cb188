"""A detector host with a scripted worker, and cameras that the test itself is."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from rig.waiting import running

from daemon.detection import Detecting, DetectorHost, Held, Seen
from daemon.edges import Edge
from daemon.slots import SlotPool
from daemon.supervisor import Retry, keep_alive
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

    async def look(
        self, host: Detecting, max_age: float | None = None, weight: float = 1.0
    ) -> Seen | None:
        """Have the newest picture looked at."""
        seen = await host.detect(self.name, self.edge, max_age, self._abandoned, weight)
        if seen is not None:
            seen.held.lease.release()
        return seen

    def _abandoned(self) -> None:
        self.dropped["abandoned"] += 1


@asynccontextmanager
async def camera(host: Detecting, name: str = "yard", slots: int = 3) -> AsyncIterator[Camera]:
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
