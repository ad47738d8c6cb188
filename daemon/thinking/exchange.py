"""One call to a model: written down before it goes and after it came, repeated by nobody."""

import hashlib
import json
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from daemon.clock import Clock
from daemon.thinking.keeping import pictures
from daemon.thinking.member import Member
from daemon.thinking.taping import Taping
from reasoners import Job, Prompt, ReasonerError, ReplyTruncated, Said
from reasoners.governor.governor import Usage
from reasoners.prompt import digest
from reasoners.providers.tape import Outcome, failed, heard, late
from sinks import Departure
from sinks.journal import REPEATED, UNDER_WAY, Call, Question

REMEMBERED: Final = 64
"""Answers kept for the case that the very same is asked again."""

SAME: Final = 600.0
"""Seconds for which they are good."""

LETTERS: Final = 4.0
"""Letters of a token, where nobody counts them."""

PICTURE: Final = 1000.0
"""Tokens of a picture, likewise."""


class Keeper(Protocol):
    """Where questions and calls are written down; the daemon's recorder."""

    def open_question(self, question: Question) -> None:
        """Keep a question over restarts until it is closed."""
        ...

    def close_question(self, event: str) -> None:
        """Forget a question that has its terminal state."""
        ...

    def begin_call(self, call: Call) -> None:
        """Keep that an exchange with a model is under way, in case nothing comes after."""
        ...

    def record_call(self, call: Call) -> None:
        """Keep an exchange with a model."""
        ...

    async def depart(self, departure: Departure) -> None:
        """Write into the ledger what may then leave the box."""
        ...


class Memory:
    """Answers given a moment ago, by what was shown and asked.

    Args:
        fresh: Seconds for which they are good.
    """

    def __init__(self, fresh: float = SAME) -> None:
        self._fresh = fresh
        self._said: OrderedDict[str, tuple[float, Said]] = OrderedDict()

    def find(self, key: str, now: float) -> Said | None:
        """Return the answer to the very same, if it is fresh."""
        found = self._said.get(key)
        return found[1] if found is not None and now - found[0] < self._fresh else None

    def keep(self, key: str, said: Said, now: float) -> None:
        """Remember an answer."""
        self._said[key] = (now, said)
        self._said.move_to_end(key)
        while len(self._said) > REMEMBERED:
            self._said.popitem(last=False)


class Exchange:
    """Asks a model about jobs, and keeps account of it.

    Args:
        member: Who is asked.
        jobs: What about.
        keeper: Where it is written down.
        clock: Dates it.
        memory: What was answered before.
        context: What `lookout why` shows beside: budget, effort, waiting.
        taping: Records it, pictures included.
    """

    def __init__(
        self,
        member: Member,
        jobs: Sequence[Job],
        *,
        keeper: Keeper,
        clock: Clock,
        memory: Memory,
        context: Mapping[str, Any],
        taping: Taping | None = None,
    ) -> None:
        self.sent = 0
        """Requests that went to the model."""

        self.spared = 0
        """Requests that did not, because the answer was known."""

        self._member = member
        self._jobs = jobs
        self._keeper = keeper
        self._clock = clock
        self._memory = memory
        self._context = context
        self._taping = taping
        self._asked = 0.0
        self._answered = 0.0
        self._began = time.monotonic()
        self._at = 0.0
        """Unix seconds at which the last request went out."""

        self._under_way: Prompt | None = None
        self._named: tuple[Prompt, str, tuple[str, ...]] | None = None

    async def ask(self, prompt: Prompt) -> Said:
        """Ask, unless the very same was answered a moment ago."""
        key = sameness(self._jobs, prompt, self._member.offer.name)
        now = time.monotonic()
        known = self._memory.find(key, now)
        if known is not None:
            self.spared += 1
            self._at = self._now()
            self._write(prompt, known.text, REPEATED, {})
            return known
        await self._ledger(prompt)
        self._depart(prompt)
        began = time.monotonic()
        try:
            said = await self._member.reasoner.complete(prompt)
        except ReasonerError as error:
            self._under_way = None
            took = round(time.monotonic() - began, 3)
            most = self._member.offer.max_tokens if isinstance(error, ReplyTruncated) else 0.0
            paid = self._pay(_tokens(prompt), most) if error.billed else self._pay(0.0)
            self._write(prompt, "", str(error), {"latency_s": took} | paid)
            self._tape(prompt, failed(error))
            raise
        self._under_way = None
        asked = _tokens(prompt) if said.asked is None else said.asked
        answered = len(said.text) / LETTERS if said.answered is None else said.answered
        self._memory.keep(key, said, time.monotonic())
        timing = {
            "first_s": said.first_s,
            "latency_s": said.latency_s,
            "tokens": said.tokens,
            "bytes": said.bytes_sent,
        }
        self._write(prompt, said.text, "answered", timing | self._pay(asked, answered))
        self._tape(prompt, heard(said))
        return said

    def cut_off(self, why: str) -> None:
        """Note that the request under way, if there is one, was given up."""
        if self._under_way is not None:
            took = round(time.monotonic() - self._began, 3)
            # Whoever serves it bills what was written until then, and does not say how much.
            paid = self._pay(_tokens(self._under_way), self._member.offer.max_tokens)
            self._write(self._under_way, "", why, {"latency_s": took} | paid)
            self._tape(self._under_way, late(why))
            self._under_way = None

    @property
    def usage(self) -> Usage:
        """What it took so far."""
        took = time.monotonic() - self._began
        return Usage(took, self._asked, self._answered, self.sent)

    def _depart(self, prompt: Prompt) -> None:
        """Note that a request is about to go, and what it may take at most: a crash may be next."""
        self.sent += 1
        self._under_way = prompt
        self._at = self._now()
        most = self._cost(_tokens(prompt), self._member.offer.max_tokens)
        self._keeper.begin_call(self._call(prompt, "", UNDER_WAY, most))

    def _pay(self, asked: float, answered: float = 0.0) -> dict[str, float]:
        """Add to what it took."""
        self._asked += asked
        self._answered += answered
        return self._cost(asked, answered)

    def _cost(self, asked: float, answered: float) -> dict[str, float]:
        """Say what of it counts against budgets, which a restart is not to forget."""
        money = self._member.offer.price.of(asked, answered)
        return {"paid": round(asked + answered, 1), "money": round(money, 9)}

    def _names(self, prompt: Prompt) -> tuple[str, tuple[str, ...]]:
        """Name a prompt and its pictures, once: that is to hash a megabyte."""
        if self._named is None or self._named[0] is not prompt:
            pictures = tuple(digest(image) for image in prompt.images)
            self._named = prompt, prompt.digest, pictures
        return self._named[1:]

    def _now(self) -> float:
        return round(self._clock.now(), 3)

    async def _ledger(self, prompt: Prompt) -> None:
        """Write down, before they go, which pictures leave the box."""
        offer = self._member.offer
        if not offer.host or offer.host in {"127.0.0.1", "::1", "localhost"}:
            return
        of = {image: job.event.id for job in reversed(self._jobs) for image in pictures(job)}
        for image in prompt.images:
            await self._keeper.depart(
                Departure.of(
                    image,
                    at=self._clock.now(),
                    kind="question",
                    part=offer.name,
                    host=offer.host,
                    camera=self._jobs[0].event.camera,
                    event=of.get(image, self._jobs[0].event.id),
                )
            )

    def _write(self, prompt: Prompt, reply: str, outcome: str, more: Mapping[str, Any]) -> None:
        self._keeper.record_call(self._call(prompt, reply, outcome, more))

    def _tape(self, prompt: Prompt, outcome: Outcome) -> None:
        if self._taping is not None:
            about = {
                "at": self._at,
                "events": [job.event.id for job in self._jobs],
                "provider": self._member.offer.name,
                "model": self._member.model,
            }
            self._taping.note(self._jobs[0].event.camera, prompt, outcome, about)

    def _call(self, prompt: Prompt, reply: str, outcome: str, more: Mapping[str, Any]) -> Call:
        name, pictures = self._names(prompt)
        return Call(
            at=self._at,
            events=tuple(job.event.id for job in self._jobs),
            camera=self._jobs[0].event.camera,
            provider=self._member.offer.name,
            model=self._member.model,
            digest=name,
            prompt=prompt.text,
            pictures=pictures,
            reply=reply,
            outcome=outcome,
            details={**self._context, **more},
        )


def sameness(jobs: Sequence[Job], prompt: Prompt, provider: str) -> str:
    """Name what is shown and asked, leaving out what only says when, and what was said before.

    Pictures carry the numbers of tracks: the same pictures speak of the same tracks.
    """
    whole = {
        "provider": provider,
        "camera": jobs[0].event.camera,
        "turns": len(prompt.turns),
        "said": prompt.turns[-1].parts[0] if len(prompt.turns) > 2 else "",  # noqa: PLR2004 (a repair)
        "pictures": [digest(image) for image in prompt.images],
        "questions": [
            [asked.name, asked.text, asked.kind, *asked.choices]
            for job in jobs
            for asked in job.asked
        ],
        "beside": [job.beside for job in jobs],
        "form": _bare(prompt.form),
    }
    return hashlib.sha256(json.dumps(whole, sort_keys=True, default=str).encode()).hexdigest()


def _bare(form: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return a form without the short answer that it allows where something was said before."""
    report = (form or {}).get("properties", {}).get("report", {})
    if form is None or "anyOf" not in report:
        return form
    return {**form, "properties": {**form["properties"], "report": report["anyOf"][-1]}}


def _tokens(prompt: Prompt) -> float:
    return len(prompt.text) / LETTERS + PICTURE * len(prompt.images)
