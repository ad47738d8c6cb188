"""From the journal to one sink: at least once, in order per camera, from the sink's own cursor."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from daemon.board import Board, Listener
from daemon.clock import Clock
from daemon.recorder import Recorder
from daemon.supervisor import Failure
from daemon.systemd import patient
from reasoners import Event
from sinks import Connected, EventRejected, Message, Notice, Sink
from sinks.journal import Entry

logger = logging.getLogger(__name__)

WINDOW = 20
"""Revisions in flight; never two of one camera, so that nothing overtakes a refused one."""

REFUSALS = 3
"""Refusals after which a revision is set aside as a dead letter."""

BATCH = 100


@dataclass(slots=True)
class DeliveryFigures:
    """Counters of one sink, of this run."""

    delivered: int = 0
    refused: int = 0
    dead_lettered: int = 0
    connects: int = 0
    state: str = "connecting"
    reason: str = ""


class Delivery:
    """One sink's reader of the journal.

    Args:
        open_sink: Builds the sink; it is entered anew for every connection.
        cursor: Position up to which everything was delivered in earlier runs.
    """

    def __init__(  # noqa: PLR0913 (wires six neighbours)
        self,
        name: str,
        node: str,
        open_sink: Callable[[], Sink],
        *,
        cursor: int,
        recorder: Recorder,
        board: Board,
        clock: Clock,
        beat: Callable[[], None],
        refusal_delay: float = 1.0,
    ) -> None:
        self.name = name
        self.figures = DeliveryFigures()
        self.cursor = cursor
        self._node = node
        # One object over all connections: it remembers what the other side understands.
        self._sink = open_sink()
        self._recorder = recorder
        self._board = board
        self._clock = clock
        self._beat = beat
        self._refusal_delay = refusal_delay
        self._grown = recorder.listen()
        self._listener: Listener = board.listen()
        self._refusals: dict[int, int] = {}
        self._saved = cursor
        self._moved = asyncio.Event()
        self._uncounted = 0
        self._denied = False

    @property
    def behind(self) -> int:
        """How many positions are not delivered yet."""
        return max(0, self._recorder.position - self.cursor)

    async def once(self) -> None:
        """Deliver over one connection until it fails; never returns by itself.

        Raises:
            SinkUnavailable: The connection is gone; everything not acknowledged comes again.
            SinkRejected: The sink refuses us.
        """
        self.figures.connects += 1
        self.figures.state, self.figures.reason = "connecting", ""
        sink = self._sink
        try:
            async with AsyncExitStack() as connection:
                with patient(self._beat):
                    await connection.enter_async_context(sink)
                self.figures.state = "online"
                self._denied = False
                self._listener.anew()
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._show(sink), name=f"sink-{self.name}-states")
                    if isinstance(sink, Connected):
                        group.create_task(sink.lost(), name=f"sink-{self.name}-lost")
                    await self._deliver(sink, group)
        finally:
            self.figures.state = "away"

    async def drained(self) -> None:
        """Wait until everything committed so far was delivered."""
        while self.behind:
            self._moved.clear()
            await _wait(self._moved, 1.0)

    async def failed(self, failure: Failure) -> None:
        """Note why the sink is away; say it once to the others if a person must act."""
        self.figures.reason = failure.reason
        if failure.parked and not self._denied:
            self._denied = True
            kind = "mqtt_denied" if "mqtt_denied" in failure.reason else "degraded"
            self._notice(kind, f"sink {self.name}: {failure.reason}")

    async def save(self) -> None:
        """Write the cursor to the journal, if it moved."""
        if self.cursor != self._saved or self._uncounted:
            counted, self._uncounted = self._uncounted, 0
            self._saved = self.cursor
            await self._recorder.advance({self.name: self._saved}, {self.name: counted})

    def skip(self, cursor: int) -> None:
        """Go on from the journal's cursor: what lies before it has expired."""
        self.cursor = max(self.cursor, cursor)
        for position in [position for position in self._refusals if position <= self.cursor]:
            del self._refusals[position]
        self._moved.set()

    async def _show(self, sink: Sink) -> None:
        while True:
            message: Message = await self._listener.next()
            if not sink.wants(type(message)):
                continue
            try:
                await sink.show(message)
            except BaseException:
                self._listener.give_back(message)
                raise

    async def _deliver(self, sink: Sink, group: asyncio.TaskGroup) -> None:
        window = _Window(self.cursor)
        read = self.cursor
        while True:
            self._grown.clear()
            self._beat()
            entries = await self._recorder.after(read, BATCH)
            for entry in entries:
                with patient(self._beat):
                    await window.enter(entry)
                read = entry.position
                coroutine = self._hand_over(sink, entry, window)
                group.create_task(coroutine, name=f"sink-{self.name}-{entry.position}")
                self._beat()
            if not entries:
                await _wait(self._grown, 1.0)

    async def _hand_over(self, sink: Sink, entry: Entry, window: "_Window") -> None:
        done = await self._try(sink, entry)
        while not done:
            await asyncio.sleep(self._refusal_delay)
            done = await self._try(sink, entry)
        window.leave(entry)
        self.cursor = max(self.cursor, window.low)
        self._moved.set()
        self._refusals.pop(entry.position, None)

    async def _try(self, sink: Sink, entry: Entry) -> bool:
        """Hand one revision over; False when it was refused and may be tried again."""
        try:
            await sink.deliver(entry.event)
        except EventRejected as exc:
            self.figures.refused += 1
            refusals = self._refusals[entry.position] = self._refusals.get(entry.position, 0) + 1
            logger.warning("%s: refused %s: %s", self.name, _title(entry.event), exc)
            if refusals < REFUSALS:
                return False
            await self._recorder.dead_letter(self.name, entry, str(exc))
            self.figures.dead_lettered += 1
            self._notice("dead_letter", f"{self.name} refused {_title(entry.event)}: {exc}")
            return True
        self.figures.delivered += 1
        self._uncounted += 1
        return True

    def _notice(self, kind: str, text: str) -> None:
        self._board.tell(
            Notice.model_validate(
                {
                    "kind": kind,
                    "at": round(self._clock.now(), 3),
                    "node": self._node,
                    "text": text[:1000],
                    "details": {"sink": self.name},
                }
            )
        )


class _Window:
    """Which positions are in flight; knows up to where everything is done."""

    def __init__(self, low: int) -> None:
        self.low = low
        self._last = low
        self._flying: dict[int, str] = {}
        self._changed = asyncio.Event()

    async def enter(self, entry: Entry) -> None:
        """Wait until the window has room and the entry's camera has nothing in flight."""
        camera = entry.event.camera
        while len(self._flying) >= WINDOW or camera in self._flying.values():
            self._changed.clear()
            await self._changed.wait()
        self._flying[entry.position] = camera
        self._last = entry.position

    def leave(self, entry: Entry) -> None:
        """Mark an entry as done."""
        del self._flying[entry.position]
        self.low = min(self._flying) - 1 if self._flying else self._last
        self._changed.set()


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


def _title(event: Event) -> str:
    return f"event {event.id} revision {event.revision} of {event.camera}"
