"""From a question to its verdict: prompt, reply, at most one repair, grounding.

Knows no server: whoever asks is handed in, and so is the permission for a further call.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from reasoners.errors import ReplyInvalid, ReplyRefused, ReplyTruncated
from reasoners.prompt import Prompt, Said
from reasoners.syntax import Parsed
from reasoners.verdict import Job, Verdict
from reasoners.vlm.call import Call, Stage, call
from reasoners.vlm.caption import unanswered
from reasoners.vlm.extraction import captioned
from reasoners.vlm.form import DESCRIPTION
from reasoners.vlm.grounding import ground
from reasoners.vlm.limits import Limits
from reasoners.vlm.policy import decision
from reasoners.vlm.prompt import prompt, repair
from reasoners.vlm.reply import Reply, caption, plain, read
from reasoners.vlm.syntax.naming import spoken
from reasoners.vlm.syntax.reading import read as understood
from reasoners.vlm.syntax.words import Language
from reasoners.vlm.thrift import Thrift

Ask = Callable[[Prompt], Awaitable[Said]]

JPEG: Final = b"\xff\xd8\xff"


@dataclass(frozen=True, slots=True)
class Grammar:
    """Who parses captions; where they say None, the dictionary reads."""

    language: Language
    parse: Callable[[str], Awaitable[Parsed | None]]


async def judge(
    ask: Ask,
    jobs: Sequence[Job],
    limits: Limits,
    again: Callable[[], bool],
    thrift: Thrift | None = None,
    grammar: Grammar | None = None,
) -> tuple[Verdict, ...]:
    """Return a verdict for each job.

    Args:
        ask: Asks the model.
        jobs: At most as many as `reasoners.vlm.call.together` says.
        limits: Room of the call.
        again: Whether one more call may be made: to repair a bad reply, or for the full report
            after the bare answers.
        thrift: Learns whether asking for the bare answers first was worth it.
        grammar: Who parses captions; None leaves them to the dictionary.

    Raises:
        ReasonerError: Whatever `ask` raises, but what says that the reply is no good.
    """
    bare = limits.short_first and not limits.prose and _asked(jobs)
    stage: Stage = "short" if bare else "full"
    said: list[Said] = []
    verdicts = await _stage(ask, call(jobs, limits, stage), again, said, grammar)
    more = stage == "short" and _worth_it(jobs, verdicts)
    if thrift is not None and bare:
        thrift.note(followed=more)
    elif thrift is not None and not limits.prose:
        thrift.full()
    if more and again():
        full = await _stage(ask, call(jobs, limits), again, said)
        # Bare answers are still answers: a report that is off the form takes none of them back.
        verdicts = full if all(verdict.answers for verdict in full) else verdicts
    return tuple(_dated(verdict, said) for verdict in verdicts)


async def _stage(
    ask: Ask,
    asked: Call,
    again: Callable[[], bool],
    said: list[Said],
    grammar: Grammar | None = None,
) -> tuple[Verdict, ...]:
    question = prompt(asked)
    images = question.images
    if not images or not all(image.startswith(JPEG) for image in images):
        return _all(asked, Verdict("error", reason="there is no picture to ask about"))
    try:
        return ground(await _heard(ask, question, asked, again, said, grammar), asked)
    except ReplyTruncated as error:
        if asked.stage == "short" or not asked.questions or said or not again():
            return _all(asked, Verdict("invalid", reason=str(error)))
        # What was asked is worth more than the report that there was no room for.
        return await _stage(ask, call(asked.jobs, asked.limits, "short"), _never, said, grammar)
    except ReplyRefused as error:
        return _all(asked, Verdict("refused", reason=str(error)))
    except ReplyInvalid as error:
        return _all(asked, Verdict("invalid", reason=str(error)))


async def _heard(
    ask: Ask,
    question: Prompt,
    asked: Call,
    again: Callable[[], bool],
    said: list[Said],
    grammar: Grammar | None,
) -> Reply:
    """Ask, and once more where the reply is off the form and that may be paid for."""
    if asked.limits.prose:
        said.append(await ask(question))
        return await _captioned(caption(said[-1].text), asked, grammar)
    before = len(said)
    try:
        said.append(await ask(question))
        return read(said[-1].text, asked)
    except ReplyInvalid as problem:
        if len(said) == before or not again():
            raise
        told = str(problem)
    # Whoever does not hold answers to their form has not seen it yet, unless that was known.
    spell = asked.limits.enforced
    said.append(await ask(repair(question, said[-1].text, told, spell=spell)))
    return read(said[-1].text, asked)


def _never() -> bool:
    """Allow no further call."""
    return False


async def _captioned(text: str, asked: Call, grammar: Grammar | None) -> Reply:
    """Read a caption by its grammar, or by the dictionary where nobody parses it."""
    described = plain(text)[:DESCRIPTION]
    told = spoken(described, asked)
    parsed = await grammar.parse(told.text) if grammar is not None and told.text else None
    if grammar is None or parsed is None:
        return captioned(text, asked)
    return unanswered(understood(described, told, parsed, grammar.language, asked), asked)


def _asked(jobs: Sequence[Job]) -> bool:
    return all(job.asked for job in jobs)


def _worth_it(jobs: Sequence[Job], verdicts: Sequence[Verdict]) -> bool:
    """Tell whether a full report is worth another call: not where a plain no is all there is."""
    for job, verdict in zip(jobs, verdicts, strict=True):
        if not verdict.answers:
            return False
        first = verdict.answers[0]
        said = decision(job.asked[0], first.answer, first.confidence or 0.0)
        if said != "denies" or job.event.severity != "info":
            return True
    return False


def _all(asked: Call, verdict: Verdict) -> tuple[Verdict, ...]:
    return (verdict,) * len(asked.jobs)


def _dated(verdict: Verdict, said: Sequence[Said]) -> Verdict:
    tokens = [one.tokens for one in said if one.tokens is not None]
    return replace(
        verdict,
        model=said[-1].model if said else None,
        tokens=sum(tokens) if tokens else None,
        latency_s=round(sum(one.latency_s for one in said), 3) if said else None,
    )
