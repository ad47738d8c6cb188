"""Several detectors for one camera: each sees every frame, and what they found becomes one."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from daemon.detection.host import DetectorHost
from daemon.detection.looking import Held, Look, Seen
from daemon.detection.queue import Outcome
from daemon.edges import Edge
from daemon.slots import SlotPool
from detectors.merging import merged
from detectors.message import Loaded

T = TypeVar("T")


class Panel:
    """The detectors of one camera; see `Detecting`.

    A detector that is out of order is gone without: a frame is looked at by those that run.
    """

    def __init__(self, hosts: Sequence[DetectorHost]) -> None:
        self._hosts = tuple(hosts)

    @property
    def size(self) -> tuple[int, int]:
        """Pixels that hold what any of those that run asks for; each scales down for itself."""
        sizes = [host.size for host in self._running()]
        return max(width for width, _ in sizes), max(height for _, height in sizes)

    async def profile(self) -> Loaded:
        """Wait until each has been tried and one of them runs; return what they are together."""
        for host in self._hosts:
            await host.tried.wait()
        await self._anyone()
        told = [await host.profile() for host in self._running()]
        labels = dict.fromkeys(label for one in told for label in one.labels)
        width, height = self.size
        return told[0].model_copy(
            update={
                "width": width,
                "height": height,
                "labels": tuple(labels),
                "max_batch": min(one.max_batch for one in told),
                "parts": all(one.parts for one in told),
                "description": "; ".join(one.description for one in told)[:2000],
            }
        )

    def join(self, camera: str, pool: SlotPool) -> None:
        """Let a camera use all of them."""
        for host in self._hosts:
            host.join(camera, pool)

    def leave(self, camera: str) -> None:
        """A camera is done with all of them."""
        for host in self._hosts:
            host.leave(camera)

    async def detect(
        self,
        camera: str,
        edge: Edge[Held],
        max_age: float | None,
        abandoned: Callable[[], None],
        weight: float = 1.0,
    ) -> Seen | None:
        """Have the newest frame looked at by everyone who runs."""
        await self._anyone()
        look = Look(camera, edge, max_age, abandoned, weight)
        first, *others = self._running()
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(_first(first, look), name=f"look-{first.name}")]
                tasks += [
                    group.create_task(_after(host, look), name=f"look-{host.name}")
                    for host in others
                ]
        except asyncio.CancelledError:
            look.leave()
            raise
        if look.held is None:
            return None
        outcomes = [outcome for task in tasks if (outcome := task.result()) is not None]
        found = [one.detections for one in outcomes if one.detections is not None]
        if found:
            return Seen(look.held, merged(found))
        reason = outcomes[0].reason if outcomes else "lost_with_worker"
        return Seen(look.held, None, reason)

    def _running(self) -> list[DetectorHost]:
        return [host for host in self._hosts if host.running] or list(self._hosts[:1])

    async def _anyone(self) -> None:
        """Wait until one of them runs."""
        while not any(host.running for host in self._hosts):
            await _soonest([host.awake() for host in self._hosts])


async def _first(host: DetectorHost, look: Look) -> Outcome | None:
    """Take the frame when this one is ready for it."""
    try:
        return await host.look(look, shared=True)
    finally:
        look.decided.set()


async def _after(host: DetectorHost, look: Look) -> Outcome | None:
    """Look at the very frame that the first one took."""
    await look.decided.wait()
    return await host.look(look, shared=True) if look.held is not None else None


async def _soonest(waits: Sequence[Coroutine[Any, Any, T]]) -> None:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(wait, name="detector-awaited") for wait in waits]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
