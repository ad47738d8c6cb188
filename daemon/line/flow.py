"""The frames of one decoder child on their way: one asked for, one waiting, one looked at."""

import asyncio
from functools import partial
from typing import Literal

from daemon.attention import Attention
from daemon.camera import CameraHost
from daemon.closely import closely
from daemon.counters import CameraFigures
from daemon.detection import Held
from daemon.edges import Edge
from daemon.line.wiring import Manner
from daemon.slots import SlotPool
from detectors.message import Loaded

DEFAULT_FPS = 5.0
"""Looks per second where nobody says how many, and one picture at a time is looked at."""


class Flow:
    """What those who ask for frames and those who look at them share; one for each child.

    Args:
        host: The child.
        pool: Its slots.
        manner: How the camera is looked at.
        profile: Of the detector.
        figures: Where to count.
    """

    def __init__(
        self,
        host: CameraHost,
        pool: SlotPool,
        manner: Manner,
        profile: Loaded,
        figures: CameraFigures,
    ) -> None:
        self.host = host
        self.pool = pool
        fps = manner.fps
        if fps is None:
            fps = "every" if profile.max_batch > 1 else DEFAULT_FPS
        self.fps = None if fps == "every" else fps
        """Looks per second; None for every frame."""

        self.interval = None if self.fps is None else 1 / self.fps
        self.attention = Attention(self.interval) if manner.rate == "tracks" else None
        self.closely = closely(manner.regions, profile, live=manner.live)
        overflow: Literal["drop_oldest", "wait"] = "drop_oldest" if manner.live else "wait"
        self.needed: set[int] = set()
        """Frames of which a picture may still be asked."""

        # Not a method of ours: the edge would hold us, and we the edge.
        superseded = partial(_supersede, self.needed, figures)
        self.edge: Edge[Held] = Edge(f"frames-{host.name}", 1, overflow, superseded)

        self.looked = asyncio.Event()
        """Set when a frame that was to be looked at was; whoever waits for it clears it."""

        self._carry = manner.carry
        self._figures = figures

    @property
    def wanted(self) -> float:
        """Looks per second that are expected of the detector."""
        return self.fps or self._rate() or DEFAULT_FPS

    def supersede(self, held: Held) -> None:
        """Let go of a frame in whose place a newer one waits."""
        _supersede(self.needed, self._figures, held)

    def done(self, held: Held) -> None:
        """A frame has been looked at, or carried over, or discarded."""
        if self.closely is not None:
            self.closely.done()
        self.needed.discard(held.frame.index)

    async def drain(self) -> None:
        """Let go of what waits, for the child is gone."""
        self.needed.clear()
        while len(self.edge):
            held = await self.edge.take_waiting()
            if held is not None:
                held.lease.release()
                self._figures.drop("lost_with_camera")

    def _rate(self) -> float | None:
        """Return the looks per second of a stream of which every frame is taken, if it tells."""
        stream = self.host.stream
        return None if stream is None or stream.fps is None else stream.fps / (self._carry + 1)


def _supersede(needed: set[int], figures: CameraFigures, held: Held) -> None:
    held.lease.release()
    needed.discard(held.frame.index)
    figures.drop("superseded")
