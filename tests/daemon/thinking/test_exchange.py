"""One call, written down."""

from rig.thinking import JPEG, Notebook, Oracle, job, thinking

from daemon.clock import Clock
from daemon.thinking.exchange import REMEMBERED, SAME, Exchange, Memory, sameness
from reasoners import Prompt, Said, Turn

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
