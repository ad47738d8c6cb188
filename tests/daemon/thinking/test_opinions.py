"""A severe event that is left uncertain is put to somebody else, within deadline and budget."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import JsonValue
from rig.thinking import JPEG, Conclusions, Notebook, balanced, job, thinking
from rig.waiting import running, until

from daemon.thinking.opinions import SEVERE, Opinions
from reasoners import Job
from reasoners.governor.budget import Budget
from reasoners.providers.scripted import ScriptedConfig, ScriptedReasoner
from reasoners.testing import replied

FRESH = JPEG + b"another frame"


@pytest.fixture
def conclusions() -> Conclusions:
    """Collect answers."""
    return Conclusions()


def model(*answers: str, **more: Any) -> ScriptedReasoner:
    """Return a model that gives these answers in turn; `perhaps` is an unsure yes."""
    replies: list[JsonValue] = [
        replied("yes", 30) if one == "perhaps" else replied(one, 90) for one in answers
    ]
    return ScriptedReasoner("m", ScriptedConfig.model_validate({"replies": replies, **more}), None)


def alert(number: int = 1, **more: Any) -> Job:
    """Return a question about a severe event."""
    asked = job(number, **more)
    return replace(asked, event=asked.event.model_copy(update={"severity": "alert"}))


async def more(asked: Job) -> Job | None:
    """Take another frame."""
    return replace(asked, images=(FRESH,))


async def test_another_model_decides_with_other_frames(conclusions: Conclusions) -> None:
    """One terminal state; both calls are told, and the question was kept until then."""
    first, second, notebook = model("perhaps"), model("yes"), Notebook()
    one = thinking(first, second, notebook=notebook)
    async with running(one.run()):
        await one.ask(alert(), conclusions, more)
        await until(lambda: not one.figures.pending)
    assert conclusions.states == {"e1": ["verified"]}
    verdict = conclusions.verdicts["e1"]
    assert verdict.second is not None
    assert (verdict.second.agrees, verdict.model) == (True, "scripted")
    assert second.prompts[0].images == (FRESH,)
    assert [call.provider for call in notebook.calls] == ["m0", "m1"]
    assert notebook.open == {}
    assert balanced(one, conclusions)
    stats = one.stats()
    assert (stats["second_asked"], stats["second_decided"], stats["jobs"]) == (1, 1, 1)


async def test_one_model_is_asked_again_only_with_other_frames(conclusions: Conclusions) -> None:
    """Without any, nobody is: the same question would get the same answer."""
    one = thinking(model("perhaps", "no", "perhaps"))
    async with running(one.run()):
        await one.ask(alert(1), conclusions, more)
        await until(lambda: not one.figures.pending)
        await one.ask(alert(2), conclusions)
        await until(lambda: not one.figures.pending)
    assert conclusions.states == {"e1": ["uncertain"], "e2": ["uncertain"]}
    assert conclusions.verdicts["e1"].reason == "a second opinion disagrees"
    assert one.opinions.outcomes == {"disagreed": 1, "nobody": 1}


async def test_a_named_model_is_the_one_that_is_asked(conclusions: Conclusions) -> None:
    """The chain is passed over."""
    chain = model("perhaps"), model("yes"), model("yes")
    one = thinking(*chain, opinions=Opinions(by=2))
    async with running(one.run()):
        await one.ask(alert(), conclusions)
        await until(lambda: not one.figures.pending)
    assert [one.asked for one in chain] == [1, 0, 1]


@pytest.mark.parametrize(
    ("answer", "severity", "wish"),
    [("yes", "alert", "alert"), ("perhaps", "info", "alert"), ("perhaps", "alert", "never")],
)
async def test_nobody_else_is_asked_without_need(
    answer: str, severity: str, wish: str, conclusions: Conclusions
) -> None:
    """Who is sure, what is not severe, and who does not want it."""
    second = model("yes")
    one = thinking(model(answer), second, opinions=Opinions(SEVERE[wish]))
    asked = job(1)
    event = asked.event.model_copy(update={"severity": severity})
    async with running(one.run()):
        await one.ask(replace(asked, event=event), conclusions, more)
        await until(lambda: not one.figures.pending)
    assert second.asked == 0
    assert "second_asked" not in one.stats()


async def test_the_first_opinion_stands_where_budget_or_time_is_over(
    conclusions: Conclusions,
) -> None:
    """A second call is a call: none beyond the budget, none beyond the deadline."""
    one = thinking(model("perhaps"), model("yes"), budget=Budget(calls_per_hour=1, burst=1.0))
    late = thinking(model("perhaps"), model("yes", takes=30.0))
    async with running(one.run()), running(late.run()):
        await one.ask(alert(1), conclusions, more)
        await late.ask(alert(2, deadline=1.2), conclusions, more)
        await until(lambda: not one.figures.pending and not late.figures.pending)
    assert conclusions.states == {"e1": ["uncertain"], "e2": ["uncertain"]}
    seconds = [conclusions.verdicts[event].second for event in ("e1", "e2")]
    assert [found.state for found in seconds if found is not None] == ["skipped_budget", "timeout"]
    assert one.governor.balanced
    assert late.governor.balanced


async def test_closing_keeps_the_first_opinion(conclusions: Conclusions) -> None:
    """Whoever stops the daemon meanwhile takes no answer away."""
    slow = model("yes", takes=0.4)
    one = thinking(model("perhaps"), slow, at_once=1)
    async with running(one.run()):
        await one.ask(alert(1), conclusions, more)
        await until(lambda: slow.asked == 1)
        await one.close()
        await until(lambda: not one.figures.pending)
    assert conclusions.states == {"e1": ["verified"]}
    assert balanced(one, conclusions)
