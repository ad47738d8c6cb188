"""The queue in front of the model: bounded, and a terminal state for every question."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, ClassVar, Self

import pytest
from pydantic import BaseModel
from rig.revisions import revision
from rig.waiting import running, until

from daemon.thinking import WAITING, WORKERS, Thinking
from reasoners import Job, Verdict
from reasoners.testing import ScriptedModel, answer, fails, hangs
from reasoners.vlm.openai import OpenaiConfig, OpenaiReasoner


class Oracle:
    """A reasoner that answers when the test says so, and keeps no deadline of its own."""

    Config: ClassVar[type[BaseModel]] = OpenaiConfig

    def __init__(self) -> None:
        self.asked: list[Job] = []
        self.answers = asyncio.Event()
        self.open = False

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

    async def judge(self, job: Job) -> Verdict:
        """Answer once the test lets it."""
        self.asked.append(job)
        await self.answers.wait()
        return Verdict("verified")


class Conclusions:
    """Who got which answer, in order."""

    def __init__(self) -> None:
        self.states: dict[str, list[str]] = {}

    async def __call__(self, event: str, verdict: Verdict) -> None:
        """Note an answer."""
        self.states.setdefault(event, []).append(verdict.state)


def job(number: int, deadline: float = 5.0) -> Job:
    """Return a question about an event."""
    return Job(revision(number), "Is it a person?", (b"\xff\xd8\xff jpeg",), deadline)


def balanced(thinking: Thinking, conclusions: Conclusions) -> bool:
    """Tell whether every job has had exactly one terminal state, as counted."""
    told = [state for states in conclusions.states.values() for state in states]
    figures = thinking.figures
    once = all(len(states) == 1 for states in conclusions.states.values())
    return once and figures.terminal.total() == len(told) and figures.jobs == len(told)


@pytest.fixture
def conclusions() -> Conclusions:
    """Collect answers."""
    return Conclusions()


async def test_oldest_question_gives_way(conclusions: Conclusions) -> None:
    """Of more questions than fit, the oldest ends as `skipped_budget`; nobody waits for that."""
    oracle = Oracle()
    thinking = Thinking(oracle, lambda: None)
    many = WORKERS + WAITING + 3
    async with running(thinking.run()):
        for number in range(WORKERS):
            await thinking.ask(job(number), conclusions)
        await until(lambda: len(oracle.asked) == WORKERS)
        for number in range(WORKERS, many):
            await thinking.ask(job(number), conclusions)
        skipped = {f"e{number}" for number in range(WORKERS, WORKERS + 3)}
        assert set(conclusions.states) == skipped
        assert thinking.figures.pending == WORKERS + WAITING
        oracle.answers.set()
        await until(lambda: not thinking.figures.pending)
    assert balanced(thinking, conclusions)
    assert {event for event, states in conclusions.states.items() if states == ["verified"]} == {
        f"e{number}" for number in range(many)
    } - skipped
    assert thinking.figures.terminal == {"verified": WORKERS + WAITING, "skipped_budget": 3}
    assert not oracle.open


async def test_only_so_many_calls_at_the_same_time(conclusions: Conclusions) -> None:
    """The model is asked by the workers there are, not by all who wait."""
    oracle = Oracle()
    thinking = Thinking(oracle, lambda: None)
    async with running(thinking.run()):
        for number in range(WORKERS + WAITING):
            await thinking.ask(job(number), conclusions)
            await asyncio.sleep(0)
        await until(lambda: len(oracle.asked) == WORKERS)
        await asyncio.sleep(0.05)
        assert len(oracle.asked) == WORKERS
        oracle.answers.set()
        await until(lambda: not thinking.figures.pending)
    assert balanced(thinking, conclusions)


async def test_reasoner_without_a_deadline_is_cut_off(conclusions: Conclusions) -> None:
    """A question that gets no answer ends as `timeout`, and so does one whose turn is too late."""
    thinking = Thinking(Oracle(), lambda: None)
    async with running(thinking.run()):
        for number in range(WORKERS):
            await thinking.ask(job(number, deadline=0.2), conclusions)
        await thinking.ask(job(9, deadline=0.05), conclusions)
        await until(lambda: not thinking.figures.pending)
    assert balanced(thinking, conclusions)
    assert thinking.figures.terminal == {"timeout": WORKERS + 1}


async def test_reasoner_is_told_what_is_left_of_the_deadline(conclusions: Conclusions) -> None:
    """Time spent in the queue is not given a second time."""
    oracle = Oracle()
    thinking = Thinking(oracle, lambda: None)
    await thinking.ask(job(1, deadline=5), conclusions)
    await asyncio.sleep(0.1)
    async with running(thinking.run()):
        await until(lambda: oracle.asked)
    assert oracle.asked[0].deadline <= 4.9


async def test_closing_ends_what_waits_and_finishes_what_runs(conclusions: Conclusions) -> None:
    """On the way out, questions under way may still be answered; the others are skipped."""
    oracle = Oracle()
    thinking = Thinking(oracle, lambda: None)
    async with asyncio.TaskGroup() as group:
        run = group.create_task(thinking.run())
        for number in range(WORKERS + 2):
            await thinking.ask(job(number), conclusions)
            if number < WORKERS:
                await until(lambda number=number: len(oracle.asked) == number + 1)  # type: ignore[misc]
        await thinking.close()
        assert thinking.figures.terminal == {"skipped_budget": 2}
        await thinking.ask(job(50), conclusions)
        assert thinking.figures.terminal == {"skipped_budget": 3}
        assert not run.done()
        oracle.answers.set()
    assert thinking.figures.terminal == {"skipped_budget": 3, "verified": WORKERS}
    assert balanced(thinking, conclusions)


async def test_cancelled_questions_stay_pending(conclusions: Conclusions) -> None:
    """Whoever cancels owes the events their end: nothing is counted that was not said."""
    oracle = Oracle()
    thinking = Thinking(oracle, lambda: None)
    async with running(thinking.run()):
        await thinking.ask(job(1), conclusions)
        await until(lambda: oracle.asked)
    assert conclusions.states == {}
    assert thinking.figures.figures() == {"jobs": 1, "pending": 1}


@asynccontextmanager
async def real(model: ScriptedModel, **options: Any) -> AsyncIterator[Thinking]:
    """Think with the real reasoner at a real server."""
    config = OpenaiConfig(url=model.url, model="test", **options)
    thinking = Thinking(OpenaiReasoner("reasoner", config, None), lambda: None)
    async with running(thinking.run()):
        yield thinking


async def test_answers_of_a_real_server_come_through(conclusions: Conclusions) -> None:
    """A yes, an outage and silence: each is a terminal state, and the sums balance."""
    async with ScriptedModel(answer("yes"), fails(500), hangs()) as model, real(model) as thinking:
        for number in range(3):
            await thinking.ask(job(number, deadline=0.5), conclusions)
            await model.wait_requests(number + 1)
        await until(lambda: not thinking.figures.pending)
        assert len(model.requests) == 3
    assert balanced(thinking, conclusions)
    assert conclusions.states["e1"] == ["error"]
    assert conclusions.states["e2"] == ["timeout"]
    assert conclusions.states["e0"] != ["error"]
