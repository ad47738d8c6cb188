"""Random faults over many cameras, from a seed, and what they left behind."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import psutil
from rig.boxes import Box, Clips, Recorder, Single
from rig.broker import Mosquitto
from rig.fleet import settled_port
from rig.mischief import KINDS, OF_A_BOX, Camera
from rig.proxy import Proxy
from rig.remains import Remains, held, remains
from rig.watched import Watched

OWN = " without files"
_EVERY = 2.0
"""Seconds between two samples of memory."""


@dataclass(slots=True)
class Fault:
    """One that was begun."""

    kind: str
    cameras: tuple[Camera, ...]
    due: float
    """Monotonic seconds at which it shall end."""

    heal: Callable[[], None]
    over: float = 0.0
    """Monotonic seconds at which it had ended."""


@dataclass
class Soak:
    """A running daemon, its cameras, and the faults done to them.

    Kinds of faults are drawn like cards: each comes once before any comes again.
    """

    watched: Watched
    cameras: list[Camera]
    rng: random.Random
    lasts: tuple[float, float] = (1.0, 6.0)
    """Seconds a fault lasts that is not over at once."""

    faults: list[Fault] = field(default_factory=list)
    memory: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    """Monotonic seconds and megabytes of the daemon, the worker, and the mean child.

    `NAME` is the proportional set size (PSS), `NAME without files` what grows if it leaks.
    """

    _deck: list[str] = field(default_factory=list)
    _active: list[Fault] = field(default_factory=list)
    _sampled: float = 0.0

    def settle(self, within: float = 90.0) -> Remains:
        """Wait until every camera is online and shows a picture later than now.

        Returns:
            What is held then.
        """
        now, lookout = time.monotonic(), self.watched.lookout
        for camera in self.cameras:
            lookout.wait(partial(self._well, camera.name), within, f"{camera.name} is back")
        for camera in self.cameras:
            self.watched.fresh(camera.name, now, within)
        return remains(lookout.pid)

    def left(self, before: Remains, within: float = 30.0) -> list[str]:
        """Say what is held beyond what was held before; what is just being closed has time."""
        ends, pid = time.monotonic() + within, self.watched.lookout.pid
        while (found := remains(pid).beyond(before)) and time.monotonic() < ends:
            time.sleep(0.2)
        return found

    def rage(self, count: int, pause: tuple[float, float], within: float) -> None:
        """Begin so many faults, some seconds between two, as far as the seconds suffice."""
        due = now = time.monotonic()
        until = now + within
        while (len(self.faults) < count and now < until) or self._active:
            time.sleep(0.05)
            now = time.monotonic()
            self._heal(now)
            self._sample(now)
            if now >= due and now < until and len(self.faults) < count and self._begin():
                due = time.monotonic() + self.rng.uniform(*pause)

    def wrong(self) -> tuple[int, int, int]:
        """Count pictures that came to the detector: all, those of another camera, those torn."""
        identity = {camera.name: camera.identity for camera in self.cameras}
        shown = self.watched.shown()
        wrong = sum(one.truth is not None and one.truth[0] != identity[one.camera] for one in shown)
        return len(shown), wrong, sum(one.truth is None for one in shown)

    def returns(self) -> list[float]:
        """Return the seconds from the end of each fault until all its cameras were seen again."""
        seen: dict[str, list[float]] = {}
        for one in self.watched.shown():
            seen.setdefault(one.camera, []).append(one.at)
        found = []
        for fault in self.faults:
            later = [min(at for at in seen[c.name] if at > fault.over) for c in fault.cameras]
            found.append(max(later) - fault.over)
        return sorted(found)

    def _well(self, name: str) -> bool:
        return self.watched.state(name) == "online"

    def _begin(self) -> bool:
        """Begin a fault drawn at random; False where its cameras have trouble enough."""
        if not self._deck:
            self._deck = sorted(KINDS)
            self.rng.shuffle(self._deck)
        kind, camera = self._deck[-1], self.rng.choice(self.cameras)
        hit: tuple[Camera, ...] = (camera,)
        if kind in OF_A_BOX:
            hit = tuple(one for one in self.cameras if one.box is camera.box)
        if any(one.trouble for one in hit):
            return False
        self._deck.pop()
        for one in hit:
            one.trouble = True
        heal = KINDS[kind](self.watched, camera, self.rng)
        fault = Fault(kind, hit, time.monotonic() + self.rng.uniform(*self.lasts), heal)
        self.faults.append(fault)
        self._active.append(fault)
        return True

    def _heal(self, now: float) -> None:
        for fault in [one for one in self._active if one.due <= now]:
            self._active.remove(fault)
            fault.heal()
            fault.over = time.monotonic()
            for camera in fault.cameras:
                camera.trouble = False

    def _sample(self, now: float) -> None:
        if now - self._sampled < _EVERY:
            return
        self._sampled = now
        lookout = self.watched.lookout
        found = {
            "daemon": held([psutil.Process(lookout.pid)]),
            "worker": held(lookout.children("detectors.worker")),
            "child": held(lookout.children("sources.child")),
        }
        for name, both in found.items():
            for what, amount in zip((name, f"{name}{OWN}"), both or (), strict=False):
                self.memory.setdefault(what, []).append((now, amount))


@contextmanager
def soaking(
    folder: Path, broker: Mosquitto, *, recorders: tuple[int, ...], singles: int, seed: int
) -> Iterator[Soak]:
    """Start boxes, a proxy before each camera, and a daemon that watches them all.

    Args:
        folder: Private to this run.
        broker: Where the daemon publishes.
        recorders: How many cameras each recorder has.
        singles: How many cameras stand alone.
        seed: From which the faults are drawn.
    """
    clips = Clips(folder)
    with ExitStack() as stack:
        boxes: list[Box] = []
        first = 1
        for count in recorders:
            boxes.append(Recorder(clips, tuple(range(first, first + count))))
            stack.callback(boxes[-1].kill)
            first += count
        for identity in range(first, first + singles):
            boxes.append(Single(clips, identity))
            stack.callback(boxes[-1].kill)
        cameras = []
        for box in boxes:
            for identity in box.cameras:
                proxy = stack.enter_context(Proxy(box.port(identity), port=settled_port()))
                box.proxies.append(proxy)
                cameras.append(Camera(f"cam{identity:02}", identity, box, proxy))
        watched = Watched(
            folder / "run",
            broker,
            {camera.name: _configured(camera) for camera in cameras},
            timing={"silence": 5.0, "heartbeat": 5.0, "inference": 10.0, "opening": 10.0},
        )
        with watched:
            yield Soak(watched, cameras, random.Random(seed))


def _configured(camera: Camera) -> dict[str, Any]:
    source = {
        "type": "rtsp",
        "url": f"rtsp://127.0.0.1:{camera.proxy.port}{camera.box.path}",
        "open_timeout": 4,
        "read_timeout": 4,
    }
    return {"source": source, "detect": {"fps": 10}}
