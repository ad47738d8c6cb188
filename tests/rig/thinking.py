"""A `Thinking` of one's own, without a daemon around it."""

import asyncio
from types import TracebackType
from typing import Any, ClassVar, Self

from pydantic import BaseModel
from rig.revisions import revision

from daemon.clock import Clock
from daemon.thinking import Member, Thinking
from daemon.thinking.exchange import Keeper
from reasoners import Job, Limits, Prompt, Reasoner, Said, Verdict
from reasoners.governor.budget import Budget, Price
from reasoners.governor.governor import Governor
from reasoners.governor.offer import Offer
from sinks import Departure
from sinks.journal import Call, Question

JPEG = b"\xff\xd8\xff\xe0 a picture \xff\xd9"


class Notebook:
    """Keeps in memory what the journal would keep."""

    def __init__(self) -> None:
        self.open: dict[str, Question] = {}
        self.begun: list[Call] = []
        self.calls: list[Call] = []
        self.departures: list[Departure] = []

    def open_question(self, question: Question) -> None:
        """Keep a question."""
        self.open[question.event] = question

    def close_question(self, event: str) -> None:
        """Forget it."""
        self.open.pop(event, None)

    def begin_call(self, call: Call) -> None:
        """Keep that a call is under way."""
        self.begun.append(call)

    def record_call(self, call: Call) -> None:
        """Keep a call."""
        self.calls.append(call)

    async def depart(self, departure: Departure) -> None:
        """Keep a line of the ledger."""
        self.departures.append(departure)


class Oracle:
    """A model that answers when the test says so."""

    Config: ClassVar[type[BaseModel]] = BaseModel

    def __init__(self, answer: str = "yes") -> None:
        self.asked: list[Prompt] = []
        self.answers = asyncio.Event()
        self.open = False
        self.most = 0
        """Most that were asked at the same time."""

        self._now = 0
        self._answer = answer

    async def __aenter__(self) -> Self:
        self.open = True
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.open = False

    async def complete(self, prompt: Prompt) -> Said:
        """Answer once the test lets it."""
        self.asked.append(prompt)
        self._now += 1
        self.most = max(self.most, self._now)
        try:
            await self.answers.wait()
        finally:
            self._now -= 1
        return Said(self._answer, "oracle", 100, 10, 0.01, 0.02, 1000)


class Conclusions:
    """Who got which answer, in order."""

    def __init__(self) -> None:
        self.states: dict[str, list[str]] = {}
        self.verdicts: dict[str, Verdict] = {}

    async def __call__(self, event: str, verdict: Verdict) -> None:
        """Note an answer."""
        self.states.setdefault(event, []).append(verdict.state)
        self.verdicts[event] = verdict


def thinking(
    *reasoners: Reasoner,
    notebook: Keeper | None = None,
    budget: Budget | None = None,
    waiting: int = 4,
    at_once: int = 2,
    host: str = "127.0.0.1",
    **more: Any,
) -> Thinking:
    """Build one over a chain of models."""
    members = [
        Member(
            Offer(f"m{number}", host, cloud=False, at_once=at_once, max_tokens=64, price=Price()),
            f"model{number}",
            reasoner,
            Limits(),
        )
        for number, reasoner in enumerate(reasoners)
    ]
    governor = Governor(
        [member.offer for member in members],
        budget or Budget(),
        most=waiting,
        at_once=at_once,
        chance=lambda: 0.5,
    )
    return Thinking(
        members,
        governor,
        keeper=notebook or Notebook(),
        clock=Clock(),
        beat=lambda: None,
        **more,
    )


def job(number: int, deadline: float = 5.0, camera: str = "", picture: bytes = b"") -> Job:
    """Return a question about an event of a camera of its own, with a picture of its own."""
    event = revision(number, camera=camera or f"porch{number}")
    image = picture or JPEG + str(number).encode()
    return Job(event, "Is it a person?", (image,), deadline)


def balanced(one: Thinking, conclusions: Conclusions) -> bool:
    """Tell whether every job has had exactly one terminal state, as counted."""
    told = [state for states in conclusions.states.values() for state in states]
    once = all(len(states) == 1 for states in conclusions.states.values())
    figures = one.figures
    ends = figures.terminal.total() == len(told) and figures.jobs == len(told)
    return once and ends and one.governor.balanced
