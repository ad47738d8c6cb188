"""The queue in front of the models, running: bounded, and a terminal state for every question."""

import asyncio
import base64
import json
from dataclasses import replace
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from pydantic import JsonValue
from rig.thinking import Conclusions, Notebook, Oracle, balanced, job, thinking
from rig.waiting import running, until

from daemon.clock import Clock
from daemon.recorder import Recorder
from daemon.thinking import Member, Thinking
from reasoners import Limits
from reasoners.governor.budget import Budget, Price
from reasoners.governor.effort import STEPS
from reasoners.governor.governor import Governor
from reasoners.governor.offer import Offer
from reasoners.prompt import digest
from reasoners.providers.config import HttpConfig
from reasoners.providers.http import HttpReasoner
from reasoners.providers.probe import Finding
from reasoners.providers.scripted import ScriptedConfig, ScriptedReasoner
from reasoners.testing import ScriptedModel, answer, fails, hangs, replied, says
from sinks.journal import Journal


@pytest.fixture
def conclusions() -> Conclusions:
    """Collect answers."""
    return Conclusions()


def http(model: ScriptedModel) -> HttpReasoner:
    """Return a reasoner of a real server."""
    return HttpReasoner("main", HttpConfig(url=model.url, model="m"), None)


@pytest.mark.fault("F26")
async def test_f26_of_many_questions_the_newest_are_asked(conclusions: Conclusions) -> None:
    """F26: five hundred at once: the queue keeps its bound, nobody waits, every sum is exact."""
    oracle, notebook = Oracle(), Notebook()
    one = thinking(oracle, waiting=4, at_once=2, notebook=notebook)
    async with running(one.run()):
        for number in range(2):
            await one.ask(job(number), conclusions)
        await until(lambda: len(oracle.asked) == 2)
        for number in range(2, 500):
            await one.ask(job(number), conclusions)
        await until(lambda: len(conclusions.states) == 494)
        assert set(conclusions.states) == {f"e{number}" for number in range(2, 496)}
        assert one.figures.pending == len(notebook.open) == 6
        assert one.governor.longest == 4
        oracle.answers.set()
        await until(lambda: not one.figures.pending)
    assert oracle.most == 2
    assert balanced(one, conclusions)
    assert notebook.open == {}
    assert not oracle.open


async def test_an_event_that_is_held_back_goes_before_an_alert(conclusions: Conclusions) -> None:
    """Whoever may not be told before it is answered waits least, then what is severe."""
    oracle = Oracle()
    one = thinking(oracle, at_once=1)
    alert = job(2)
    severe = replace(alert, event=alert.event.model_copy(update={"severity": "alert"}))
    async with running(one.run()):
        await one.ask(job(0), conclusions)
        await until(lambda: len(oracle.asked) == 1)
        for asked in (job(1), severe, replace(job(3), held=True)):
            await one.ask(asked, conclusions)
        oracle.answers.set()
        await until(lambda: not one.figures.pending)
    pictures = {job(number).images: number for number in range(4)}
    assert [pictures[prompt.images] for prompt in oracle.asked[::2]] == [0, 3, 2, 1]


@pytest.mark.fault("F22")
async def test_f22_a_model_without_a_deadline_is_cut_off(conclusions: Conclusions) -> None:
    """A question that gets no answer ends as `timeout`, and so does one whose turn is too late."""
    notebook = Notebook()
    one = thinking(Oracle(), notebook=notebook)
    async with running(one.run()):
        for number in range(3):
            await one.ask(job(number, deadline=0.2), conclusions)
        await until(lambda: not one.figures.pending)
    assert balanced(one, conclusions)
    assert one.figures.terminal == {"timeout": 3}
    assert [call.outcome for call in notebook.calls] == ["no answer by the deadline"] * 2


async def test_closing_ends_what_waits_and_finishes_what_runs(conclusions: Conclusions) -> None:
    """On the way out, questions under way may still be answered; the others are skipped."""
    oracle = Oracle()
    one = thinking(oracle)
    async with asyncio.TaskGroup() as group:
        run = group.create_task(one.run())
        for number in range(2):
            await one.ask(job(number), conclusions)
        await until(lambda: len(oracle.asked) == 2)
        for number in range(2, 4):
            await one.ask(job(number), conclusions)
        await one.close()
        assert one.figures.terminal == {"skipped_budget": 2}
        await one.ask(job(50), conclusions)
        assert one.figures.terminal == {"skipped_budget": 3}
        assert not run.done()
        oracle.answers.set()
    assert one.figures.pending == 0
    assert balanced(one, conclusions)


async def test_cancelled_questions_stay_open_until_they_are_let_go(
    conclusions: Conclusions,
) -> None:
    """Whoever cancels owes the events their end: until then the journal keeps the questions."""
    oracle, notebook = Oracle(), Notebook()
    one = thinking(oracle, notebook=notebook)
    async with running(one.run()):
        await one.ask(job(1), conclusions)
        await until(lambda: oracle.asked)
    assert conclusions.states == {}
    assert one.figures.pending == len(notebook.open) == 1
    assert [call.outcome for call in notebook.calls] == ["the daemon was stopped"]
    one.abandon()
    assert (one.figures.pending, notebook.open) == (0, {})


@pytest.mark.fault("F23")
async def test_f23_a_second_provider_answers_for_the_first(conclusions: Conclusions) -> None:
    """F23: a server that is down costs one try; the next in the chain answers the same question."""
    async with ScriptedModel(fails(503)) as down, ScriptedModel(answer("yes")) as up:
        notebook = Notebook()
        one = thinking(http(down), http(up), notebook=notebook)
        async with running(one.run()):
            await one.ask(job(1), conclusions)
            await until(lambda: not one.figures.pending)
    assert len(down.requests) == len(up.requests) == 1
    assert [call.provider for call in notebook.calls] == ["m0", "m1"]
    assert notebook.calls[0].outcome == "HTTP 503"
    assert conclusions.states["e1"] != ["error"]
    assert balanced(one, conclusions)


@pytest.mark.fault("F23")
@pytest.mark.parametrize("script", [fails(500), fails(503), fails(429, retry_after=60)])
async def test_f23_a_server_that_is_down_is_left_in_peace(
    conclusions: Conclusions, script: object
) -> None:
    """F23: however many questions come, three requests open the circuit; all end as `error`."""
    told: list[tuple[str, str]] = []
    async with ScriptedModel(script) as model:  # type: ignore[arg-type]
        one = thinking(http(model), waiting=40, told=lambda kind, text: told.append((kind, text)))
        async with running(one.run()):
            for number in range(12):
                await one.ask(job(number, deadline=2.0), conclusions)
                await asyncio.sleep(0.15)
            await until(lambda: not one.figures.pending)
        assert len(model.requests) <= 4
    assert one.figures.terminal == {"error": 12}
    assert balanced(one, conclusions)
    if len(model.requests) >= 3:
        assert told[0][0] == "degraded"


@pytest.mark.fault("F27")
async def test_f27_the_very_same_is_not_sent_twice(conclusions: Conclusions) -> None:
    """F27: a frozen camera's picture and question are answered from memory; nothing is sent."""
    async with ScriptedModel(answer("no")) as model:
        one = thinking(http(model))
        async with running(one.run()):
            for number in range(4):
                asked = job(7, picture=b"\xff\xd8\xff the same")
                event = asked.event.model_copy(update={"id": f"e{number}"})
                await one.ask(
                    type(asked)(event, asked.question, asked.images, asked.deadline), conclusions
                )
                await until(lambda: not one.figures.pending)
        assert len(model.requests) == 1
    assert conclusions.states == {f"e{number}": ["rejected"] for number in range(4)}
    assert one.figures.repeated == 3
    assert one.governor.purse.spent("calls") == 1
    assert balanced(one, conclusions)


async def test_a_bad_reply_is_asked_for_once_more_and_only_once(conclusions: Conclusions) -> None:
    """The model hears what was wrong; a second bad reply is `invalid`. Both calls are paid."""
    good: dict[str, JsonValue] = replied("yes")
    scripted = ScriptedReasoner("s", ScriptedConfig(replies=("no json", good, "no", "no")), None)
    one = thinking(scripted, at_once=1)
    async with running(one.run()):
        await one.ask(job(1), conclusions)
        await until(lambda: not one.figures.pending)
        await one.ask(job(2), conclusions)
        await until(lambda: not one.figures.pending)
    assert conclusions.states == {"e1": ["verified"], "e2": ["invalid"]}
    assert scripted.asked == 4
    assert one.figures.repaired == 2
    assert one.governor.purse.spent("calls") == 4
    assert "That was not accepted" in scripted.prompts[1].text


async def test_every_call_is_written_down_with_what_it_took(conclusions: Conclusions) -> None:
    """Prompt, pictures by hash, reply, timings, budget: all that `why` shows."""
    notebook = Notebook()
    async with ScriptedModel(answer("yes")) as model:
        one = thinking(http(model), notebook=notebook, host="gpubox.lan")
        async with running(one.run()):
            await one.ask(job(1), conclusions)
            await until(lambda: not one.figures.pending)
    (call,) = notebook.calls
    assert call.events == ("e1",)
    assert "Is it a person?" in call.prompt
    assert json.loads(call.reply)["answers"]["q1"]["answer"] == "yes"
    assert call.outcome == "answered"
    assert {
        "waited_s",
        "latency_s",
        "first_s",
        "tokens",
        "effort",
        "attempt",
    } <= call.details.keys()
    (line,) = notebook.departures
    assert (line.host, line.kind, line.camera, line.event) == (
        "gpubox.lan",
        "question",
        "porch1",
        "e1",
    )
    assert line.sha256 == call.pictures[0]


async def test_questions_of_one_camera_ride_in_one_call(conclusions: Conclusions) -> None:
    """While the model is busy, three events of a camera wait; then one call answers them all."""
    oracle = Oracle("no json")
    one = thinking(oracle, at_once=1, waiting=8)
    async with running(one.run()):
        await one.ask(job(9), conclusions)
        await until(lambda: oracle.asked)
        for number in range(3):
            await one.ask(job(number, camera="yard"), conclusions)
        oracle.answers.set()
        await until(lambda: not one.figures.pending)
    asked = oracle.asked[2].text
    assert all(f"Question q{number}" in asked for number in (1, 2, 3))
    assert one.governor.coalesced == 2
    assert balanced(one, conclusions)


async def test_nothing_is_written_into_the_ledger_of_what_stays_here(
    conclusions: Conclusions,
) -> None:
    """A model on this machine gets pictures that never left it."""
    notebook, oracle = Notebook(), Oracle()
    oracle.answers.set()
    one = thinking(oracle, notebook=notebook)
    async with running(one.run()):
        await one.ask(job(1), conclusions)
        await until(lambda: not one.figures.pending)
    assert notebook.departures == []


async def test_in_a_replay_each_question_is_waited_for(conclusions: Conclusions) -> None:
    """Asked in turn, the answer is there when `ask` returns, so the order never varies."""
    one = thinking(ScriptedReasoner("s", ScriptedConfig(takes=0.05), None), in_turn=True)
    async with running(one.run()):
        for number in range(3):
            await one.ask(job(number), conclusions)
            assert list(conclusions.states) == [f"e{n}" for n in range(number + 1)]


async def test_stats_show_who_failed_and_why(conclusions: Conclusions) -> None:
    """Figures are flat, balance, and name the provider whose circuit is open."""
    async with ScriptedModel(fails(500)) as model, ScriptedModel(hangs()) as mute:
        one = thinking(http(model), http(mute), at_once=4)
        async with running(one.run()):
            for number in range(3):
                await one.ask(job(number, deadline=0.6), conclusions)
            await until(lambda: not one.figures.pending)
        stats = one.stats()
    terminal = sum(int(stats[state] or 0) for state in ("error", "timeout") if state in stats)
    assert stats["jobs"] == terminal == 3
    assert stats["m0_circuit"] == "open"
    assert stats["m0_reason"] == "HTTP 500"
    assert stats["m0_failed"] == stats["m0_calls"]


async def test_a_restart_is_no_new_budget(conclusions: Conclusions, tmp_path: Path) -> None:
    """What the hour before took is known from the journal, calls under way at a crash included."""
    budget = Budget(calls_per_hour=3, burst=1.0, reserve=0.0)
    oracle = Oracle()
    async with Recorder(Journal(tmp_path / "journal.sqlite"), None) as recorder:
        one = thinking(oracle, notebook=recorder, budget=budget)
        async with running(one.run()):
            oracle.answers.set()
            for number in range(2):
                await one.ask(job(number), conclusions)
            await until(lambda: not one.figures.pending)
            oracle.answers.clear()
            await one.ask(job(2), conclusions)
            await until(lambda: len(oracle.asked) == 3)
            await recorder.idle()
            copy(tmp_path / "journal.sqlite", tmp_path / "crashed.sqlite")
            copy(tmp_path / "journal.sqlite-wal", tmp_path / "crashed.sqlite-wal")
    again = Oracle()
    again.answers.set()
    async with Recorder(Journal(tmp_path / "crashed.sqlite"), None) as recorder:
        spent = await recorder.spent(Clock().now(), 3600.0)
        assert [one.tokens > 0 for one in spent] == [True] * 3
        other = thinking(again, notebook=recorder, budget=budget)
        other.recall(spent)
        async with running(other.run()):
            await other.ask(job(3), conclusions)
            await until(lambda: not other.figures.pending)
    assert not again.asked
    assert conclusions.verdicts["e3"].reason == (
        "the budget of 3 calls an hour of all cameras is used up"
    )


async def test_what_was_said_goes_into_the_next_prompt(conclusions: Conclusions) -> None:
    """And "unchanged" is a legal answer then: it repeats the description and names the event."""
    second = {**replied("yes"), "report": "unchanged"}
    replies: list[JsonValue] = [replied("yes", description="A man waits."), second]
    model = ScriptedReasoner("m", ScriptedConfig.model_validate({"replies": replies}), None)
    one = thinking(model)
    async with running(one.run()):
        for number in (1, 2):
            await one.ask(job(number, camera="porch"), conclusions)
            await until(lambda: not one.figures.pending)
    first, again = model.prompts
    assert "before, oldest first" not in first.text
    assert '- 1 s ago: "A man waits."' in again.text
    verdict = conclusions.verdicts["e2"]
    assert (verdict.state, verdict.description) == ("verified", "A man waits.")
    assert verdict.unchanged == "e1"
    assert conclusions.verdicts["e1"].unchanged is None


async def test_pictures_are_wanted_as_who_is_asked_takes_them() -> None:
    """Fewer and smaller ones under strain; a model that is away, or outside, is passed over."""
    one = thinking(Oracle(), Oracle(), outside=lambda camera: camera != "inside")
    first, second = one._members  # noqa: SLF001 (their limits are what is looked at)
    first.limits = replace(first.limits, images=4, patch=32)
    second.limits = replace(second.limits, images=2, patch=14, patches=256)
    assert (one.limits("porch").images, one.limits("porch").patch) == (4, 32)
    one.governor.strain.step = 2
    small = one.limits("porch")
    assert (small.images, small.patches) == (2, 16 * 16)
    one.governor.strain.step = 0
    one.governor.ban(0, "no key", asyncio.get_running_loop().time())
    assert (one.limits("porch").images, one.limits("porch").patch) == (2, 14)


async def test_what_the_probe_finds_is_used() -> None:
    """Pictures, room and thrift of a server; one that is paid by the token is not asked twice."""
    one = thinking(Oracle(), Oracle())
    first, second = one._members  # noqa: SLF001 (as above)
    first.learn(Finding(obeys=True, images=4, room=4096, latency_s=1.0, keeps=True))
    assert (first.limits.images, first.limits.patches) == (2, 1024)
    assert first.room(9, STEPS[0]).images == 2
    assert first.room(9, STEPS[0]).short_first
    second.offer = replace(second.offer, price=Price(input=1.0))
    second.learn(Finding(obeys=True, images=6, room=None, latency_s=1.0, keeps=True))
    assert not second.room(6, STEPS[0]).short_first
    before = second.limits
    second.learn(Finding(obeys=None, images=None, room=64, latency_s=None, problem="HTTP 503"))
    assert second.limits == before


async def test_what_leaves_is_in_the_ledger_and_only_of_cameras_that_agree(
    conclusions: Conclusions,
) -> None:
    """Each picture of each request to another host, repairs too, before it goes; no other one."""
    notebook = Notebook()
    async with (
        ScriptedModel(answer("yes"), says("no json"), answer("yes"), fails(400)) as far,
        ScriptedModel(answer("yes")) as near,
    ):
        members = [
            Member(
                Offer(name, host, cloud=name == "far", at_once=1, max_tokens=64, price=Price()),
                name,
                http(model),
                Limits(),
            )
            for name, host, model in (("far", "api.example.org", far), ("near", "::1", near))
        ]
        offers = [member.offer for member in members]
        one = Thinking(
            members,
            Governor(offers, Budget(), most=8, at_once=1, chance=lambda: 0.5),
            keeper=notebook,
            clock=Clock(),
            beat=lambda: None,
            outside=lambda camera: camera == "porch",
        )
        async with running(one.run()):
            for number in range(6):
                camera = "porch" if number % 2 else "bedroom"
                await one.ask(job(number, camera=camera), conclusions)
                await until(lambda: not one.figures.pending)
    sent = [digest(picture) for asked in far.requests for picture in shown(asked.body)]
    assert [line.sha256 for line in notebook.departures] == sent
    assert len(sent) == 4
    assert {(line.host, line.part) for line in notebook.departures} == {("api.example.org", "far")}
    assert {line.camera for line in notebook.departures} == {"porch"}
    assert [line.event for line in notebook.departures] == ["e1", "e3", "e3", "e5"]
    inside = {digest(picture) for asked in near.requests for picture in shown(asked.body)}
    assert inside & set(sent) == {sent[-1]}, "the last was refused there, and asked inside"
    assert len(inside) == 4
    assert set(conclusions.states) == {f"e{number}" for number in range(6)}


def shown(body: dict[str, Any]) -> list[bytes]:
    """Return the pictures of a request."""
    parts = [part for turn in body["messages"] for part in turn["content"]]
    shown = [part for part in parts if isinstance(part, dict) and part["type"] == "image_url"]
    urls = [part["image_url"]["url"] for part in shown]
    return [base64.b64decode(url.partition(",")[2]) for url in urls]
