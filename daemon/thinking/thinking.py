"""The one queue in front of all models, running: what is granted is asked and concluded."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from math import inf
from typing import Any, Final

from daemon.clock import Clock
from daemon.thinking.exchange import Exchange, Keeper, Memory
from daemon.thinking.figures import Flat, ThinkingFigures, captions, flat, minded
from daemon.thinking.keeping import kept, pictures
from daemon.thinking.member import Member
from daemon.thinking.minding import Minding
from daemon.thinking.opinions import More, Opinions
from daemon.thinking.taping import Taping
from daemon.thinking.trying import Trying
from reasoners import (
    Job,
    Limits,
    QuestionTooLong,
    ReasonerError,
    ReasonerRejected,
    Verdict,
)
from reasoners.governor.breaker import Trip
from reasoners.governor.governor import Failure, Governor
from reasoners.governor.ticket import Ended, Grant, Reserved, Ticket, priority
from reasoners.vlm.call import together
from reasoners.vlm.judging import judge
from sinks.journal import Spent

logger = logging.getLogger(__name__)

LOOK: Final = 1.0
"""Seconds after which the queue is looked at, even if nothing happened."""

Conclude = Callable[[str, Verdict], Awaitable[None]]
"""Publishes a verdict as a new revision of its event."""

Told = Callable[[str, str], None]
"""Hears the kind of a notice and its text."""


@dataclass(slots=True)
class _Asked:
    job: Job
    ticket: Ticket
    conclude: Conclude
    more: More | None
    first: Verdict | None = None
    """What was said before another opinion was asked for."""


def _nobody(kind: str, text: str) -> None:
    """Tell nobody."""


class Thinking:
    """Takes questions in, has them answered, and gives every one its terminal state.

    Args:
        members: The chain of models, in the order of the governor's providers.
        governor: Decides.
        keeper: Where questions and calls are written down.
        clock: Dates them.
        beat: Tells the watchdog that we get on.
        told: Hears when a model fails for good, and when it works again.
        outside: Tells whether pictures of a camera may leave the network.
        in_turn: Whether `ask` returns only when the question has its end, as in a replay.
        minding: What is remembered between questions.
        opinions: When somebody else is asked besides.
    """

    def __init__(  # noqa: PLR0913 (where models, governor, journal and lines meet)
        self,
        members: Sequence[Member],
        governor: Governor,
        *,
        keeper: Keeper,
        clock: Clock,
        beat: Callable[[], None],
        told: Told = _nobody,
        outside: Callable[[str], bool] = lambda _: True,
        in_turn: bool = False,
        minding: Minding | None = None,
        opinions: Opinions | None = None,
    ) -> None:
        self.minding = minding or Minding()
        self.opinions = opinions or Opinions()
        self.figures = ThinkingFigures()
        self.governor = governor
        self.taping: Taping | None = None
        """Records every exchange, pictures included."""

        self._members = members
        self._keeper = keeper
        self._clock = clock
        self._beat = beat
        self._told = told
        self._outside = outside
        self._in_turn = in_turn
        # A replay is not to depend on how fast it goes.
        self._memory = Memory(0.0) if in_turn else Memory()
        self._asked: dict[str, _Asked] = {}
        self._changed = asyncio.Event()
        self._ends: dict[str, asyncio.Event] = {}
        self._trying = Trying(members, governor)
        self._tries: set[asyncio.Task[None]] = set()
        self._closed = False
        governor.fits = self._fits

    def limits(self, camera: str) -> Limits:
        """Return what pictures to take of a camera now: for whoever would be asked about it."""
        effort = self.governor.strain.effort
        place = self.governor.first(cloud=self._outside(camera), now=_now())
        member = self._members[place or 0]
        most = min(member.limits.images, effort.images or member.limits.images)
        return member.room(most, effort)

    def recall(self, spent: Sequence[Spent]) -> None:
        """Note what the last hour took before we began: a restart is no new budget."""
        now = asyncio.get_running_loop().time()
        for one in sorted(spent, key=lambda one: -one.age):
            used = Reserved(one.tokens, one.money)
            self.governor.purse.recall(one.camera, used, now - one.age)

    async def ask(self, job: Job, conclude: Conclude, more: More | None = None) -> None:
        """Take a question in; never waits for the model, except in a replay.

        Args:
            job: What is asked.
            conclude: Gets its terminal answer, once.
            more: Takes other frames of its event, for a second opinion.
        """
        now = asyncio.get_running_loop().time()
        event = job.event
        ticket = Ticket(
            event.id,
            event.camera,
            priority(event.severity, held=job.held),
            now,
            now + job.deadline,
            scene=event.camera,
            images=max(1, sum(1 for _ in pictures(job))),
            cloud=self._outside(event.camera),
        )
        asked = _Asked(job, ticket, conclude, more)
        self.figures.jobs += 1
        if self._closed or ticket.key in self._asked:
            reason = "shutting down" if self._closed else "a question about it is open already"
            await self._conclude(asked, Verdict("skipped_budget", reason=reason))
            return
        if self._in_turn:
            self.governor.forgive()
        self._asked[ticket.key] = asked
        ended = self._ends[ticket.key] = asyncio.Event()
        self._keeper.open_question(kept(job, self._clock.now() + job.deadline))
        await self._end(self.governor.submit(ticket))
        self._changed.set()
        if self._in_turn:
            await ended.wait()

    async def run(self) -> None:
        """Answer until closed and empty. Cancelling leaves questions open; see `abandon`."""
        async with AsyncExitStack() as stack:
            for place, member in enumerate(self._members):
                try:
                    await stack.enter_async_context(member.reasoner)
                except ReasonerError as error:
                    self._tell(member, self.governor.ban(place, str(error), _now()))
                if member.parser is not None:
                    member.parser.told = self._told
                    await stack.enter_async_context(member.parser)
                    if self._in_turn:
                        # What a replay says is not to depend on how fast a pipeline is loaded.
                        with contextlib.suppress(ReasonerError):
                            await member.parser.settled()
            if self._in_turn:
                await self._trying.introduce()
            try:
                async with asyncio.TaskGroup() as group:
                    await self._dispatch(group)
                    # Nobody is asked any more: what a model could do is of no use now.
                    for task in self._tries:
                        task.cancel()
            finally:
                if self.taping is not None:
                    self.taping.close()

    async def close(self) -> None:
        """Take no more questions; those that wait are ended as `skipped_budget`."""
        self._closed = True
        await self._end(self.governor.close())
        self._changed.set()

    def abandon(self) -> None:
        """Let go of every question still open: whoever stopped us gave their events their end."""
        self.figures.terminal["error"] += self.figures.pending
        for key in list(self._asked):
            self._forget(key)

    def stats(self) -> Flat:
        """Flatten for `stats`."""
        told = flat(self.figures, self.governor) | minded(self.minding, self.opinions)
        told |= captions(self._members)
        return told | (self.taping.figures if self.taping else {})

    def expire(self, now: float) -> None:
        """Let go of recorded exchanges that are too old; `now` in Unix seconds."""
        if self.taping is not None:
            self.taping.expire(now)

    async def _dispatch(self, group: asyncio.TaskGroup) -> None:
        loop = asyncio.get_running_loop()
        while not (self._closed and not self.governor.in_flight and not self.governor.queue):
            self._beat()
            self._changed.clear()
            if not self._in_turn:
                self._try_out(group, loop.time())
            grant, ended = self.governor.next(loop.time())
            for end in ended:
                group.create_task(self._end([end]), name=f"reasoner-end-{end.ticket.key}")
            if grant is not None:
                group.create_task(self._call(grant), name=f"reasoner-{grant.tickets[0].key}")
                continue
            now = loop.time()
            wake = self.governor.wake_at(now)
            await self._wait(LOOK if wake == inf else max(0.005, min(LOOK, wake - now)))

    def _try_out(self, group: asyncio.TaskGroup, now: float) -> None:
        """Begin to try out who is to be, beside the questions."""
        for place in self._trying.begin(now):
            name = f"reasoner-{self._members[place].offer.name}"
            task = group.create_task(self._trying.try_out(place), name=name)
            self._tries.add(task)
            task.add_done_callback(self._tries.discard)

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            pass

    def _fits(self, tickets: Sequence[Ticket], provider: int) -> int:
        """Tell how many of the questions fit into one call."""
        jobs = [self._asked[ticket.key].job for ticket in tickets if ticket.key in self._asked]
        return together(jobs, self._members[provider].limits)

    async def _call(self, grant: Grant) -> None:
        """Ask what was granted, and end it or let it wait for another try."""
        loop = asyncio.get_running_loop()
        member = self._members[grant.provider]
        asked = [self._asked[ticket.key] for ticket in grant.tickets]
        jobs = [self.minding.minded(one.job) for one in asked]
        exchange = Exchange(
            member,
            jobs,
            keeper=self._keeper,
            clock=self._clock,
            memory=self._memory,
            context=self._context(grant),
            taping=self.taping,
        )
        held = [grant]

        def again() -> bool:
            more = self.governor.also(held[0], loop.time())
            if more is None:
                return False
            held[0] = more
            self.figures.repaired += 1
            return True

        verdicts: Sequence[Verdict] = ()
        failure: Failure | None = None
        expired = False
        limits = member.room(grant.images, grant.effort)
        try:
            async with asyncio.timeout_at(grant.deadline):
                grammar = member.grammar(grant.deadline)
                verdicts = await judge(exchange.ask, jobs, limits, again, member.thrift, grammar)
        except TimeoutError:
            expired = True
            exchange.cut_off("no answer by the deadline")
        except ReasonerError as error:
            failure = _failure(error)
        except asyncio.CancelledError:
            exchange.cut_off("the daemon was stopped")
            logger.info("question about event %s was cut off", grant.tickets[0].key)
            raise
        self.figures.repeated += exchange.spared
        now, usage = loop.time(), exchange.usage
        ends: list[Ended] = []
        if failure is not None:
            ends, trip = self.governor.failed(held[0], failure, usage, now)
        elif expired:
            ends, trip = self.governor.expired(held[0], usage, now)
        else:
            trip = self.governor.answered(held[0], usage, now)
        self._tell(member, trip)
        self._changed.set()
        await self._end(ends)
        for one, job, verdict in zip(asked, jobs, verdicts, strict=False):
            self.minding.take(job, verdict)
            if not await self._doubted(one, job, verdict, grant.provider):
                await self._conclude(one, verdict)

    async def _doubted(self, one: _Asked, job: Job, verdict: Verdict, by: int) -> bool:
        """Ask for a second opinion where a verdict calls for one; tell whether one is under way."""
        ticket, now = one.ticket, _now()
        if one.first is not None or self._closed:
            return False
        if not self.opinions.calls_for(job, verdict, ticket.deadline - now):
            return False
        other = self._other(ticket, by)
        fresh = None if one.more is None else await one.more(job)
        if self._closed or (other is None and fresh is None):
            self.opinions.outcomes["nobody"] += 1
            return False
        one.first = verdict
        one.job = job if fresh is None else fresh
        one.ticket = replace(
            ticket,
            scene="",
            images=max(1, sum(1 for _ in pictures(one.job))),
            attempts=0,
            fewer=0,
            tried=set(),
            first=by if other is None else other,
            why="",
        )
        self.opinions.asked += 1
        await self._end(self.governor.submit(one.ticket))
        self._changed.set()
        return True

    def _other(self, ticket: Ticket, by: int) -> int | None:
        """Return another model that may be asked: the one for this, or the next in the chain."""
        wished = self.opinions.by
        places = range(len(self._members)) if wished is None else (wished,)
        return next(
            (
                place
                for place in places
                if place != by and self.governor.able(place, cloud=ticket.cloud, now=_now())
            ),
            None,
        )

    def _context(self, grant: Grant) -> dict[str, Any]:
        """Say what `lookout why` shows of budget and waiting."""
        now = asyncio.get_running_loop().time()
        purse, first = self.governor.purse, grant.tickets[0]
        return {
            "waited_s": round(now - first.asked_at, 3),
            "deadline_s": round(grant.deadline - now, 3),
            "attempt": first.attempts,
            "together": len(grant.tickets),
            "effort": self.governor.strain.step,
            "images": grant.images,
            "waiting": len(self.governor.queue),
            "budget": purse.standing(first.camera, now),
            "spent_calls": round(purse.spent("calls")),
            "spent_tokens": round(purse.spent("tokens")),
            "spent_money": round(purse.spent("money"), 6),
        }

    def _tell(self, member: Member, trip: Trip | None) -> None:
        if trip is None:
            return
        name = member.offer.name
        if trip.circuit == "open":
            why = self.governor.providers[self._members.index(member)].breaker.why
            text = f"{name}: not asked for {trip.seconds:.0f} s: {why}"
            logger.warning("%s", text)
            self._told("degraded", text)
        else:
            self._trying.back(self._members.index(member), _now())
            logger.info("%s: answers again", name)
            self._told("recovered", f"{name} answers again")

    async def _end(self, ends: Sequence[Ended]) -> None:
        for end in ends:
            asked = self._asked.get(end.ticket.key)
            if asked is not None:
                await self._conclude(asked, Verdict(end.state, reason=end.reason))

    async def _conclude(self, asked: _Asked, verdict: Verdict) -> None:
        if asked.first is not None:
            verdict = self.opinions.merge(asked.job, asked.first, verdict)
        self.figures.terminal[verdict.state] += 1
        try:
            await asked.conclude(asked.job.event.id, verdict)
        finally:
            self._forget(asked.ticket.key)

    def _forget(self, key: str) -> None:
        """Let a question go that has its end, here and in the journal."""
        if self._asked.pop(key, None) is not None:
            self._keeper.close_question(key)
        ended = self._ends.pop(key, None)
        if ended is not None:
            ended.set()


def _now() -> float:
    return asyncio.get_running_loop().time()


def _failure(error: ReasonerError) -> Failure:
    if isinstance(error, QuestionTooLong):
        return Failure("too_long", str(error))
    if isinstance(error, ReasonerRejected):
        return Failure("rejected", str(error))
    return Failure("unavailable", str(error), getattr(error, "retry_after", None))
