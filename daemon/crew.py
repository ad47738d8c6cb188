"""All detectors of a daemon: each kept alive by itself, its troubles and recoveries told.

A detector that comes while the daemon runs is tried out first, beside those at work.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Protocol

from daemon import labels
from daemon.backends import Backend
from daemon.config import CameraConfig
from daemon.detection import Detecting, DetectorHost, Panel
from daemon.supervisor import Bell, Failure, Retry, keep_alive
from daemon.systemd import Progress, patient
from daemon.timing import Timing
from detectors import DetectorRejected

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
        bell: Ends the rests of those that wait to try again.
    """

    def __init__(
        self,
        backends: Mapping[str, Backend],
        cameras: Mapping[str, tuple[CameraConfig, Sequence[str]]],
        *,
        timing: Timing,
        progress: Progress,
        notice: Tell,
        bell: Bell | None = None,
    ) -> None:
        self.hosts: dict[str, DetectorHost] = {}
        self._cameras = dict(cameras)
        self._timing = timing
        self._tasks: dict[DetectorHost, asyncio.Task[None]] = {}
        self._progress = progress
        self._notice = notice
        self._bell = bell or Bell()
        self._degraded: set[str] = set()
        self._trials: set[str] = set()
        used = {name for _, names in cameras.values() for name in names}
        for name, backend in backends.items():
            if name in used:
                self.hosts[name] = self._host(name, backend)

    def of(self, names: Sequence[str]) -> Detecting:
        """Return who looks at the frames of a camera with these detectors."""
        hosts = [self.hosts[name] for name in names]
        return hosts[0] if len(hosts) == 1 else Panel(hosts)

    @asynccontextmanager
    async def running(self, retry: Retry) -> AsyncIterator[None]:
        """Keep all detectors alive for as long as the context lasts."""
        async with asyncio.TaskGroup() as group:
            self._group, self._retry = group, retry
            for name, host in self.hosts.items():
                self._start(name, host)
            yield
            for task in self._tasks.values():
                task.cancel()
        for name in self.hosts:
            self._progress.retire(_part(name))

    async def try_out(self, backends: Mapping[str, Backend]) -> dict[str, DetectorHost]:
        """Start detectors beside those at work; return them when all of them are loaded.

        Raises:
            DetectorRejected: One is not, and why; none of them is left.
        """
        self._trials = set(backends)
        hosts = {name: self._host(name, backend) for name, backend in backends.items()}
        try:
            for name, host in hosts.items():
                self._start(name, host)
            for host in hosts.values():
                await host.tried.wait()
            _require(hosts)
        except BaseException:
            await self._end(hosts.values())
            for name in hosts.keys() - self.hosts.keys():
                self._progress.retire(_part(name))
            raise
        finally:
            self._trials.clear()
        return hosts

    async def adopt(
        self,
        hosts: Mapping[str, DetectorHost],
        cameras: Mapping[str, tuple[CameraConfig, Sequence[str]]],
    ) -> None:
        """Let detectors that were tried out take their places; end those that nobody uses now.

        Args:
            hosts: By name.
            cameras: Who uses which now, and what for. Nobody uses one that is replaced any more.
        """
        before = self.hosts
        used = {name for _, names in cameras.values() for name in names}
        self.hosts = {name: one for name, one in {**before, **hosts}.items() if name in used}
        self._cameras = dict(cameras)
        for name, host in hosts.items():
            self._works(name, host.figures.description)
        await self._end(host for name, host in before.items() if self.hosts.get(name) is not host)
        for name in before.keys() - self.hosts.keys():
            self._degraded.discard(name)
            self._progress.retire(_part(name))
        for name, host in self.hosts.items():
            if host.known:
                self._compare(name)

    def _host(self, name: str, backend: Backend) -> DetectorHost:
        return DetectorHost(
            name,
            backend.reference,
            backend.options,
            timing=self._timing,
            told=partial(self._on_state, name),
            beat=self._progress.part(_part(name)),
        )

    def _start(self, name: str, host: DetectorHost) -> None:
        part = _part(name)
        self._tasks[host] = self._group.create_task(
            keep_alive(
                part,
                host.once,
                self._retry,
                told=partial(self._on_failed, name, host),
                sleep=self._sleep(part),
            ),
            name=part,
        )

    async def _end(self, hosts: Iterable[DetectorHost]) -> None:
        """End detectors, and wait until their processes are gone."""
        tasks = [task for host in list(hosts) if (task := self._tasks.pop(host, None)) is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def summary(self) -> str:
        """Say how many of the detectors work, for the service manager."""
        working = sum(host.running for host in self.hosts.values())
        return f"{working} of {len(self.hosts)} detectors"

    def _on_state(self, name: str, state: str, description: str) -> None:
        if name in self._trials:
            return  # whoever tries it out tells
        if state == "fallback":
            text = f"{name} had no memory left and runs on its fallback: {description}"
            logger.warning("%s", text)
            self._degraded.add(name)
            self._notice("degraded", text, detector=name)
        if state != "ready":
            return
        logger.info("%s ready: %s", _part(name), description)
        self._compare(name)
        self._works(name, description)

    def _works(self, name: str, description: str) -> None:
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

    async def _on_failed(self, name: str, host: DetectorHost, failure: Failure) -> None:
        """Say once that nothing is looked at; cameras stay open, so that their states stay true."""
        if self.hosts.get(name) is not host:
            return  # tried out; whoever does that tells
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

    def _sleep(self, part: str) -> Callable[[float], Awaitable[bool]]:
        beat = self._progress.part(part)

        async def sleep(seconds: float) -> bool:
            with patient(beat):
                return await self._bell.sleep(seconds)

        return sleep


def _require(hosts: Mapping[str, DetectorHost]) -> None:
    """See to it that all work.

    Raises:
        DetectorRejected: One does not, and why.
    """
    for name, host in hosts.items():
        if not host.running:
            raise DetectorRejected(f"{_part(name)}: {host.figures.reason}")


def _part(name: str) -> str:
    return name if name == "detector" else f"detector {name}"
