"""Tries models out: at the start, until it worked, and anew when one was away and is back."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Final

from daemon.thinking.member import Member
from reasoners import ReasonerError
from reasoners.governor.governor import Governor
from reasoners.providers.http import HttpReasoner
from reasoners.providers.probe import introduced, probe

logger = logging.getLogger(__name__)

PROBE: Final = 120.0
"""Seconds a model may take to show what it can; a local one is loaded meanwhile."""

GREETING: Final = 2.0
"""Seconds a server has to say what it is, before a single question."""

AGAIN: Final = 30.0
"""Seconds until a model that was not there is tried once more; doubled each time."""

LONGEST: Final = 300.0
"""Seconds between two tries at most, and at least between two that worked: they are calls too."""


@dataclass(slots=True)
class _Standing:
    due_at: float
    """Loop time; infinity for never."""

    wait: float = AGAIN
    last: float = -inf
    """When it was found out last what it can."""

    said: str = ""
    """What the log said of it last."""

    under_way: bool = False


class Trying:
    """When each model of the chain is tried out.

    Args:
        members: The chain.
        governor: Knows who rests, and learns how many pictures each takes.
    """

    def __init__(self, members: Sequence[Member], governor: Governor) -> None:
        self._members = members
        self._governor = governor
        self._standings = [_Standing(0.0 if member.probe else inf) for member in members]

    def begin(self, now: float) -> list[int]:
        """Return whom to try out now, as places in the chain: nobody who rests, and nobody twice.

        Whoever is told sees to it that `try_out` is called.
        """
        due = [
            place
            for place, one in enumerate(self._standings)
            if one.due_at <= now
            and not one.under_way
            and self._governor.providers[place].breaker.circuit == "closed"
        ]
        for place in due:
            self._standings[place].under_way = True
        return due

    def back(self, place: int, now: float) -> None:
        """Note that a model answers again: there may be another one behind its address now."""
        one = self._standings[place]
        if self._members[place].probe and not one.under_way:
            one.due_at = min(one.due_at, max(now, one.last + LONGEST))

    async def introduce(self) -> None:
        """Ask servers what they are, as far as that matters, where there is no time for more."""
        for member in self._members:
            reasoner = member.reasoner
            if member.probe and isinstance(reasoner, HttpReasoner) and reasoner.tells:
                try:
                    async with asyncio.timeout(GREETING):
                        await introduced(reasoner)
                except (TimeoutError, ReasonerError):
                    continue  # the question itself will say so

    async def try_out(self, place: int) -> None:
        """Find out what a model can, beside the questions; it may not be there yet."""
        member, one = self._members[place], self._standings[place]
        try:
            worked = await self._once(place, member, one)
        finally:
            one.under_way = False
        now = asyncio.get_running_loop().time()
        if worked:
            one.due_at, one.wait, one.last = inf, AGAIN, now
        else:
            one.due_at, one.wait = now + one.wait, min(LONGEST, 2 * one.wait)

    async def _once(self, place: int, member: Member, one: _Standing) -> bool:
        wanted = member.configured
        try:
            async with asyncio.timeout(PROBE):
                found = await probe(member.reasoner, wanted.images, prose=wanted.prose)
        except TimeoutError:
            self._say(logging.WARNING, member, one, f"no answer within {PROBE:g} s")
            return False
        level = logging.WARNING if found.problem else logging.INFO
        self._say(level, member, one, found.text)
        member.learn(found)
        if not found.problem:
            self._governor.providers[place].images = member.limits.images
        return not found.problem

    @staticmethod
    def _say(level: int, member: Member, one: _Standing, text: str) -> None:
        """Log what was found, unless the last time it was the same that went wrong."""
        if text != one.said or level == logging.INFO:
            logger.log(level, "reasoner %s: %s", member.offer.name, text)
        one.said = text
