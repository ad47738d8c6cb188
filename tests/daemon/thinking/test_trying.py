"""Trying models out beside the questions."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from rig.thinking import Conclusions, Notebook, job
from rig.waiting import until

from daemon.clock import Clock
from daemon.thinking import Member, Thinking
from daemon.thinking.trying import AGAIN, LONGEST, Trying
from reasoners import Limits
from reasoners.governor.budget import Budget, Price
from reasoners.governor.governor import Governor
from reasoners.governor.offer import Offer
from reasoners.providers.config import HttpConfig
from reasoners.providers.http import HttpReasoner
from reasoners.providers.ollama import OllamaConfig, OllamaReasoner
from reasoners.testing import Script, ScriptedModel, fails, hangs, says

GOOD = says(json.dumps({"word": "gantry", "number": 71}))


def listed(owner: str, room: int) -> Script:
    """List one model, as the server of an owner does."""
    body = json.dumps({"data": [{"id": "m", "owned_by": owner, "max_model_len": room}]}).encode()
    return Script(headers=(("content-type", "application/json"),), chunks=(body,))


def member(url: str) -> Member:
    """Return a model behind an address, to be tried out."""
    offer = Offer("main", "127.0.0.1", cloud=False, at_once=2, max_tokens=64, price=Price())
    reasoner = HttpReasoner("main", HttpConfig(url=url, model="m"), None)
    return Member(offer, "m", reasoner, Limits(), probe=True)


@asynccontextmanager
async def tried(model: ScriptedModel) -> AsyncIterator[tuple[Member, Trying]]:
    """Give a model and who tries it out."""
    one = member(model.url)
    governor = Governor([one.offer], Budget(), most=4, at_once=1, chance=lambda: 0.5)
    async with one.reasoner:
        yield one, Trying([one], governor)


async def test_a_model_that_is_away_is_tried_until_it_is_there() -> None:
    """Half a minute later, then ever less often; what it can is used from then on."""
    away, there = fails(503), listed("vllm", 4096)
    async with (
        ScriptedModel(away, away, away, away, there, GOOD) as model,
        tried(model) as (one, t),
    ):
        now = asyncio.get_running_loop().time
        assert t.begin(now()) == [0]
        assert t.begin(now()) == [], "it is under way"
        await t.try_out(0)
        assert t.begin(now()) == []
        assert t.begin(now() + AGAIN) == [0]
        await t.try_out(0)
        assert t.begin(now() + AGAIN) == []
        assert t.begin(now() + 2 * AGAIN) == [0]
        await t.try_out(0)
        assert isinstance(one.reasoner, HttpReasoner)
        assert (one.reasoner.dialect, one.limits.images) == ("vllm", 2)
        assert t.begin(now() + 86_400) == []


async def test_what_stands_behind_an_address_may_change() -> None:
    """Back after an outage it is tried anew, with all the room it was given; not all the time."""
    scripts = (listed("vllm", 4096), GOOD, GOOD, listed("sglang", 32_768), GOOD, GOOD)
    async with ScriptedModel(*scripts) as model, tried(model) as (one, t):
        now = asyncio.get_running_loop().time
        t.begin(now())
        await t.try_out(0)
        assert one.limits.images == 2
        t.back(0, now())
        assert t.begin(now()) == []
        assert t.begin(now() + LONGEST) == [0]
        await t.try_out(0)
        assert isinstance(one.reasoner, HttpReasoner)
        assert (one.reasoner.dialect, one.limits.images) == ("sglang", 6)


async def test_who_rests_is_left_in_peace(caplog: pytest.LogCaptureFixture) -> None:
    """While its circuit is open nobody knocks; the log says one and the same but once."""
    async with ScriptedModel(fails(503)) as model, tried(model) as (_, t):
        now = asyncio.get_running_loop().time
        breaker = t._governor.providers[0].breaker  # noqa: SLF001 (what it looks at)
        with caplog.at_level(logging.INFO):
            for later in (0.0, AGAIN, 3 * AGAIN):
                assert t.begin(now() + later) == [0]
                await t.try_out(0)
        for _ in range(3):
            breaker.failed("down", now())
        assert t.begin(now() + 86_400) == []
        breaker.succeeded()
        assert t.begin(now() + 86_400) == [0]
    told = [record.message for record in caplog.records if record.name.startswith("daemon")]
    assert told == ["reasoner main: HTTP 503"]


async def test_a_server_that_comes_late_is_understood() -> None:
    """Through the whole queue: a question failed, the next is asked as the server wants it."""
    away = fails(503)
    scripts = (away, away, *[away] * 3, hangs())
    async with ScriptedModel(*scripts) as model:
        one = member(model.url)
        governor = Governor([one.offer], Budget(), most=4, at_once=1, chance=lambda: 0.5)
        thinking = Thinking([one], governor, keeper=Notebook(), clock=Clock(), beat=lambda: None)
        conclusions = Conclusions()
        async with asyncio.timeout(20), asyncio.TaskGroup() as group:
            group.create_task(thinking.run())
            await until(lambda: len(model.requests) >= 2)
            await thinking.ask(job(0), conclusions)
            await until(lambda: not thinking.figures.pending)
            assert conclusions.states == {"e0": ["error"]}
            governor.providers[0].breaker.succeeded()
            thinking._trying.back(0, 0.0)  # noqa: SLF001 (as if it had answered again)
            await model.wait_requests(6)
            # A model that hangs while it is tried out holds up no end.
            await thinking.close()


async def test_before_a_single_question_a_server_says_what_it_is() -> None:
    """Its kind alone, by one request; one that is silent, or broken, is asked all the same."""
    for script, dialect in (
        (listed("llamacpp", 4096), "llamacpp"),
        (hangs(), "openai"),
        (fails(500), "openai"),
    ):
        async with ScriptedModel(script) as model, tried(model) as (one, t):
            await t.introduce()
            assert isinstance(one.reasoner, HttpReasoner)
            assert one.reasoner.dialect == dialect
            assert one.limits == Limits()
            assert len(model.requests) == 1


async def test_a_blind_model_is_not_asked_a_single_question_either() -> None:
    """Ollama says of its model that it takes no pictures: none is sent to it."""
    body = json.dumps({"capabilities": ["completion"]}).encode()
    blind = Script(headers=(("content-type", "application/json"),), chunks=(body,))
    async with ScriptedModel(blind) as model:
        one = member(model.url)
        one.reasoner = OllamaReasoner("home", OllamaConfig(url=model.url, model="m"), None)
        governor = Governor([one.offer], Budget(), most=4, at_once=1, chance=lambda: 0.5)
        async with one.reasoner:
            await Trying([one], governor).introduce()
            assert one.reasoner.barred
        assert [asked.path for asked in model.requests] == ["/api/show"]
