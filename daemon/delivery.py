"""From the journal to one sink: at least once, in order per camera, from the sink's own cursor."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Literal

from daemon.board import Board, Listener
from daemon.clock import Clock
from daemon.recorder import Recorder
from daemon.supervisor import Failure
from daemon.systemd import patient
from daemon.window import Lane, Window
from reasoners import Event
from sinks import (
    Arranged,
    Arrangement,
    Connected,
    Counting,
    EventRejected,
    Notice,
    Pipelined,
    Sink,
    Tally,
)
from sinks.journal import Entry

logger = logging.getLogger(__name__)

REFUSALS = 3
"""Refusals after which a revision is set aside as a dead letter."""

BATCH = 20
"""Revisions read together. More keep Python's lock for milliseconds, in which nothing else runs."""

SHARE = 4
"""Revisions handed over before others have their turn: twenty at once hold the loop for 5 ms."""

Said = Literal["delivered", "set_aside", "refused"]


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
        tally: Counts what the sink sends, for the ledger.
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
        tally: Tally | None = None,
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
        self._listener: Listener = board.listen(self._sink.wants)
        self._refusals: dict[int, int] = {}
        self._saved = cursor
        self._moved = asyncio.Event()
        self._uncounted = 0
        self._denied = False
        self._tally = tally

    @property
    def behind(self) -> int:
        """How many positions are not delivered yet."""
        return max(0, self._recorder.position - self.cursor)

    def counts(self) -> Mapping[str, int]:
        """Return what the sink counts by itself."""
        return self._sink.counts() if isinstance(self._sink, Counting) else {}

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
                await self._arrange(sink, self._listener.arranged())
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
        """Write the cursor to the journal, if it moved, and what was sent to the ledger."""
        sent = self._tally.take() if self._tally else []
        if self.cursor != self._saved or self._uncounted or sent:
            counted, self._uncounted = self._uncounted, 0
            self._saved = self.cursor
            await self._recorder.advance({self.name: self._saved}, {self.name: counted}, sent)

    def skip(self, cursor: int) -> None:
        """Go on from the journal's cursor: what lies before it has expired."""
        self.cursor = max(self.cursor, cursor)
        for position in [position for position in self._refusals if position <= self.cursor]:
            del self._refusals[position]
        self._moved.set()

    async def _show(self, sink: Sink) -> None:
        while True:
            message = await self._listener.next()
            try:
                if isinstance(message, Arrangement):
                    await self._arrange(sink, message)
                else:
                    await sink.show(message)
            except BaseException:
                self._listener.give_back(message)
                raise

    async def _arrange(self, sink: Sink, arrangement: Arrangement | None) -> None:
        """Tell the sink what is configured now, if that is news and it can use it."""
        if arrangement is not None and isinstance(sink, Arranged):
            await sink.arrange(arrangement)

    async def _deliver(self, sink: Sink, group: asyncio.TaskGroup) -> None:
        window = Window(self.cursor, sink.ahead if isinstance(sink, Pipelined) else 1)
        read = self.cursor
        while True:
            self._grown.clear()
            self._beat()
            entries = await self._recorder.after(read, BATCH)
            for entry in entries:
                with patient(self._beat):
                    lane = await window.enter(entry)
                read = entry.position
                coroutine = self._hand_over(sink, entry, window, lane)
                group.create_task(coroutine, name=f"sink-{self.name}-{entry.position}")
                self._beat()
                if entry.position % SHARE == 0:
                    await asyncio.sleep(0)
            if not entries:
                await _wait(self._grown, 1.0)

    async def _hand_over(self, sink: Sink, entry: Entry, window: Window, lane: Lane) -> None:
        said = await self._offer(sink, entry)
        lane.answers[entry.position] = "refused" if said == "refused" else "taken"
        for done in lane.done:
            self._leave(window, lane, done)
        if lane.troubled:
            lane.cautious = True
            if lane.answered:
                await self._settle(sink, window, lane)

    async def _settle(self, sink: Sink, window: Window, lane: Lane) -> None:
        """Offer what was refused again, one at a time, until it is taken or set aside.

        What the other side took although something older was refused comes to it once more after
        that, so that whoever goes by what came last is right.
        """
        again = False
        for position, answer in list(lane.answers.items()):
            entry = lane.entries[position]
            if answer == "refused":
                said: Said = "refused"
                while said == "refused":
                    await asyncio.sleep(self._refusal_delay)
                    said = await self._offer(sink, entry)
                again = again or said == "delivered"
            elif again:
                await self._repeat(sink, entry)
            self._leave(window, lane, entry)

    def _leave(self, window: Window, lane: Lane, entry: Entry) -> None:
        window.leave(lane, entry)
        self.cursor = max(self.cursor, window.low)
        self._moved.set()
        self._refusals.pop(entry.position, None)

    async def _offer(self, sink: Sink, entry: Entry) -> Said:
        """Hand one revision over; `refused` where it may be tried again."""
        try:
            await sink.deliver(entry.event)
        except EventRejected as exc:
            self.figures.refused += 1
            refusals = self._refusals[entry.position] = self._refusals.get(entry.position, 0) + 1
            logger.warning("%s: refused %s: %s", self.name, _title(entry.event), exc)
            if refusals < REFUSALS:
                return "refused"
            await self._recorder.dead_letter(self.name, entry, str(exc))
            self.figures.dead_lettered += 1
            self._notice("dead_letter", f"{self.name} refused {_title(entry.event)}: {exc}")
            return "set_aside"
        self._count()
        return "delivered"

    async def _repeat(self, sink: Sink, entry: Entry) -> None:
        """Hand over once more what was taken before; a refusal now costs only the order."""
        try:
            await sink.deliver(entry.event)
        except EventRejected as exc:
            logger.warning("%s: refused a repetition of %s: %s", self.name, entry.event.id, exc)
        else:
            self._count()

    def _count(self) -> None:
        self.figures.delivered += 1
        self._uncounted += 1

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


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


def _title(event: Event) -> str:
    return f"event {event.id} revision {event.revision} of {event.camera}"
