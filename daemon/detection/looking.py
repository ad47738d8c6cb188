"""One frame's way from its camera's edge to the detectors and back, accounted for once."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from daemon.edges import Edge
from daemon.slots import Lease, SlotPool
from detectors import Detections
from detectors.message import Loaded
from sources import Frame


@dataclass(frozen=True, slots=True)
class Held:
    """A frame and the slot that holds its pixels."""

    frame: Frame
    lease: Lease
    blank: bool = False
    """The slot holds nothing: nobody is to look at this frame, what is known is carried over it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of a frame at the detector."""

    held: Held
    detections: Detections | None
    """None: the frame was not looked at, for the given reason."""

    reason: str = ""


class Look:
    """The newest frame of an edge, taken when it is its camera's turn; several detectors share it.

    Args:
        camera: Name of the camera.
        edge: Where its newest frame waits.
        max_age: Seconds after which a frame is not worth looking at; None for recordings.
        abandoned: Called once when the asker is cancelled with a frame taken; the slot has been
            given back then.
        weight: Frames per second that the camera would like to have looked at.
    """

    def __init__(
        self,
        camera: str,
        edge: Edge[Held],
        max_age: float | None,
        abandoned: Callable[[], None],
        weight: float = 1.0,
    ) -> None:
        self.camera = camera
        self.edge = edge
        self.max_age = max_age
        self.weight = weight
        self.held: Held | None = None
        self.decided = asyncio.Event()
        """Set once a frame was taken, or there was none."""

        self._abandoned = abandoned
        self._left = False

    async def take(self) -> Held | None:
        """Take the newest frame, the first time; return it, or None if there is none any more."""
        if self.held is None and not self._left:
            self.held = await self.edge.take_waiting()
            if self._left:
                # The asker was cancelled in the very moment in which the frame was taken.
                self._give_back()
        self.decided.set()
        return None if self._left else self.held

    def leave(self) -> None:
        """The asker is gone: account for the frame, once."""
        if not self._left:
            self._left = True
            self._give_back()

    @property
    def expires(self) -> float | None:
        """Monotonic time after which its frame is too old; None if never, or if none waits."""
        if self.max_age is None:
            return None
        held = self.held or self.edge.newest
        return None if held is None else held.frame.arrival + self.max_age

    @property
    def too_old(self) -> bool:
        """Whether its frame is not worth looking at any more."""
        expires = self.expires
        return expires is not None and asyncio.get_running_loop().time() > expires

    def _give_back(self) -> None:
        if self.held is not None:
            self.held.lease.release()
            self._abandoned()


class Detecting(Protocol):
    """Whoever looks at a camera's frames: one detector, or several of them together."""

    @property
    def size(self) -> tuple[int, int]:
        """Pixels: width and height of the box into which pictures are fitted."""
        ...

    async def profile(self) -> Loaded:
        """Wait until somebody can look, then say what that one is like."""
        ...

    def join(self, camera: str, pool: SlotPool) -> None:
        """Let a camera use it."""
        ...

    def leave(self, camera: str) -> None:
        """A camera is done."""
        ...

    async def detect(
        self,
        camera: str,
        edge: Edge[Held],
        max_age: float | None,
        abandoned: Callable[[], None],
        weight: float = 1.0,
    ) -> Seen | None:
        """Have the newest frame of an edge looked at; see `Look` for what is given.

        The caller is the edge's only consumer and has seen that something waits in it. Whatever
        happens, the frame taken comes back in the result, with its slot still held; None means that
        there was none to take.
        """
        ...
