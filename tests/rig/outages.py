"""Makes cameras fail before a running daemon, and measures how long it takes notice and recover."""

import os
import random
import signal
import time
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Protocol

import psutil
from rig.camera_b import CameraB
from rig.fleet import Fleet
from rig.proxy import Cut, Proxy
from rig.watched import Watched

SEED = int(os.environ.get("LOOKOUT_SEED", "7"))
WAYS: tuple[Cut, ...] = ("reset", "half_close")
_HALF = 0.5
CUTS = 20_000
"""Bytes from the server within which a connection is cut: from the first answer to the seconds
behind the first pictures."""


def reader_of(name: str) -> str:
    """Give cameras the two readers in turn: by their number, or as their name says."""
    if name.endswith(("own", "libav")):
        return name.rpartition("_")[2]
    return "own" if int(name.strip("abcdefghijklmnopqrstuvwxyz_")) % 2 else "libav"


def segfaulted(watched: Watched, names: Sequence[str]) -> tuple[float, float]:
    """Kill cameras' children with SIGSEGV; return when, and when all had their next picture."""
    children = [child for name in names if (child := watched.child(name)) is not None]
    assert len(children) == len(names)
    last = {name: watched.shown(name)[-1].index for name in names}
    since = time.monotonic()
    for child in children:
        child.send_signal(signal.SIGSEGV)
    psutil.wait_procs(children, timeout=10)
    gone = time.monotonic()
    back = max(watched.fresh(name, gone).at for name in names)
    assert all(watched.fresh(name, gone).index > last[name] for name in names)
    return since, back


def lost(watched: Watched, name: str, begin: float, end: float, *, of: int) -> int:
    """Count the pictures of a camera that were not seen within a span of monotonic seconds.

    Args:
        watched: The run.
        name: The camera.
        begin: From when on.
        end: Until when.
        of: Pictures of its clip, which begins anew after the last.
    """
    numbers = [one.truth[1] for one in watched.shown(name) if begin <= one.at <= end and one.truth]
    assert numbers
    return sum((after - before - 1) % of for before, after in pairwise(numbers))


class Silencing(Protocol):
    """What makes cameras fall silent without a goodbye."""

    def freeze(self) -> None:
        """Let nothing come any more."""
        ...

    def thaw(self) -> None:
        """Go on."""
        ...


def frozen(
    watched: Watched, fleet: Silencing, names: Sequence[str], silence: float
) -> tuple[float, float]:
    """Freeze all cameras, and thaw them when each is known to be away and some time has passed.

    Returns:
        Seconds until the last was known to be away, and from their return until all are back.
    """
    told = {name: len(watched.statuses(name)) for name in names}
    since = time.time()  # noqa: TID251 (states are dated so)
    fleet.freeze()
    try:
        watched.lookout.wait(
            lambda: all(
                any(s.state != "online" for s in watched.statuses(name)[told[name] :])
                for name in names
            ),
            silence + 60,
            "all away",
        )
        watched.lookout.wait(lambda: time.time() > since + silence, silence + 60)  # noqa: TID251
    finally:
        thawed = time.monotonic()
        fleet.thaw()
    away = [
        next(s for s in watched.statuses(name)[told[name] :] if s.state != "online")
        for name in names
    ]
    assert {status.state for status in away} == {"stalled"}, away
    back = [watched.fresh(name, thawed, 60).at - thawed for name in names]
    watched.lookout.wait(lambda: all(watched.state(name) == "online" for name in names), 30)
    return max(status.since for status in away) - since, max(back)


def killed(
    watched: Watched,
    fleet: Fleet,
    names: Sequence[str],
    length: float,
    clips: Mapping[str, Path] | None = None,
) -> float:
    """Kill all cameras, start them again after so many seconds, perhaps with other clips.

    Returns:
        Seconds from their return until all are back.
    """
    fleet.kill()
    since = time.monotonic()
    watched.lookout.wait(lambda: all(watched.state(n) != "online" for n in names), 60, "all away")
    watched.lookout.wait(lambda: time.monotonic() > since + length, length + 60)
    fleet.start(clips)
    back = time.monotonic()
    seen = [watched.fresh(name, back, 90).at - back for name in names]
    watched.lookout.wait(lambda: all(watched.state(name) == "online" for name in names), 30)
    return max(seen)


def break_off(
    watched: Watched,
    proxies: Mapping[str, Proxy],
    cameras: Mapping[str, CameraB],
    chance: random.Random,
) -> None:
    """Cut one connection of each camera at a random byte, in opening or later, and see it back."""
    before = {name: len(proxy.cuts) for name, proxy in proxies.items()}
    said = []
    for name, proxy in proxies.items():
        after, fresh = int(CUTS ** chance.random()), chance.random() < _HALF
        how = chance.choice(WAYS)
        proxy.arm(after, how, fresh=fresh)
        said.append(f"{name} after {after} bytes ({how}, {'opening' if fresh else 'later'})")
    what = ", ".join(said)
    for name, proxy in proxies.items():
        watched.lookout.wait(lambda: len(proxy.cuts) > before[name], 60, f"cut: {what}")  # noqa: B023 (waited for at once)
        played = _played(watched, cameras[name], proxy.cuts[-1], what)
        watched.fresh(name, played, 60)


def _played(watched: Watched, camera: CameraB, after: float, what: str) -> float:
    """Wait until a camera was opened later than a monotonic second; return when."""

    def found() -> float | None:
        return next((ask.at for ask in camera.asked("PLAY") if ask.at > after), None)

    watched.lookout.wait(found, 60, f"opened again after a cut: {what}")
    at = found()
    assert at is not None
    return at
