"""Questions of an earlier run: asked again while there is time, else ended, never forgotten."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from rig.revisions import revision
from rig.thinking import Oracle, job, thinking
from rig.waiting import running, until

from daemon.clock import Clock
from daemon.recorder import Recorder
from daemon.thinking import Resuming
from daemon.thinking.keeping import kept
from reasoners import Event, Job, Reasoning
from reasoners.event import ReasoningState
from reasoners.testing import replied
from sinks.journal import Journal

NOW = 2000.0
ANSWER = json.dumps(replied("yes"))


def clock() -> Clock:
    """Return a clock that stands."""
    return Clock(lambda: NOW, lambda: 0.0)


def pending(number: int, left: float = 10.0) -> Event:
    """Return an event that waits for its answer."""
    reasoning = Reasoning(state="pending", model="m", deadline_at=NOW + left)
    told = "Somebody came. A model has been asked and has not answered yet."
    return revision(number, reasoning=reasoning, explanation=told, started_at=NOW - 5)


@pytest.fixture
async def recorder(tmp_path: Path) -> AsyncIterator[Recorder]:
    """Record into a journal of our own."""
    async with Recorder(Journal(tmp_path / "journal.sqlite"), None) as one:
        yield one


async def left_over(recorder: Recorder, event: Event, left: float) -> None:
    """Leave an event and its question behind, as a kill does."""
    await recorder.commit(event)
    asked = Job(event, "Is it a person?", job(1).images, 10.0)
    recorder.open_question(kept(asked, NOW + left))
    await recorder.idle()


async def latest(recorder: Recorder) -> dict[str, Event]:
    """Return the newest revision of every event."""
    await recorder.idle()
    return {entry.event.id: entry.event for entry in await recorder.after(0, 100)}


@pytest.mark.fault("F71")
async def test_f71_a_question_with_time_left_is_asked_again(recorder: Recorder) -> None:
    """F71: the event ends at once, still pending; then its answer comes as one more revision."""
    await left_over(recorder, pending(1), 6.0)
    oracle = Oracle(ANSWER)
    one = thinking(oracle, notebook=recorder)
    resuming = Resuming(recorder, clock(), one)
    await resuming.close(await recorder.unfinished())
    (event,) = (await latest(recorder)).values()
    assert (event.type, event.end_reason, event.reasoning.state) == ("end", "restart", "pending")
    async with running(one.run()):
        await resuming.ask()
        await until(lambda: oracle.asked)
        oracle.answers.set()
        await until(lambda: not one.figures.pending)
    (event,) = (await latest(recorder)).values()
    assert (event.type, event.reasoning.state, event.revision) == ("end", "verified", 3)
    assert event.answers[0].answer == "yes"
    assert "has not answered yet" not in event.explanation
    assert await recorder.open_questions() == []
    assert await recorder.unfinished() == []
    assert one.figures.resumed == 1


@pytest.mark.fault("F71")
async def test_f71_a_question_whose_time_is_over_is_a_timeout(recorder: Recorder) -> None:
    """F71: nobody is asked; the state says what happened."""
    await left_over(recorder, pending(1), -1.0)
    one = thinking(Oracle())
    await Resuming(recorder, clock(), one).close(await recorder.unfinished())
    (event,) = (await latest(recorder)).values()
    assert (event.type, event.reasoning.state) == ("end", "timeout")
    assert await recorder.open_questions() == []
    assert one.figures.jobs == 0


@pytest.mark.fault("F71")
async def test_f71_without_a_model_or_a_kept_question_it_is_an_error(recorder: Recorder) -> None:
    """F71: a model that is configured no more, and a kill before the question was kept."""
    await left_over(recorder, pending(1), 6.0)
    await recorder.commit(pending(2))
    await Resuming(recorder, clock(), None).close(await recorder.unfinished())
    events = await latest(recorder)
    assert {event.reasoning.state for event in events.values()} == {"error"}
    assert await recorder.open_questions() == []


def answered(state: ReasoningState, *, looks: int = 1, **more: Any) -> Event:
    """Return an event that had its answer, so many looks after it began."""
    reasoning = Reasoning(state=state, model="m", deadline_at=NOW + 5, looks=looks)
    return revision(1, reasoning=reasoning, started_at=NOW - 5, **more)


async def looking(recorder: Recorder, event: Event, left: float = 6.0) -> None:
    """Leave behind an event that was rejected, and another look at it under way."""
    await recorder.commit(event)
    asked = Job(answered("rejected"), "Is it a person?", job(1).images, 10.0, since=NOW - 4)
    recorder.open_question(kept(asked, NOW + left))
    await recorder.idle()


@pytest.mark.fault("F71")
@pytest.mark.parametrize("over", [False, True], ids=["open", "ended"])
@pytest.mark.parametrize(("answer", "state"), [("yes", "verified"), ("no", "rejected")])
async def test_f71_another_look_with_time_left_is_taken_again(
    recorder: Recorder, over: bool, answer: str, state: str
) -> None:
    """F71: its answer is one more revision if it is better, whether or not the event had ended."""
    ended: dict[str, Any] = {"type": "end", "ended_at": NOW, "end_reason": "left"} if over else {}
    await looking(recorder, answered("rejected", **ended))
    oracle = Oracle(json.dumps(replied(answer)))
    one = thinking(oracle, notebook=recorder)
    resuming = Resuming(recorder, clock(), one)
    await resuming.close(await recorder.unfinished())
    (event,) = (await latest(recorder)).values()
    closed = event.revision
    assert (event.type, event.reasoning.state, closed) == ("end", "rejected", 1 if over else 2)
    async with running(one.run()):
        await resuming.ask()
        await until(lambda: oracle.asked)
        oracle.answers.set()
        await until(lambda: not one.figures.pending)
    (event,) = (await latest(recorder)).values()
    better = state == "verified"
    assert (event.type, event.reasoning.state) == ("end", state)
    assert (event.revision, event.reasoning.looks) == (closed + better, 1 + better)
    assert await recorder.open_questions() == []
    assert (one.figures.resumed, one.figures.terminal[state]) == (1, 1)


@pytest.mark.fault("F71")
@pytest.mark.parametrize(
    ("looks", "left", "expired"),
    [(1, -1.0, 1), (2, 6.0, 0)],
    ids=["its time is over", "it was answered"],
)
async def test_f71_another_look_is_not_taken_again_in_vain(
    recorder: Recorder, looks: int, left: float, expired: int
) -> None:
    """F71: too late, which is counted, or answered just before the kill: what was said stands."""
    await looking(recorder, answered("verified", looks=looks), left)
    one = thinking(Oracle(), notebook=recorder)
    resuming = Resuming(recorder, clock(), one)
    await resuming.close(await recorder.unfinished())
    await resuming.ask()
    (event,) = (await latest(recorder)).values()
    assert (event.type, event.reasoning.state, event.revision) == ("end", "verified", 2)
    assert await recorder.open_questions() == []
    assert (one.figures.jobs, one.figures.resumed, one.figures.expired) == (0, 0, expired)


async def test_what_is_still_open_at_the_end_gets_its_end(recorder: Recorder) -> None:
    """A stop right after the start leaves nothing pending."""
    await left_over(recorder, pending(1), 6.0)
    resuming = Resuming(recorder, clock(), thinking(Oracle()))
    await resuming.close(await recorder.unfinished())
    await resuming.abandon()
    (event,) = (await latest(recorder)).values()
    assert event.reasoning.state == "error"


async def test_an_answered_question_that_was_not_yet_forgotten_is_forgotten(
    recorder: Recorder,
) -> None:
    """A kill between the verdict and forgetting costs nothing."""
    asked = Job(revision(1), "?", job(1).images, 10.0)
    await recorder.commit(revision(1, type="end", ended_at=NOW))
    recorder.open_question(kept(asked, NOW + 5))
    one = thinking(Oracle())
    await Resuming(recorder, clock(), one).close(await recorder.unfinished())
    assert await recorder.open_questions() == []
    assert one.figures.jobs == 0
