"""What can be done to a camera, its connection, its decoder child or the detector's worker.

Each of `KINDS` begins a fault and returns what ends it.
"""

import random
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import psutil
from rig.boxes import Box, Codec
from rig.proxy import Proxy
from rig.watched import Watched

_SPOILT = 0.3
"""Share of what a proxy reads from a camera that gets a flipped bit, while bits flip."""


@dataclass
class Camera:
    """One camera, and the proxy through which the daemon sees it."""

    name: str
    identity: int
    """As it stands in its pictures."""

    box: Box
    proxy: Proxy
    trouble: bool = False
    """Whether something is wrong with it just now."""


Begin = Callable[[Watched, Camera, random.Random], Callable[[], None]]


def _reset(_: Watched, camera: Camera, __: random.Random) -> Callable[[], None]:
    camera.proxy.reset()
    return _nothing


def _half_close(_: Watched, camera: Camera, __: random.Random) -> Callable[[], None]:
    camera.proxy.half_close()
    return _nothing


def _stall(_: Watched, camera: Camera, __: random.Random) -> Callable[[], None]:
    camera.proxy.mode = "stall"

    def heal() -> None:
        camera.proxy.mode = "pass"

    return heal


def _ignore(_: Watched, camera: Camera, __: random.Random) -> Callable[[], None]:
    camera.proxy.mode = "ignore"
    camera.proxy.reset()

    def heal() -> None:
        camera.proxy.mode = "pass"
        camera.proxy.reset()

    return heal


def _flip(_: Watched, camera: Camera, rng: random.Random) -> Callable[[], None]:
    drawn = random.Random(rng.random())

    def spoil(data: bytes) -> bytes:
        if not data or drawn.random() >= _SPOILT:
            return data
        spoilt = bytearray(data)
        spoilt[drawn.randrange(len(data))] ^= 1 << drawn.randrange(8)
        return bytes(spoilt)

    camera.proxy.spoil = spoil

    def heal() -> None:
        camera.proxy.spoil = None

    return heal


def _freeze(_: Watched, camera: Camera, __: random.Random) -> Callable[[], None]:
    camera.box.freeze()
    return camera.box.thaw


def _reboot(_: Watched, camera: Camera, __: random.Random) -> Callable[[], None]:
    return _powerless(camera.box, camera.box.codec)


def _other_codec(_: Watched, camera: Camera, __: random.Random) -> Callable[[], None]:
    return _powerless(camera.box, "hevc" if camera.box.codec == "h264" else "h264")


def _powerless(box: Box, codec: Codec) -> Callable[[], None]:
    """Take a box's power away; what ends that starts it with a codec."""
    box.kill()
    for proxy in box.proxies:
        proxy.shut()

    def heal() -> None:
        box.start(codec)
        for proxy in box.proxies:
            proxy.open()

    return heal


def _child(number: signal.Signals) -> Begin:
    def begin(watched: Watched, camera: Camera, _: random.Random) -> Callable[[], None]:
        child = watched.child(camera.name)
        if child is not None:
            with suppress(psutil.NoSuchProcess):
                child.send_signal(number)
        return _nothing

    return begin


def _worker(watched: Watched, _: Camera, __: random.Random) -> Callable[[], None]:
    for worker in watched.lookout.children("detectors.worker"):
        with suppress(psutil.NoSuchProcess):
            worker.kill()
    return _nothing


def _nothing() -> None:
    """It is over by itself."""


KINDS: dict[str, Begin] = {
    "reset": _reset,
    "half-close": _half_close,
    "stall": _stall,
    "ignore": _ignore,
    "flip": _flip,
    "freeze": _freeze,
    "reboot": _reboot,
    "codec": _other_codec,
    "child killed": _child(signal.SIGKILL),
    "child crashed": _child(signal.SIGSEGV),
    "child hung": _child(signal.SIGSTOP),
    "worker killed": _worker,
}

OF_A_BOX = frozenset({"freeze", "reboot", "codec"})
"""Kinds that hit every camera of a box."""
