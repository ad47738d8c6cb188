"""Reasoning jobs: a bounded queue in front of the model, and a terminal state for every one."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from daemon.edges import Edge, EdgeClosed
from reasoners import Job, Reasoner, Verdict

logger = logging.getLogger(__name__)

WAITING = 4
"""Jobs that wait at most; the oldest gives way and ends as `skipped_budget`."""

WORKERS = 2
"""Calls to the model at the same time."""

Conclude = Callable[[str, Verdict], Awaitable[None]]
"""Publishes a verdict as a new revision of its event."""


@dataclass(frozen=True, slots=True)
class _Asked:
    job: Job
    expires: float
    """Loop time of the job's deadline."""

    conclude: Conclude


@dataclass(slots=True)
class ThinkingFigures:
    """jobs = Σ terminal + pending, always."""

    jobs: int = 0
    terminal: Counter[str] = field(default_factory=Counter)

    @property
    def pending(self) -> int:
        """Jobs without a terminal state yet."""
        return self.jobs - self.terminal.total()

    def figures(self) -> dict[str, int | float | str | None]:
        """Flatten for `stats`."""
        return {"jobs": self.jobs, "pending": self.pending, **self.terminal}


class Thinking:
    """The one queue in front of the model."""

    def __init__(self, reasoner: Reasoner, beat: Callable[[], None]) -> None:
        self.figures = ThinkingFigures()
        self._reasoner = reasoner
        self._beat = beat
        self._dropped: list[_Asked] = []
        self._jobs: Edge[_Asked] = Edge("reasoning", WAITING, on_drop=self._dropped.append)

    async def ask(self, job: Job, conclude: Conclude) -> None:
        """Queue a job; never waits for the model."""
        expires = asyncio.get_running_loop().time() + job.deadline
        self.figures.jobs += 1
        try:
            await self._jobs.put(_Asked(job, expires, conclude))
        except EdgeClosed:
            await self._end(job, conclude, Verdict("skipped_budget", reason="shutting down"))
        while self._dropped:
            old = self._dropped.pop()
            verdict = Verdict("skipped_budget", reason="newer questions went first")
            await self._end(old.job, old.conclude, verdict)

    async def run(self) -> None:
        """Answer until closed and empty. Cancelling leaves jobs pending; the caller ends them."""
        async with self._reasoner, asyncio.TaskGroup() as group:
            for number in range(WORKERS):
                group.create_task(self._work(), name=f"reasoner-{number}")

    async def close(self) -> None:
        """Take no more jobs; those that wait are ended as `skipped_budget`."""
        self._jobs.drain()
        await self._jobs.close()
        while self._dropped:
            old = self._dropped.pop()
            verdict = Verdict("skipped_budget", reason="shutting down")
            await self._end(old.job, old.conclude, verdict)

    async def _work(self) -> None:
        clock = asyncio.get_running_loop().time
        async for asked in self._jobs:
            self._beat()
            left = asked.expires - clock()
            if left <= 0:
                verdict = Verdict("timeout", reason="its turn came after its deadline")
            else:
                verdict = await self._judge(asked.job, left)
            await self._end(asked.job, asked.conclude, verdict)

    async def _judge(self, job: Job, left: float) -> Verdict:
        try:
            # The reasoner keeps its own deadline; this one is for a reasoner that does not.
            async with asyncio.timeout(left + 0.5):
                return await self._reasoner.judge(replace(job, deadline=left))
        except TimeoutError:
            return Verdict("timeout", reason="no answer by the deadline")
        except asyncio.CancelledError:
            logger.info("question about event %s was cut off", job.event.id)
            raise

    async def _end(self, job: Job, conclude: Conclude, verdict: Verdict) -> None:
        self.figures.terminal[verdict.state] += 1
        await conclude(job.event.id, verdict)
