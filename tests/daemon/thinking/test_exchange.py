"""One call, written down."""

import pytest
from rig.thinking import JPEG, Notebook, Oracle, job, thinking

from daemon.clock import Clock
from daemon.thinking.exchange import REMEMBERED, SAME, Exchange, Memory, sameness
from reasoners import Prompt, ReasonerError, Said, Turn
from reasoners.providers.config import HttpConfig
from reasoners.providers.http import HttpReasoner
from reasoners.testing import Script, ScriptedModel, fails, says

PROMPT = Prompt((Turn("user", ("first seen 3 s ago", JPEG)),), {"type": "object"})
SAID = Said("{}", "m")


def test_memory_is_short_and_small() -> None:
    """Answers grow old, and of many only the latest are kept."""
    memory = Memory()
    memory.keep("a", SAID, 0.0)
    assert memory.find("a", SAME - 1) is SAID
    assert memory.find("a", SAME) is None
    for number in range(REMEMBERED):
        memory.keep(f"k{number}", SAID, 1.0)
    assert memory.find("a", 1.0) is None
    assert memory.find("k0", 1.0) is SAID


def test_the_same_is_what_shows_and_asks_the_same() -> None:
    """Words about time do not count; another picture, question or camera does."""
    jobs = [job(1)]
    later = Prompt((Turn("user", ("first seen 9 s ago", JPEG)),), {"type": "object"})
    other = Prompt((Turn("user", ("first seen 3 s ago", JPEG + b"x")),), {"type": "object"})
    assert sameness(jobs, PROMPT, "m") == sameness(jobs, later, "m")
    assert sameness(jobs, PROMPT, "m") != sameness(jobs, other, "m")
    assert sameness(jobs, PROMPT, "m") != sameness([job(1, camera="yard")], PROMPT, "m")
    assert sameness(jobs, PROMPT, "m") != sameness(jobs, PROMPT.then("{", "again"), "m")


async def test_tokens_are_counted_or_guessed() -> None:
    """What the server says counts; a call that says nothing costs what it looks like."""
    oracle, notebook = Oracle(), Notebook()
    oracle.answers.set()
    member = thinking(oracle)._members[0]  # noqa: SLF001 (built by the rig)
    exchange = Exchange(
        member, [job(1)], keeper=notebook, clock=Clock(), memory=Memory(), context={"effort": 0}
    )
    await exchange.ask(PROMPT)
    usage = exchange.usage
    assert (usage.asked, usage.answered, usage.calls) == (100, 10, 1)
    await exchange.ask(PROMPT)
    assert (exchange.usage.calls, exchange.spared) == (1, 1)
    assert [call.outcome for call in notebook.calls] == ["answered", "repeated"]


@pytest.mark.parametrize(
    ("script", "asked", "answered"),
    [
        (fails(503), False, 0),
        (fails(429, "slow down"), False, 0),
        (says("{", finish=None, done=False, usage=None, then="break"), True, 0),
        (says("{", finish="length"), True, 64),
    ],
)
async def test_only_what_may_be_billed_is_counted(
    script: Script, asked: bool, answered: int
) -> None:
    """A server that refuses takes nothing; one that broke off read it; one cut off wrote it all."""
    notebook = Notebook()
    async with ScriptedModel(script) as model:
        config = HttpConfig(url=model.url, model="m", max_tokens=64)
        async with HttpReasoner("m", config, None) as reasoner:
            exchange = Exchange(
                thinking(reasoner)._members[0],  # noqa: SLF001 (built by the rig)
                [job(1)],
                keeper=notebook,
                clock=Clock(),
                memory=Memory(),
                context={},
            )
            with pytest.raises(ReasonerError):
                await exchange.ask(PROMPT)
    usage = exchange.usage
    assert (usage.asked > 0, usage.answered, usage.calls) == (asked, answered, 1)
    (call,) = notebook.calls
    assert call.details["paid"] == pytest.approx(usage.asked + usage.answered, abs=0.1)


async def test_nobody_bills_what_was_never_connected() -> None:
    """Where no server is, a question costs a call and nothing else."""
    config = HttpConfig(url="http://127.0.0.1:9/v1", model="m")
    async with HttpReasoner("m", config, None) as reasoner:
        exchange = Exchange(
            thinking(reasoner)._members[0],  # noqa: SLF001 (built by the rig)
            [job(1)],
            keeper=Notebook(),
            clock=Clock(),
            memory=Memory(),
            context={},
        )
        with pytest.raises(ReasonerError):
            await exchange.ask(PROMPT)
    assert (exchange.usage.asked, exchange.usage.calls) == (0, 1)
