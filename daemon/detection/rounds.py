"""The rounds of one worker: while it looks at one batch, the next is sent.

A worker that has to wait for its next batch is idle for the time of two messages, and a processor
that was idle starts slowly. But a frame that waits in the worker grows old there while a newer one
may come. So the next batch leaves shortly before the one under way is expected to be done, and
whoever's turn it is then hands over its newest frame. Under overload that makes a frame older
by `MOST_LEAD` at most.

Who is under way cannot ask again yet. Where it would be that camera's turn, nothing is sent ahead:
every camera's share of the worker comes before the worker's use.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from daemon.detection.figures import DetectorFigures
from daemon.detection.looking import Held
from daemon.detection.memory import Memory
from daemon.detection.queue import Outcome, Queue, Request
from daemon.detection.worker import Worker
from daemon.edges import Edge
from daemon.process import ProcessGone
from daemon.slots import SlotPool
from daemon.supervisor import flatten
from daemon.timing import Timing
from detectors import Detections
from detectors.message import Found, Loaded

IDLE = 1.0
"""Seconds between two looks at a worker that nobody asks anything."""

DEFERENCE = 0.1
"""Share of a batch's time that the engine may wait for the camera whose turn it is."""

UNDER_WAY = 2
"""Batches sent and not answered: one that is looked at, one that lies ready."""

LEAD, MOST_LEAD = 0.5, 0.025
"""Share of a batch's time, and seconds at most, before whose expected end the next one is sent. A
worker takes it up within 1 or 2 ms, but no batch takes exactly as long as expected."""


@dataclass(frozen=True, slots=True)
class Round:
    """A batch that was sent."""

    number: int
    requests: Sequence[Request]
    frames: Sequence[tuple[str, Held]]
    sent_at: float


class Rounds:
    """Asks one worker until it is spent, and settles every request taken from the queue.

    Args:
        worker: Has loaded its detector.
        loaded: What it said of itself.
        queue: Who waits.
        cameras: Their slots.
        figures: Counted into.
        memory: Decides when the worker is spent.
        timing: The deadline of a batch.
        beat: Called whenever it gets on.
    """

    def __init__(
        self,
        worker: Worker,
        loaded: Loaded,
        *,
        queue: Queue,
        cameras: Mapping[str, SlotPool],
        figures: DetectorFigures,
        memory: Memory,
        timing: Timing,
        beat: Callable[[], None],
    ) -> None:
        self._worker = worker
        self._loaded = loaded
        self._queue = queue
        self._cameras = cameras
        self._figures = figures
        self._memory = memory
        self._timing = timing
        self._beat = beat
        self._taken: list[Request] = []
        self._sent: Edge[Round] = Edge("rounds", UNDER_WAY, "wait")
        self._asked = 0
        self._under_way = 0
        self._answered = asyncio.Event()
        self._answered_at = 0.0
        self._free_at = 0.0
        self._spent = False

    async def run(self, name: str) -> None:
        """Ask and answer until the worker is spent; nothing is under way then.

        Raises:
            DetectorError: The detector failed.
            ProcessGone: The worker ended.
            ChannelBroken: It said what no honest worker says.
            TimeoutError: It took too long.
        """
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._ask(), name=f"{name}-asks")
                # In the body: a group that only waits leaves its task marked as being cancelled
                # when a member fails (Python 3.11 and 3.12).
                await self._hear()
        except BaseExceptionGroup as failed:
            # Both ends of one conversation break for one reason.
            raise next(flatten(failed)) from failed
        finally:
            self._lose()

    async def _ask(self) -> None:
        """Send batches, each when it is time."""
        while not self._spent:
            await self._until(lambda: self._under_way < UNDER_WAY)
            await self._somebody()
            await self._moment()
            if len(self._queue):
                batch = await self._gather()
                if batch:
                    await self._send(batch)
        await self._sent.close()

    async def _hear(self) -> None:
        """Understand answers, each within its deadline; it begins when the last one was there."""
        async for sent in self._sent:
            async with asyncio.timeout(self._timing.inference):
                found, columns = await self._worker.answer(
                    sent.number, len(sent.frames), self._loaded.labels
                )
            self._settle(sent, found, columns)
            self._spent = self._memory.spent(found.rss) or self._spent
            self._beat()

    async def _somebody(self) -> None:
        """Wait until somebody waits, or the worker is spent."""
        while not self._queue and not self._spent:
            self._beat()
            if not self._under_way:
                self._worker.check()
            await self._queue.wait(_now() + IDLE)
            if not self._queue and self._memory.outlived:
                self._spent = self._memory.spent(self._figures.rss)

    async def _moment(self) -> None:
        """Wait until the worker is about to be free, and it is clear whose turn it is."""
        while self._under_way:
            due = self._free_at - min(LEAD * self._figures.expected, MOST_LEAD)
            if not self._figures.batches or (_now() >= due and self._contended):
                await self._news(None)
            elif _now() < due:
                await self._news(due)
            else:
                return

    @property
    def _contended(self) -> bool:
        """Whether somebody who would come first, and is about to ask, would get no place."""
        return len(self._queue) >= self._loaded.max_batch and self._queue.overtaken

    async def _gather(self) -> list[Request]:
        """Take the newest frames of whose turn it is; wait a little if more are worth it."""
        queue, loaded = self._queue, self._loaded
        full = min(loaded.max_batch, len(self._cameras))
        while loaded.window and 0 < len(queue) < full:
            due = queue.due(loaded.window, self._figures.expected)
            if _now() >= due:
                break
            await queue.wait(due)
        patience = _now() + DEFERENCE * self._figures.expected
        while self._contended and _now() < patience:
            await queue.wait(patience)
        batch: list[Request] = []
        while len(queue) and len(batch) < loaded.max_batch:
            request = queue.pop()
            self._taken.append(request)
            held = await request.look.take()
            if held is None:
                request.settle(None)
            elif request.look.too_old:
                request.settle(Outcome(None, "too_old"))
            elif held.frame.parts == ():
                request.settle(Outcome(Detections.none()))
            else:
                batch.append(request)
        return batch

    async def _send(self, batch: Sequence[Request]) -> None:
        frames = [(one.look.camera, held) for one in batch if (held := one.look.held) is not None]
        if not self._worker.maps([camera for camera, _ in frames], self._cameras):
            await self._until(lambda: not self._under_way)
        self._asked += 1
        sent = Round(self._asked, batch, frames, _now())
        for request in batch:
            self._figures.waiting.add(sent.sent_at - request.asked_at)
        if not self._under_way:
            self._free_at = sent.sent_at + self._figures.expected
        self._under_way += 1
        try:
            await self._worker.ask(sent.number, frames, self._cameras)
        except ProcessGone:
            # What it said last is still to be heard, and tells more.
            self._spent = True
        await self._sent.put(sent)

    def _settle(self, sent: Round, found: Found, columns: Sequence[Detections | None]) -> None:
        now, figures = _now(), self._figures
        figures.ran(now - max(sent.sent_at, self._answered_at), found.seconds)
        figures.rss = found.rss
        for request, (_, held), detections in zip(sent.requests, sent.frames, columns, strict=True):
            if request.look.max_age is not None:
                figures.age.add(max(0.0, now - held.frame.arrival))
            if detections is None:
                figures.torn += 1
                request.settle(Outcome(None, "torn"))
            elif request.look.too_old:
                request.settle(Outcome(None, "too_old"))
            else:
                figures.frames += 1
                request.settle(Outcome(detections))
        self._taken = [request for request in self._taken if not request.answer.done()]
        self._under_way -= 1
        self._answered_at = now
        self._free_at = now + figures.expected
        self._answered.set()

    async def _until(self, holds: Callable[[], bool]) -> None:
        while not holds():
            await self._news(None)

    async def _news(self, until: float | None) -> None:
        """Wait for the next answer, or until the time has come."""
        self._answered.clear()
        try:
            async with asyncio.timeout_at(until):
                await self._answered.wait()
        except TimeoutError:
            return

    def _lose(self) -> None:
        """The worker is gone: account for what was taken for it."""
        for request in self._taken:
            if request.answer.done():
                continue
            if request.look.held is None:
                request.settle(None)
            else:
                self._figures.lost += 1
                request.settle(Outcome(None, "lost_with_worker"))


def _now() -> float:
    return asyncio.get_running_loop().time()
