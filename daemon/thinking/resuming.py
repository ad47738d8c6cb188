"""Questions that a restart cut off: asked again while there is time, else ended."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from daemon.clock import Clock
from daemon.recorder import Recorder
from daemon.thinking.keeping import restored
from daemon.thinking.thinking import Thinking
from reasoners import Event, Job, Verdict, after_restart, answered_late, awaits
from sinks.journal import Question

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Left:
    """An event of an earlier run as it stands, and what is asked about it."""

    event: Event
    job: Job


class Resuming:
    """Gives events of an earlier run their end, and their answers.

    Args:
        recorder: Where events and questions are.
        clock: Dates what is written.
        thinking: Who answers; None ends every question.
        language: In which events of a camera are explained.
    """

    def __init__(
        self,
        recorder: Recorder,
        clock: Clock,
        thinking: Thinking | None,
        language: Callable[[str], str] = lambda _: "en",
    ) -> None:
        self._recorder = recorder
        self._clock = clock
        self._thinking = thinking
        self._language = language
        self._left: dict[str, _Left] = {}

    async def close(self, unfinished: Sequence[Event]) -> None:
        """End what was left open; of questions and looks, those whose time is over."""
        questions = {question.event: question for question in await self._recorder.open_questions()}
        now = self._clock.now()
        for event in unfinished:
            question = questions.get(event.id)
            job = None if question is None else self._job(event, question, now)
            pending = event.reasoning.state == "pending"
            ended = event
            if event.type != "end" or (pending and job is None):
                ended = after_restart(
                    event,
                    now,
                    self._language(event.camera),
                    waits=job is not None,
                    late=pending and question is not None and question.deadline_at <= now,
                )
                await self._recorder.commit(ended)
            if job is not None:
                self._left[event.id] = _Left(ended, job)
        for name in questions.keys() - {event.id for event in unfinished}:
            # Another look may be under way at an event that has ended, and had its first answer.
            over = await self._recorder.latest(name)
            job = None if over is None else self._job(over, questions[name], now)
            if over is not None and job is not None:
                self._left[name] = _Left(over, job)
        for gone in questions.keys() - self._left.keys():
            self._recorder.close_question(gone)

    async def ask(self) -> None:
        """Ask again what there is time for."""
        if self._thinking is None or not self._left:
            return
        jobs = [left.job for left in self._left.values()]
        logger.info("asking again %d questions from before the restart", len(jobs))
        for job in jobs:
            self._thinking.figures.resumed += 1
            await self._thinking.ask(job, self.conclude)

    async def conclude(self, event: str, verdict: Verdict) -> None:
        """Publish the answer of an event that nobody else knows any more."""
        left = self._left.pop(event, None)
        if left is None:
            return
        language = self._language(left.event.camera)
        told = answered_late(left.event, left.job, verdict, self._clock.now(), language)
        if told is not None:
            await self._recorder.commit(told)

    async def abandon(self) -> None:
        """Give every question still open its terminal state, for we are leaving."""
        for event in list(self._left):
            await self.conclude(event, Verdict("error", reason="the daemon was stopped"))

    def _job(self, event: Event, question: Question, now: float) -> Job | None:
        """Return what is to be asked again; None if it was answered, or may not be any more."""
        thinking, left = self._thinking, question.deadline_at - now
        if thinking is None:
            return None
        job = restored(question, min(left, _whole(event)))
        if job is None or not awaits(event, job):
            return None
        if left > 0:
            return job
        if job.since is not None:
            thinking.figures.expired += 1
            logger.info("event %s: the time of another look at it is over", event.id)
        return None


def _whole(event: Event) -> float:
    """Return the seconds that the question had from the beginning: a clock may have stepped."""
    deadline = event.reasoning.deadline_at
    return 600.0 if deadline is None else max(0.0, deadline - event.started_at)
