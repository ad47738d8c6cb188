"""The main stream of a camera whose substream is watched: opened when it is needed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from daemon.camera import CameraHost, Outgrown
from daemon.counters import CameraFigures
from daemon.parting import let_go
from daemon.slots import SlotPool
from daemon.starts import Starts
from daemon.supervisor import reasons
from daemon.timing import Timing
from sources import PictureRequest, SourceError
from sources.message import CameraState, Open, Taken

logger = logging.getLogger(__name__)

LINGER: Final = 20.0
"""Seconds after it was needed last until it is closed."""

_TICK: Final = 1.0


class MainStream:
    """Pictures and clips of one camera in all its pixels.

    Nothing of it is decoded until a picture is asked for, by the time at which it was taken.

    Args:
        opening: What its child opens; passive.
        timing: Deadlines.
        standing: Whether it stays open, for clips that begin before their event.
        turns: Descriptor of what all children share.
        starts: Who of them may start; None lets all.
        wall: Tells Unix time at monotonic 0.
    """

    def __init__(
        self,
        opening: Open,
        *,
        timing: Timing,
        standing: bool,
        turns: int | None,
        starts: Starts | None,
        wall: Callable[[], float],
    ) -> None:
        self.name = opening.camera
        self.figures = CameraFigures()
        self.host: CameraHost | None = None
        """Its child, while it is open and shows pictures."""

        self._opening = opening
        self._timing = timing
        self._standing = standing
        self._turns = turns
        self._starts = starts
        self._wall = wall
        self._wanted = asyncio.Event()
        self._wanted_at = float("-inf")
        if standing:
            self._wanted.set()

    def want(self) -> None:
        """Say that pictures may be asked for soon."""
        self._wanted_at = asyncio.get_running_loop().time()
        self._wanted.set()

    async def take(self, request: PictureRequest, at: float) -> bytes | None:
        """Ask for the JPEG of the moment at which a frame of the substream was taken: `taken`."""
        found = await self.taken(request, at)
        return None if found is None else found[1]

    async def taken(self, request: PictureRequest, at: float) -> tuple[Taken, bytes] | None:
        """Ask for the JPEG of that moment, and what was measured.

        None where there is none: it is not open yet, or that moment has left its ring.

        Args:
            request: What is cut out and drawn; relative, so it fits either stream.
            at: Monotonic seconds.
        """
        self.want()
        host = self.host
        if host is None:
            return None
        try:
            return await host.taken(request, at)
        except SourceError:
            return None  # whoever keeps it open hears of it as well

    async def once(self, *, rest: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Keep it open while it is wanted. Never returns by itself.

        Raises:
            SourceUnavailable: Open it again later.
            SourceRejected: A person must act.
        """
        while True:
            await self._wanted.wait()
            try:
                with SlotPool(1) as pool:
                    await self._serve(pool, rest)
            except BaseExceptionGroup as group:
                _, others = group.split(Outgrown)
                if others is not None:
                    raise others from None
                logger.info("%s, main: %s; replaced", self.name, reasons(group))
                let_go(group)

    async def _serve(self, pool: SlotPool, rest: Callable[[float], Awaitable[None]]) -> None:
        host = CameraHost(
            self._opening.model_copy(update={"wall": self._wall()}),
            live=True,
            pool=pool,
            figures=self.figures,
            timing=self._timing,
            told=self._told,
            turns=self._turns,
            starts=self._starts,
        )
        self._ready = host
        try:
            async with host:
                while self._standing or self._idle() < LINGER:
                    await rest(_TICK)
                self._wanted.clear()
        finally:
            self.host = None

    def _idle(self) -> float:
        return asyncio.get_running_loop().time() - self._wanted_at

    def _told(self, state: CameraState, reason: str) -> None:
        self.host = self._ready if state == "online" else None
        logger.debug("%s, main: %s%s", self.name, state, f" ({reason})" if reason else "")
