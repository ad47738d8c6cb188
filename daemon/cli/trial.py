"""Tries one thing as the daemon would: a detector in a worker, a camera in a decoder child."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from daemon.backends import Backend
from daemon.camera import CameraHost
from daemon.counters import CameraFigures
from daemon.detection import DetectorHost, Held
from daemon.detection.figures import DetectorFigures
from daemon.edges import Edge
from daemon.slots import SlotPool
from daemon.supervisor import flatten
from daemon.timing import Timing
from detectors import DetectorError
from detectors.message import Loaded
from sources import Frame, Pixels, SourceError, SourceUnavailable
from sources.message import CameraState, Given, Open

LOOKS, LOOKING = 100, 2.0
"""Pictures, and seconds, for which a detector is timed."""

SLOTS = 2
SMALL = (640, 640)
"""Box into which tried pictures are fitted, in pixels; conversion is not what is measured."""


async def load_detector(name: str, backend: Backend, timing: Timing) -> Loaded:
    """Load a detector in a worker of its own, end the worker, return what it said of itself.

    Raises:
        DetectorUnavailable: It died or took too long.
        DetectorRejected: A person must act.
    """
    host = DetectorHost(
        name, backend.reference, backend.options, timing=timing, told=ignore, beat=ignore
    )
    try:
        async with asyncio.TaskGroup() as group:
            worker = group.create_task(host.once(), name=f"detector-{name}")
            loaded = await host.profile()
            worker.cancel()
    except BaseExceptionGroup as failed:
        raise only(failed, DetectorError) from None
    return loaded


async def time_detector(
    name: str, backend: Backend, timing: Timing
) -> tuple[Loaded, DetectorFigures]:
    """Load a detector in a worker of its own and have it look at black pictures for a moment.

    Raises:
        DetectorUnavailable: It died or took too long.
        DetectorRejected: A person must act.
    """
    host = DetectorHost(
        name, backend.reference, backend.options, timing=timing, told=ignore, beat=ignore
    )
    loop = asyncio.get_running_loop()
    edge: Edge[Held] = Edge("frames-trial", 1)
    try:
        async with asyncio.TaskGroup() as group:
            worker = group.create_task(host.once(), name=f"detector-{name}")
            loaded = await host.profile()
            with SlotPool(1) as pool:
                host.join("trial", pool)
                until = loop.time() + LOOKING
                for index in range(LOOKS):
                    lease = await pool.lease()
                    # Nobody has written into the slot yet: zeros, with the generation 0.
                    pixels = Pixels(lease.number, 0, loaded.width, loaded.height)
                    at = loop.time()
                    frame = Frame("trial", index, at, at, at, *host.size, pixels)
                    await edge.put(Held(frame, lease))
                    await host.detect("trial", edge, None, ignore)
                    lease.release()
                    if loop.time() > until:
                        break
                worker.cancel()
    except BaseExceptionGroup as failed:
        raise only(failed, DetectorError) from None
    return loaded, host.figures


@dataclass(frozen=True, slots=True)
class OpenCamera:
    """A camera whose decoder child runs."""

    host: CameraHost
    pool: SlotPool
    figures: CameraFigures
    patience: float
    """Seconds the first picture may take."""

    async def next(self) -> Given | None:
        """Wait for a picture; None when a recording is over.

        Raises:
            SourceUnavailable: It took too long.
        """
        lease = await self.pool.lease()
        try:
            async with asyncio.timeout(self.patience):
                return await self.host.next(lease.number, *SMALL)
        except TimeoutError:
            raise SourceUnavailable(f"no picture within {self.patience:g} s") from None
        finally:
            lease.release()


@asynccontextmanager
async def open_camera(opening: Open, *, live: bool, timing: Timing) -> AsyncIterator[OpenCamera]:
    """Run a decoder child for as long as the context lasts.

    Raises:
        SourceUnavailable: It may work later.
        SourceRejected: A person must act.
    """
    figures = CameraFigures()
    opening = opening.model_copy(update={"slots": SLOTS})
    try:
        with SlotPool(SLOTS) as pool:
            host = CameraHost(
                opening, live=live, pool=pool, figures=figures, timing=timing, told=on_state
            )
            async with host:
                # The host's own watch ends what is silent; this is for a child that only babbles.
                yield OpenCamera(host, pool, figures, timing.opening + timing.heartbeat)
    except BaseExceptionGroup as failed:
        raise only(failed, SourceError) from None


def only(
    group: BaseExceptionGroup[BaseException], kind: type[Exception] | tuple[type[Exception], ...]
) -> BaseException:
    """Return the one error that explains all others; a group that holds a bug stays whole."""
    leaves = list(flatten(group))
    known = [leaf for leaf in leaves if isinstance(leaf, kind)]
    return known[0] if len(known) == len(leaves) else group


def ignore(*_: object) -> None:
    """Nobody is told: the result says it."""


def on_state(_: CameraState, __: str) -> None:
    """Nobody is told: the result says it."""
