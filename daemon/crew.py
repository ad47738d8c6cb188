"""All detectors of a daemon: each kept alive by itself, its troubles and recoveries told."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Protocol

from daemon import labels
from daemon.backends import Backend
from daemon.config import CameraConfig
from daemon.detection import Detecting, DetectorHost, Panel
from daemon.supervisor import Failure, Retry, keep_alive
from daemon.systemd import Progress, patient
from daemon.timing import Timing

logger = logging.getLogger(__name__)


class Tell(Protocol):
    """Says something once, to every sink."""

    def __call__(self, kind: str, text: str, **details: str | float | bool | None) -> None:
        """Say it."""
        ...


class Crew:
    """The detector hosts by name.

    Args:
        backends: Which detector each name stands for.
        cameras: Who uses which, and what for; only what is used is started.
        timing: Deadlines of the workers.
        progress: Where each host says that it gets on.
        notice: Called when a detector is out of order, and when it works again.
    """

    def __init__(
        self,
        backends: Mapping[str, Backend],
        cameras: Mapping[str, tuple[CameraConfig, Sequence[str]]],
        *,
        timing: Timing,
        progress: Progress,
        notice: Tell,
    ) -> None:
        self.hosts: dict[str, DetectorHost] = {}
        self._cameras = dict(cameras)
        self._progress = progress
        self._notice = notice
        self._degraded: set[str] = set()
        used = {name for _, names in cameras.values() for name in names}
        for name, backend in backends.items():
            if name in used:
                self.hosts[name] = DetectorHost(
                    name,
                    backend.reference,
                    backend.options,
                    timing=timing,
                    told=partial(self._on_state, name),
                    beat=progress.part(_part(name)),
                )

    def of(self, names: Sequence[str]) -> Detecting:
        """Return who looks at the frames of a camera with these detectors."""
        hosts = [self.hosts[name] for name in names]
        return hosts[0] if len(hosts) == 1 else Panel(hosts)

    @asynccontextmanager
    async def running(self, retry: Retry) -> AsyncIterator[None]:
        """Keep all detectors alive for as long as the context lasts."""
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(
                    keep_alive(
                        _part(name),
                        host.once,
                        retry,
                        told=partial(self._on_failed, name),
                        sleep=self._sleep(_part(name)),
                    ),
                    name=_part(name),
                )
                for name, host in self.hosts.items()
            ]
            yield
            for task in tasks:
                task.cancel()
        for name in self.hosts:
            self._progress.retire(_part(name))

    def summary(self) -> str:
        """Say how many of the detectors work, for the service manager."""
        working = sum(host.running for host in self.hosts.values())
        return f"{working} of {len(self.hosts)} detectors"

    def _on_state(self, name: str, state: str, description: str) -> None:
        if state == "fallback":
            text = f"{name} had no memory left and runs on its fallback: {description}"
            logger.warning("%s", text)
            self._degraded.add(name)
            self._notice("degraded", text, detector=name)
        if state != "ready":
            return
        logger.info("%s ready: %s", _part(name), description)
        self._compare(name)
        if name in self._degraded:
            self._degraded.discard(name)
            self._notice("recovered", f"{_part(name)} works again: {description}", detector=name)

    def _compare(self, name: str) -> None:
        """Warn of labels that are watched for and that no detector of the camera knows."""
        for camera, (config, names) in self._cameras.items():
            known = [self.hosts[one].known for one in names]
            if name in names and all(known):
                told = labels.unknown(config, {label for some in known for label in some})
                if told:
                    logger.warning("cameras.%s: %s", camera, told)

    async def _on_failed(self, name: str, failure: Failure) -> None:
        """Say once that nothing is looked at; cameras stay open, so that their states stay true."""
        if failure.parked and failure.attempt == 1:
            logger.error(
                "%s is refused: %s; cameras stay open but it detects nothing; `lookout check` "
                "tries it at once",
                _part(name),
                failure.reason,
            )
        if name not in self._degraded:
            self._degraded.add(name)
            who = "nothing is detected" if len(self.hosts) == 1 else f"{name}: nothing is detected"
            self._notice("degraded", f"{who}: {failure.reason}", detector=name)

    def _sleep(self, part: str) -> Callable[[float], Awaitable[None]]:
        beat = self._progress.part(part)

        async def sleep(seconds: float) -> None:
            with patient(beat):
                await asyncio.sleep(seconds)

        return sleep


def _part(name: str) -> str:
    return name if name == "detector" else f"detector {name}"
