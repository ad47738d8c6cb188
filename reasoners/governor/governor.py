"""Decides about every question of all cameras: now, later, together with others, or not at all.

It knows neither models nor sockets. Time is passed in, so a day can be played in a second.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Final, Literal

from reasoners.event import ReasoningState
from reasoners.governor.breaker import TRIP, Breaker, Trip
from reasoners.governor.budget import Budget
from reasoners.governor.effort import Effort, Strain
from reasoners.governor.offer import Experience, Offer
from reasoners.governor.purse import Purse, Short
from reasoners.governor.queue import Queue
from reasoners.governor.ticket import Ended, Grant, Reserved, Ticket, Why

TOGETHER: Final = 8
"""Questions of one scene that ride in one call at most."""

ATTEMPTS: Final = 3
"""Calls for one question at most, over all providers."""

URGENT: Final = 1
"""Priorities up to this one may use what is kept in reserve."""

FORGET: Final = 600.0
"""Seconds after which it counts half who was answered."""

Kind = Literal["unavailable", "rejected", "too_long", "given_up"]


@dataclass(frozen=True, slots=True)
class Failure:
    """How a call failed.

    `unavailable` heals by itself, `rejected` needs a person, `too_long` says that fewer pictures
    may do, `given_up` was our own doing and says nothing of the provider.
    """

    kind: Kind
    reason: str
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What a call took."""

    seconds: float
    asked: float
    """Tokens of question and pictures; estimated where the server does not say."""

    answered: float
    calls: int = 1
    """Requests that were sent; none where the answer was known already."""


def _all(tickets: Sequence[Ticket], _: int) -> int:
    """Let all ride together."""
    return len(tickets)


class Governor:
    """One queue, one purse, and what is known of each provider.

    Every question that was submitted gets exactly one end: by `Ended`, or by whoever was granted
    its call. `jobs = Σ ended + waiting + in_flight` always.

    Args:
        offers: The chain: the first that can is asked.
        budget: Limits.
        most: Questions that may wait.
        at_once: Calls at the same time, over all providers.
        chance: Numbers from 0 to 1 that spread retries.
    """

    def __init__(
        self,
        offers: Sequence[Offer],
        budget: Budget,
        *,
        most: int,
        at_once: int,
        chance: Callable[[], float],
        together: int = TOGETHER,
    ) -> None:
        self.providers = tuple(Experience(offer, Breaker(chance)) for offer in offers)
        self.queue = Queue(most)
        self.purse = Purse(budget)
        self.strain = Strain()
        self.skipped: Counter[Why] = Counter()
        """Questions that ended without an answer, by reason."""

        self.jobs = 0
        self.ended = 0
        self.fits: Callable[[Sequence[Ticket], int], int] = _all
        """How many of the tickets, from the first on, a call to a provider holds; at least one."""

        self.in_flight = 0
        """Questions in calls under way."""

        self.calls = 0
        self.coalesced = 0
        """Questions that rode along in another one's call."""

        self.longest = 0
        """Most that ever waited."""

        self._at_once = at_once
        self._together = together
        self._under_way = 0
        self._forgot: float | None = None

    @property
    def balanced(self) -> bool:
        """Whether every question is accounted for."""
        return self.jobs == self.ended + len(self.queue) + self.in_flight

    def submit(self, ticket: Ticket) -> list[Ended]:
        """Take a question in; return those that end thereby, perhaps this one."""
        self.jobs += 1
        ticket.number = self.jobs
        if not any(self._may(ticket, provider) for provider in self.providers):
            return [self._end(ticket, "skipped_budget", "nobody", "no provider may be asked")]
        gives = self.queue.add(ticket)
        self.longest = max(self.longest, len(self.queue))
        if gives is None:
            return []
        if gives is ticket:
            text = f"{self.queue.most} questions wait already"
            return [self._end(gives, "skipped_budget", "queue_full", text)]
        return [self._end(gives, "skipped_budget", "newer_first", "newer questions went first")]

    def next(self, now: float) -> tuple[Grant | None, list[Ended]]:
        """Return the next call that may begin now, if any, and the questions that ended."""
        self._forget(now)
        ended: list[Ended] = []
        shared: Short | None = None
        granted: Grant | None = None
        for ticket in self.queue:
            if granted is not None and any(ticket is one for one in granted.tickets):
                continue  # it rides along, however late it is
            end = self._hopeless(ticket, now)
            if end is not None:
                self.queue.remove(ticket)
                ended.append(end)
                continue
            if granted is not None or self._under_way >= self._at_once:
                continue
            found = self._free(ticket, now)
            if found is None:
                continue
            short, grant = self._afford(ticket, found, now)
            if short is None:
                granted = grant if shared is None else None
            elif short.until >= ticket.deadline:
                self.queue.remove(ticket)
                ended.append(self._end(ticket, "skipped_budget", short.why, short.text))
            elif short.shared:
                # Whoever is less important must not spend what this one waits for.
                shared = short
        self.strain.observe(self._strained(now), now)
        if granted is not None:
            self._begin(granted, now)
        return granted, ended

    def wake_at(self, now: float) -> float:
        """Return when `next` may have something to say that it has not now; infinity for never."""
        times = [self._wake(ticket, now) for ticket in self.queue]
        return min(times, default=inf)

    def also(self, grant: Grant, now: float) -> Grant | None:
        """Return the grant with one call more, such as for a repair; None if that is too dear."""
        more = self.providers[grant.provider].reserve(grant.images)
        urgent = grant.tickets[0].priority <= URGENT
        if self.purse.short(grant.camera, more, now, urgent=urgent) is not None:
            return None
        self.purse.take(grant.camera, more, now)
        self.providers[grant.provider].calls += 1
        self.calls += 1
        before = grant.reserved
        both = Reserved(
            before.tokens + more.tokens, before.money + more.money, before.calls + more.calls
        )
        return replace(grant, reserved=both)

    def answered(self, grant: Grant, usage: Usage, now: float) -> Trip | None:
        """Note an answer; whoever was granted the call ends its questions."""
        provider = self._over(grant)
        paid = provider.answered(
            usage.seconds, grant.images, usage.asked, usage.answered, usage.calls
        )
        self.purse.settle(grant.camera, grant.reserved, paid, now)
        self.in_flight -= len(grant.tickets)
        self.ended += len(grant.tickets)
        if not usage.calls:
            # Nobody was asked: that says nothing of a provider that may still be down.
            provider.breaker.abandoned(now)
            return None
        return provider.breaker.succeeded()

    def failed(
        self, grant: Grant, failure: Failure, usage: Usage, now: float
    ) -> tuple[list[Ended], Trip | None]:
        """Note a failure; its questions wait for another try, or end."""
        provider = self._over(grant)
        provider.failed += 1
        paid = provider.paid(usage.asked, usage.answered, usage.calls)
        self.purse.settle(grant.camera, grant.reserved, paid, now)
        trip: Trip | None = None
        match failure.kind:
            case "given_up":
                provider.breaker.abandoned(now)
            case "too_long":
                trip = provider.breaker.succeeded()
            case _:
                trip = provider.breaker.failed(
                    failure.reason,
                    now,
                    retry_after=failure.retry_after,
                    hopeless=failure.kind == "rejected",
                )
        self.in_flight -= len(grant.tickets)
        ended: list[Ended] = []
        for ticket in grant.tickets:
            ended += self._again(ticket, grant, failure, now)
        return ended, trip

    def expired(self, grant: Grant, usage: Usage, now: float) -> tuple[list[Ended], Trip | None]:
        """Note that no answer came by the deadline; who has time left waits for another try.

        A provider that answers nobody in time rests as one that fails.
        """
        provider = self._over(grant)
        provider.failed += 1
        paid = provider.paid(usage.asked, usage.answered, usage.calls)
        self.purse.settle(grant.camera, grant.reserved, paid, now)
        self.in_flight -= len(grant.tickets)
        text = "no answer by the deadline"
        trip = provider.breaker.failed(text, now)
        ended: list[Ended] = []
        for ticket in grant.tickets:
            if ticket.deadline <= max(now, grant.deadline):
                ended.append(self._end(ticket, "timeout", "late", text))
            else:
                ended += self._again(ticket, grant, Failure("unavailable", text), now)
        return ended, trip

    def ban(self, place: int, why: str, now: float) -> Trip | None:
        """Note that a provider could not even be made ready: a person must act."""
        breaker = self.providers[place].breaker
        trips = [breaker.failed(why, now, hopeless=True) for _ in range(TRIP)]
        return trips[-1]

    def forgive(self) -> None:
        """Forget every failure: in a replay, no question depends on how fast the last ones went."""
        for provider in self.providers:
            provider.breaker.succeeded()

    def able(self, place: int, *, cloud: bool, now: float) -> bool:
        """Tell whether a provider may be asked about a camera, and can be now.

        Args:
            place: Its place in the chain.
            cloud: Whether pictures of the camera may leave the network.
            now: The present.
        """
        provider = self.providers[place]
        return (cloud or not provider.offer.cloud) and provider.breaker.free_at(now) <= now

    def first(self, *, cloud: bool, now: float) -> int | None:
        """Return the provider that would be asked about a camera now; None if none can be."""
        places = [
            place for place in range(len(self.providers)) if self.able(place, cloud=cloud, now=now)
        ]
        if self.strain.effort.smaller:
            places.sort(key=lambda place: not self.providers[place].offer.smaller)
        return places[0] if places else None

    def close(self) -> list[Ended]:
        """Let nobody wait any longer."""
        text = "shutting down"
        return [
            self._end(ticket, "skipped_budget", "stopping", text) for ticket in self.queue.clear()
        ]

    def _begin(self, grant: Grant, now: float) -> None:
        provider = self.providers[grant.provider]
        for ticket in grant.tickets:
            self.queue.remove(ticket)
            ticket.attempts += 1
        self.queue.served[grant.camera] += 1
        self.purse.take(grant.camera, grant.reserved, now)
        provider.breaker.begin(now)
        provider.in_flight += 1
        provider.calls += 1
        self.calls += 1
        self._under_way += 1
        self.in_flight += len(grant.tickets)
        self.coalesced += len(grant.tickets) - 1

    def _over(self, grant: Grant) -> Experience:
        provider = self.providers[grant.provider]
        provider.in_flight -= 1
        self._under_way -= 1
        return provider

    def _again(self, ticket: Ticket, grant: Grant, failure: Failure, now: float) -> list[Ended]:
        ticket.why = failure.reason
        if failure.kind == "too_long":
            ticket.fewer += 1
        if failure.kind == "rejected" or (failure.kind == "too_long" and grant.images <= 1):
            ticket.tried.add(grant.provider)
        left = ticket.attempts < ATTEMPTS and now < ticket.deadline
        if failure.kind == "given_up" or not left:
            return [self._end(ticket, "error", "unavailable", failure.reason)]
        gives = self.queue.add(ticket)
        if gives is None:
            return []
        if gives is ticket:
            return [self._end(ticket, "error", "unavailable", failure.reason)]
        return [
            self._end(gives, "skipped_budget", "newer_first", "older questions were tried anew")
        ]

    def _end(self, ticket: Ticket, state: ReasoningState, why: Why, reason: str) -> Ended:
        self.ended += 1
        self.skipped[why] += 1
        return Ended(ticket, state, why, reason)

    def _may(self, ticket: Ticket, provider: Experience) -> bool:
        return ticket.cloud or not provider.offer.cloud

    def _hopeless(self, ticket: Ticket, now: float) -> Ended | None:
        """Return the end of a question that nobody can answer in time any more."""
        if now >= ticket.deadline:
            why = "its turn came after its deadline"
            if ticket.why:
                return self._end(ticket, "error", "unavailable", ticket.why)
            return self._end(ticket, "timeout", "late", why)
        able = list(self._able(ticket))
        if not able:
            return self._end(ticket, "error", "unavailable", ticket.why or "nobody can be asked")
        if all(_asks_at(self.providers[place], now) >= ticket.deadline for place in able):
            worst = self.providers[able[0]].breaker
            text = f"not asked: {worst.why}" if worst.why else ticket.why
            return self._end(ticket, "error", "unavailable", text)
        left = ticket.deadline - now
        if all((self.providers[place].fastest or 0.0) > left for place in able):
            for place in able:
                self.providers[place].doubt()
            return self._end(ticket, "timeout", "slow", "no provider ever answered so fast")
        return None

    def _able(self, ticket: Ticket) -> Iterable[int]:
        """Go through those who may be asked, in the order of the chain."""
        places = [
            place
            for place, provider in enumerate(self.providers)
            if self._may(ticket, provider) and place not in ticket.tried
        ]
        if self.strain.effort.smaller:
            places.sort(key=lambda place: not self.providers[place].offer.smaller)
        if ticket.first is not None:
            places.sort(key=lambda place: place != ticket.first)
        return places

    def _free(self, ticket: Ticket, now: float) -> int | None:
        """Return the provider that can be asked now."""
        for place in self._able(ticket):
            provider = self.providers[place]
            busy = provider.in_flight >= provider.offer.at_once
            if provider.breaker.free_at(now) <= now:
                # Waiting for the first is better than asking the second as long as it answers.
                return None if busy else place
        return None

    def _afford(self, ticket: Ticket, place: int, now: float) -> tuple[Short | None, Grant]:
        provider = self.providers[place]
        # Who has less time than any answer ever took would cut the others' time short.
        least = now + (provider.fastest or 0.0)
        tickets = tuple(
            one
            for one in self.queue.together(ticket, self._together)
            if one is ticket or one.deadline >= least
        )
        tickets = tickets[: max(1, self.fits(tickets, place))]
        images = self._images(tickets, provider, self.strain.effort)
        reserved = provider.reserve(images)
        short = self.purse.short(ticket.camera, reserved, now, urgent=ticket.priority <= URGENT)
        deadline = min(one.deadline for one in tickets)
        return short, Grant(
            tickets, place, self.strain.effort, images, reserved, ticket.camera, deadline
        )

    def _images(self, tickets: Sequence[Ticket], provider: Experience, effort: Effort) -> int:
        images = max(ticket.images for ticket in tickets)
        fewer = max(ticket.fewer for ticket in tickets)
        for most in (effort.images, provider.images):
            images = images if most is None else min(images, most)
        return max(1, images >> fewer)

    def _wake(self, ticket: Ticket, now: float) -> float:
        able = list(self._able(ticket))
        free = min((self.providers[place].breaker.free_at(now) for place in able), default=now)
        wake = ticket.deadline
        if now < free < inf:
            wake = min(wake, free)
        elif free <= now and self._under_way < self._at_once:
            place = self._free(ticket, now)
            if place is not None:
                short, _ = self._afford(ticket, place, now)
                wake = min(wake, now if short is None else short.until)
        return wake

    def _strained(self, now: float) -> float:
        """Return how full everything is: the queue, what waits against its time, the purse."""
        waiting = len(self.queue)
        full = waiting / self.queue.most
        latency = self.providers[0].latency
        if latency is not None and waiting:
            left = min(max(0.1, ticket.deadline - now) for ticket in self.queue)
            full = max(full, waiting * latency / self._at_once / (2 * left))
        return max(min(1.0, full), self.purse.strain(now))

    def _forget(self, now: float) -> None:
        if self._forgot is None:
            self._forgot = now
        while now - self._forgot >= FORGET:
            self._forgot += FORGET
            self.queue.forget()


def _asks_at(provider: Experience, now: float) -> float:
    """Return when a provider may be asked, if the probe under way should fail."""
    free = provider.breaker.free_at(now)
    return now if free == inf else free
