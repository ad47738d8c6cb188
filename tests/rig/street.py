"""One camera's line wired as the daemon wires it, with a real child and a real worker."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psutil
from rig.waiting import running

from daemon.board import Board
from daemon.clock import Clock
from daemon.detection import DetectorHost
from daemon.identity import live_id
from daemon.line import Line, Wiring
from daemon.recorder import Recorder
from daemon.supervisor import Retry, keep_alive
from daemon.thinking import Thinking
from daemon.timing import Timing
from detectors.bytetrack import ByteConfig, ByteTracker
from reasoners import Asking, Chronicle, Event, PresenceConfig, SceneConfig
from sinks import Arrangement, FrameReport, Message
from sinks.journal import Journal
from sinks.media import MediaStore
from sources import SourceRejected, SourceUnavailable
from sources.message import Open

QUICK = Timing(silence=2, opening=6, heartbeat=2, camera_lost=0.6, retry_first=0.05)
RETRY = Retry((SourceUnavailable,), (SourceRejected,), first=0.05, most=0.1, parked=0.1)


class Now:
    """A clock whose wall can be turned."""

    def __init__(self) -> None:
        self.ahead = 1_800_000_000.0
        self.clock = Clock(lambda: asyncio.get_running_loop().time() + self.ahead)


@dataclass
class Street:
    """A line and what it is connected to."""

    line: Line
    recorder: Recorder
    board: Board
    now: Now
    shown: list[Message]

    async def events(self) -> list[Event]:
        """Return every committed revision."""
        return [entry.event for entry in await self.recorder.after(0, 1000)]

    async def told(self, holds: Callable[[list[Event]], object]) -> list[Event]:
        """Wait until what is committed is as expected."""
        while True:
            events = await self.events()
            if holds(events):
                return events
            await asyncio.sleep(0.01)

    def latest(self, kind: type[Message]) -> Any:
        """Return the newest message of a kind."""
        return next((one for one in reversed(self.shown) if isinstance(one, kind)), None)

    def decoder(self) -> psutil.Process:
        """Return its decoder child."""
        children = psutil.Process().children()
        (found,) = [child for child in children if "sources.child" in child.cmdline()]
        return found


@asynccontextmanager
async def street(  # noqa: PLR0913  (each is one thing a test wants otherwise)
    folder: Path,
    *,
    thinking: Thinking | None = None,
    fps: float | Literal["every"] = "every",
    rate: Literal["fixed", "tracks"] = "fixed",
    carry: int = 0,
    slow: float = 0.0,
    media_start: float | None = None,
    forecast: float | None = None,
    presence: PresenceConfig = PresenceConfig(hold=0.3),  # noqa: B008  frozen
    **script: Any,
) -> AsyncIterator[Street]:
    """Wire a line as the daemon does, with a real child and a real worker."""
    config = {"fps": 20, **script}
    opening = Open(
        camera="street", backend="rig.spots:SpotSource", config=config, slots=3, first_index=100
    )
    asking = Asking("test", 5.0) if thinking else None
    chronicle = Chronicle(
        node="box1",
        camera="street",
        config=SceneConfig(presence=presence, forecast=forecast),
        new_id=live_id,
        clock="unsynced",
        ask=asking,
    )
    now, board, shown = Now(), Board(), list[Message]()
    detector = DetectorHost(
        "detector",
        "detectors.testing:ScriptedDetector",
        {"width": 160, "height": 96, "delay": slow},
        timing=QUICK,
        told=lambda *_: None,
        beat=lambda: None,
    )
    async with Recorder(Journal(None), MediaStore(folder / "media")) as recorder:
        tracker: Any = ByteTracker("street", ByteConfig(), 1)
        wiring = Wiring(
            detector=detector,
            recorder=recorder,
            board=board,
            clock=now.clock,
            timing=QUICK,
            thinking=thinking,
            beat=lambda: None,
            media_start=media_start,
            deadline=5.0,
        )
        line = Line(
            opening,
            live=bool(config.get("live", True)),
            fps=fps,
            rate=rate,
            carry=carry,
            tracker=tracker,
            chronicle=chronicle,
            wiring=wiring,
        )
        listener = board.listen()

        async def listen() -> None:
            while True:
                message = await listener.next()
                assert not isinstance(message, Arrangement)
                shown.append(message)

        async with asyncio.timeout(20), running(detector.once()), running(listen()):
            yield Street(line, recorder, board, now, shown)


def alive(one: Street) -> Any:
    """Follow the camera as the daemon does."""
    return running(keep_alive("street", one.line.once, RETRY, told=one.line.failed))


def reports(one: Street) -> list[FrameReport]:
    """Return what was told of every frame."""
    return [message for message in one.shown if isinstance(message, FrameReport)]
