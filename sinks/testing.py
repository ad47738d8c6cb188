"""A sink that behaves as told, and a check that any sink keeps the contract of this room."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Final, Literal, Self

from pydantic import BaseModel, ConfigDict

from reasoners import Event
from sinks.errors import EventRejected, SinkError, SinkRejected, SinkUnavailable
from sinks.message import Forecast, FrameReport, Message, Snapshot, Stats
from sinks.sink import Sink, Site

GOODBYE: Final = 1.5
"""Seconds: the second a sink may take to leave, and some for a busy machine."""

Fault = Literal["event_rejected", "rejected", "unavailable", "hang", "gone"]


class ScriptedConfig(BaseModel):
    """What the scripted sink does. Deliveries are numbered from 1, over all connections."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path
    """File that gets one line of JSON per event taken, and one `{"shown": …}` per message."""

    faults: dict[int, Fault] = {}
    """Number of a delivery → what happens instead of taking it. `hang` waits for ever; `gone`
    loses the connection, so that nothing is taken until the sink is entered anew."""

    refuse_ids: frozenset[str] = frozenset()
    """Events that are refused each time."""

    unavailable_connects: int = 0
    """So many connects fail at first."""

    delay: float = 0
    """Seconds each delivery takes."""


class ScriptedSink:
    """Records into a file what it is given, and fails where the script says so.

    Delivery: at least once; an event is delivered when its line is written. Not synced.
    """

    Config: ClassVar[type[BaseModel]] = ScriptedConfig

    def __init__(self, name: str, config: ScriptedConfig, site: Site) -> None:
        self.name = name
        self._config = config
        self._site = site
        self._file = -1
        self._gone = asyncio.Event()
        self.connects = 0
        self.deliveries = 0

    async def __aenter__(self) -> Self:
        """Open the file, unless the script says that nobody is there."""
        self.connects += 1
        if self.connects <= self._config.unavailable_connects:
            raise SinkUnavailable(f"sink {self.name}: connect {self.connects} fails by script")
        self._gone = asyncio.Event()
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        try:
            self._file = os.open(self._config.path, flags, 0o600)
        except OSError as exc:
            raise SinkRejected(f"{self._config.path}: {exc.strerror}") from exc
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Close the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    async def deliver(self, event: Event) -> None:
        """Take the event or fail, as the script says."""
        self._check()
        self.deliveries += 1
        fault = self._config.faults.get(self.deliveries)
        if event.id in self._config.refuse_ids:
            fault = "event_rejected"
        if self._config.delay:
            await asyncio.sleep(self._config.delay)
        if fault is not None:
            await self._fail(fault, event)
        self._write(event.wire())

    async def show(self, message: Message) -> None:
        """Write down which kind of message was shown."""
        self._check()
        name = type(message).__name__
        body = "null" if isinstance(message, Snapshot | Forecast) else message.model_dump_json()
        self._write(f'{{"shown": "{name}", "message": {body}}}')

    def wants(self, kind: type[BaseModel]) -> bool:
        """Everything but frame reports."""
        return not issubclass(kind, FrameReport)

    async def lost(self) -> None:
        """Wait until the script takes the connection away."""
        await self._gone.wait()
        self._check()

    async def _fail(self, fault: Fault, event: Event) -> None:
        where = f"sink {self.name}: delivery {self.deliveries} of {event.id}"
        if fault == "event_rejected":
            raise EventRejected(f"{where}: refused by script")
        if fault == "rejected":
            raise SinkRejected(f"{where}: everything is refused by script")
        if fault == "hang":
            await asyncio.Event().wait()
        if fault == "gone":
            self._gone.set()
        raise SinkUnavailable(f"{where}: gone by script")

    def _check(self) -> None:
        if self._file < 0 or self._gone.is_set():
            raise SinkUnavailable(f"sink {self.name}: not connected")

    def _write(self, line: str) -> None:
        os.write(self._file, line.encode() + b"\n")


async def check_sink(
    make: Callable[[], Sink],
    events: Sequence[Event],
    arrived: Callable[[], Awaitable[Sequence[str]] | Sequence[str]],
) -> None:
    """Check that a sink, with its other side there, keeps the contract of this room.

    Args:
        make: Builds the sink anew.
        events: Two revisions or more, of one camera.
        arrived: Tells the event ids found on the other side, in order.

    Raises:
        AssertionError: Naming the clause that does not hold.
    """
    _hold("refuses unknown options", _refuses_unknown(make()))
    async with make() as sink:
        for event in events:
            await sink.deliver(event)
        for kind in (Forecast, FrameReport, Snapshot, Stats):
            _hold("answers `wants`", isinstance(sink.wants(kind), bool))
        began = time.monotonic()
    _hold("leaves within a second", time.monotonic() - began < GOODBYE)
    found = arrived()
    ids = list(found if isinstance(found, Sequence) else await found)
    _hold("keeps the order of one camera", ids == [event.id for event in events])
    async with make() as again:
        await _cancel(again, events[0])
    _hold("raises an error of this room when not connected", await _fails_outside(make, events[0]))


async def _cancel(sink: Sink, event: Event) -> None:
    """See that a delivery can be cancelled and that the sink leaves cleanly afterwards."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(sink.deliver(event))
        await asyncio.sleep(0)
        task.cancel()


async def _fails_outside(make: Callable[[], Sink], event: Event) -> bool:
    try:
        await make().deliver(event)
    except SinkError:
        return True
    return False


def _refuses_unknown(sink: Sink) -> bool:
    return sink.Config.model_config.get("extra") == "forbid"


def _hold(clause: str, holds: bool) -> None:
    if not holds:
        raise AssertionError(f"the sink breaks the contract: {clause}")
