"""A day of many cameras under a clock of its own: events in, the governor's decisions out."""

import heapq
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import exp, pi, sin
from typing import Final

from reasoners.governor.budget import Budget
from reasoners.governor.governor import Failure, Governor, Usage
from reasoners.governor.offer import Offer
from reasoners.governor.ticket import Ended, Grant, Ticket, priority

HOUR: Final = 3600.0
MINUTE: Final = 60.0

SEVERITIES: Final = (("alert", 0.05), ("warning", 0.2), ("info", 0.75))
TEXT: Final = 900.0
PICTURE: Final = 700.0
"""Tokens of a question's words, and of each of its pictures."""

ANSWERED: Final = (80.0, 250.0)
"""Tokens of an answer, from and to."""

LATENCIES: Final = (1.2, 1.4, 1.6, 1.9, 2.4, 3.1, 4.5, 8.0)
"""Seconds an answer takes, where nothing was measured; drawn from."""

Happening = tuple[float, str, str]
"""Seconds since midnight, camera and severity of an event."""

Latency = Callable[[random.Random, int, float], float]
"""Draws the seconds an answer takes: by the pictures of the question and the tokens answered."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens in a day."""

    cameras: int = 64
    hours: float = 24.0
    per_hour: float = 12.0
    """Events of a camera, on average; few at night, many by day."""

    burst_at: float = 15.0
    """Hour at which every camera sees something at the same time: a storm, a light that fails."""

    down: tuple[float, float] = (9.0, 9.5)
    """Hours between which the server answers nobody."""

    deadline: float = 20.0
    seed: int = 0


@dataclass(slots=True)
class Told:
    """What came of it."""

    asked: list[tuple[float, int]] = field(default_factory=list)
    """Time and priority of each question."""

    calls: list[float] = field(default_factory=list)
    tokens: list[tuple[float, float]] = field(default_factory=list)
    paid: list[tuple[float, float]] = field(default_factory=list)
    """Tokens of question and answer of every call that was paid for."""

    ends: dict[str, list[str]] = field(default_factory=dict)
    """States of each question; one each, if all is well."""

    by_priority: dict[int, Counter[str]] = field(default_factory=dict)
    waiting: list[tuple[float, int]] = field(default_factory=list)
    steps: list[tuple[float, int]] = field(default_factory=list)
    longest: int = 0
    unbalanced: int = 0
    accounts_off: float = 0.0
    """By how much the purse's calls, tokens and money differ from what the calls took, in sum."""

    passed_over: int = 0
    """Calls that went to a less important question while a more important one of the same budget
    could have gone."""


def replayed(plan: Plan, clips: Sequence[Sequence[float]], long: float) -> list[Happening]:
    """Let every camera show one clip again and again, few times at night and many by day.

    Args:
        plan: Of `per_hour` plays of a clip.
        clips: Seconds at which something begins in each, as a replay of it told.
        long: Seconds that pass at least from one play to the next.
    """
    chance = random.Random(plan.seed)  # noqa: S311 (a story, no secret)
    found: list[Happening] = []
    for number in range(plan.cameras):
        clip, now = clips[number % len(clips)], 0.0
        starts = [plan.burst_at * HOUR + chance.uniform(0, 20)]
        while now < plan.hours * HOUR:
            starts.append(now)
            now += long + chance.expovariate(plan.per_hour * _daylight(now) / HOUR)
        found += [
            (start + at, f"cam{number}", _severity(chance)) for start in starts for at in clip
        ]
    return sorted(event for event in found if event[0] < plan.hours * HOUR)


def events(plan: Plan) -> list[Happening]:
    """Draw time, camera and severity of every event, in order."""
    chance = random.Random(plan.seed)  # noqa: S311 (a story, no secret)
    found: list[Happening] = []
    for number in range(plan.cameras):
        busy = exp(chance.gauss(0, 0.8))
        now = 0.0
        while now < plan.hours * HOUR:
            rate = plan.per_hour * busy * _daylight(now) / HOUR
            now += chance.expovariate(rate)
            found.append((now, f"cam{number}", _severity(chance)))
        if plan.burst_at < plan.hours:
            at = plan.burst_at * HOUR + chance.uniform(0, 20)
            found += [(at + later, f"cam{number}", _severity(chance)) for later in range(0, 40, 8)]
    return sorted(event for event in found if event[0] < plan.hours * HOUR)


def _daylight(now: float) -> float:
    """Return how much goes on at a time of the day: a tenth of noon at night."""
    return 0.15 + max(0.0, sin(pi * ((now / HOUR) % 24 - 6) / 14))


def _usual(chance: random.Random, images: int, answered: float) -> float:  # noqa: ARG001 (a `Latency`)
    return chance.choice(LATENCIES)


def live(
    plan: Plan,
    offers: tuple[Offer, ...],
    budget: Budget,
    *,
    most: int = 64,
    coming: Sequence[Happening] | None = None,
    latency: Latency = _usual,
) -> Told:
    """Play the day.

    Args:
        plan: What happens.
        offers: The chain of providers.
        budget: Limits.
        most: Questions that may wait.
        coming: Events in order; None draws them.
        latency: Draws how long answers take.
    """
    chance = random.Random(plan.seed + 1)  # noqa: S311 (a story, no secret)
    governor = Governor(offers, budget, most=most, at_once=4, chance=chance.random)
    told = Told()
    flying: list[tuple[float, int, Flight]] = []
    coming = events(plan) if coming is None else coming
    place, now, number, sampled = 0, 0.0, 0, 0.0
    while place < len(coming) or flying or len(governor.queue):
        due = [coming[place][0]] if place < len(coming) else []
        due += [flying[0][0]] if flying else []
        wake = governor.wake_at(now)
        now = max(now, min([*due, wake]))
        while place < len(coming) and coming[place][0] <= now:
            at, camera, severity = coming[place]
            level = priority(severity)
            told.asked.append((at, level))
            ticket = Ticket(
                f"e{place}", camera, level, at, at + plan.deadline, scene=camera, images=4
            )
            _end(told, governor.submit(ticket))
            place += 1
        while flying and flying[0][0] <= now:
            _, _, flight = heapq.heappop(flying)
            _land(told, governor, flight, plan, now)
        while True:
            grant_or_none, ended = governor.next(now)
            _end(told, ended)
            if grant_or_none is None:
                break
            number += 1
            answered = chance.uniform(*ANSWERED)
            takes = latency(chance, grant_or_none.images, answered)
            takes = 0.1 if _down(plan, now) else takes
            flight = Flight(grant_or_none, now, answered)
            heapq.heappush(flying, (min(now + takes, grant_or_none.deadline), number, flight))
            told.calls.append(now)
            first = grant_or_none.tickets[0]
            told.passed_over += any(t.priority < first.priority for t in governor.queue) and (
                budget.per_camera.calls_per_hour is None
            )
        told.unbalanced += not governor.balanced
        if now - sampled >= MINUTE:
            told.waiting.append((now, len(governor.queue)))
            told.steps.append((now, governor.strain.step))
            sampled = now
    told.longest = governor.longest
    told.accounts_off = _off(told, governor, offers[0])
    return told


def most_within(times: list[tuple[float, float]], span: float = HOUR) -> float:
    """Return the largest sum of amounts within any span."""
    most = total = 0.0
    first = 0
    for at, amount in times:
        total += amount
        while times[first][0] <= at - span:
            total -= times[first][1]
            first += 1
        most = max(most, total)
    return most


@dataclass(frozen=True, slots=True)
class Flight:
    """One call under way."""

    grant: Grant
    began_at: float
    answered: float
    """Tokens that its answer will have."""


def _off(told: Told, governor: Governor, offer: Offer) -> float:
    """Compare the purse with what every call took, as it was noted here."""
    tokens = sum(amount for _, amount in told.tokens)
    money = sum(offer.price.of(*amounts) for amounts in told.paid)
    purse = governor.purse
    return (
        abs(purse.spent("calls") - len(told.calls))
        + abs(purse.spent("tokens") - tokens)
        + abs(purse.spent("money") - money)
    )


def _land(told: Told, governor: Governor, flight: Flight, plan: Plan, now: float) -> None:
    """Let a call come back."""
    grant, answered, took = flight.grant, flight.answered, now - flight.began_at
    asked = TEXT + PICTURE * grant.images
    if _down(plan, now):
        usage = Usage(0.1, 0.0, 0.0)
        ended, _ = governor.failed(grant, Failure("unavailable", "HTTP 503"), usage, now)
        _end(told, ended)
    elif now >= grant.deadline:
        ended, _ = governor.expired(grant, Usage(took, asked, 0.0), now)
        told.tokens.append((now, asked))
        told.paid.append((asked, 0.0))
        _end(told, ended)
    else:
        governor.answered(grant, Usage(took, asked, answered), now)
        told.tokens.append((now, asked + answered))
        told.paid.append((asked, answered))
        for ticket in grant.tickets:
            _note(told, ticket, "answered")


def _end(told: Told, ended: list[Ended]) -> None:
    for end in ended:
        _note(told, end.ticket, end.state)


def _note(told: Told, ticket: Ticket, state: str) -> None:
    told.ends.setdefault(ticket.key, []).append(state)
    told.by_priority.setdefault(ticket.priority, Counter())[state] += 1


def _down(plan: Plan, now: float) -> bool:
    return plan.down[0] * HOUR <= now < plan.down[1] * HOUR


def _severity(chance: random.Random) -> str:
    drawn = chance.random()
    for severity, share in SEVERITIES:
        if drawn < share:
            return severity
        drawn -= share
    return SEVERITIES[-1][0]
