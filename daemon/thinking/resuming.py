"""Questions that a restart cut off: asked again while there is time, else ended."""

import logging
from collections.abc import Callable, Sequence

from daemon.clock import Clock
from daemon.recorder import Recorder
from daemon.thinking.keeping import restored
from daemon.thinking.thinking import Thinking
from reasoners import Event, Job, Verdict, after_restart, answered_late

logger = logging.getLogger(__name__)


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
        self._events: dict[str, Event] = {}
        self._jobs: list[Job] = []

    async def close(self, unfinished: Sequence[Event]) -> None:
        """End what was left open; of questions, those whose time is over."""
        questions = {question.event: question for question in await self._recorder.open_questions()}
        now = self._clock.now()
        for event in unfinished:
            question = questions.get(event.id)
            job = None
            late = False
            if question is not None and event.reasoning.state == "pending":
                late = question.deadline_at <= now
                if self._thinking is not None and not late:
                    job = restored(question, min(question.deadline_at - now, _whole(event)))
            ended = event
            if event.type != "end" or job is None:
                ended = after_restart(
                    event,
                    now,
                    self._language(event.camera),
                    waits=job is not None,
                    late=late,
                )
                await self._recorder.commit(ended)
            if job is not None:
                self._events[event.id] = ended
                self._jobs.append(job)
        for gone in questions.keys() - self._events.keys():
            self._recorder.close_question(gone)

    async def ask(self) -> None:
        """Ask again what there is time for."""
        if self._thinking is None:
            return
        for job in self._jobs:
            self._thinking.figures.resumed += 1
            await self._thinking.ask(job, self.conclude)
        if self._jobs:
            logger.info("asking again %d questions from before the restart", len(self._jobs))
        self._jobs.clear()

    async def conclude(self, event: str, verdict: Verdict) -> None:
        """Publish the answer of an event that nobody else knows any more."""
        before = self._events.pop(event, None)
        if before is not None:
            language = self._language(before.camera)
            await self._recorder.commit(answered_late(before, verdict, self._clock.now(), language))

    async def abandon(self) -> None:
        """Give every question still open its terminal state, for we are leaving."""
        for event in list(self._events):
            await self.conclude(event, Verdict("error", reason="the daemon was stopped"))


def _whole(event: Event) -> float:
    """Return the seconds that the question had from the beginning: a clock may have stepped."""
    deadline = event.reasoning.deadline_at
    return 600.0 if deadline is None else max(0.0, deadline - event.started_at)
