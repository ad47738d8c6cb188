"""A decoder child and its host, and all that was said and counted while it ran."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import psutil

from daemon.camera import CameraHost
from daemon.counters import CameraFigures
from daemon.slots import SlotPool
from daemon.supervisor import flatten
from daemon.timing import Timing
from sources import SourceError, SourceUnavailable
from sources.message import CameraState, Given, Open

QUICK = Timing(silence=1.0, opening=5.0, heartbeat=1.5, request=2.0, picture=1.0, idr=1.0)


@dataclass
class Watched:
    """A host, and all that was said and counted while it ran."""

    host: CameraHost
    pool: SlotPool
    figures: CameraFigures
    states: list[tuple[CameraState, str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    async def next(self, not_before: float | None = None) -> Given | None:
        """Ask for a picture in slot 0 and let go of it."""
        given = await self.host.next(0, 320, 240, not_before)
        if given is not None:
            self.figures.detect()
        return given

    def child(self) -> psutil.Process:
        """Return the process."""
        return psutil.Process(self.host._process.pid)  # noqa: SLF001 (to see it die)


def opening(first_index: int = 0, **script: Any) -> Open:
    """Open the scripted source."""
    return Open(
        camera="yard",
        backend="sources.testing:ScriptedSource",
        config=script,
        slots=3,
        first_index=first_index,
    )


@asynccontextmanager
async def watched(
    order: Open, *, live: bool = True, timing: Timing = QUICK, module: str = "sources.child"
) -> AsyncIterator[Watched]:
    """Run a host for as long as the context lasts; no process outlives it."""
    with SlotPool(3) as pool:
        figures = CameraFigures()
        states: list[tuple[CameraState, str]] = []
        remarks: list[str] = []
        host = CameraHost(
            order,
            live=live,
            pool=pool,
            figures=figures,
            timing=timing,
            told=lambda state, reason: states.append((state, reason)),
            module=module,
            remarked=lambda kind, text, _: remarks.append(f"{kind}: {text}"),
        )
        found = Watched(host, pool, figures, states, remarks)
        before = set(psutil.Process().children())
        try:
            async with host:
                yield found
        finally:
            assert set(psutil.Process().children()) <= before
            assert figures.balanced


@asynccontextmanager
async def failing(reason: str, kind: type[SourceError] = SourceUnavailable) -> AsyncIterator[None]:
    """Expect that what is inside fails as a whole for one reason."""
    causes: list[BaseException] = []
    try:
        yield
    except* SourceError as group:
        causes += flatten(group)
    assert {type(cause) for cause in causes} == {kind}, causes
    assert all(reason in str(cause) for cause in causes), causes


async def ask_on(found: Watched) -> None:
    """Ask for pictures until there are no more."""
    while await found.next() is not None:
        pass
