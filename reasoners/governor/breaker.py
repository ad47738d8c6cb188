"""When a provider that failed may be asked again: back-off, Retry-After, an open circuit."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Literal

TRIP = 3
"""Failures in a row after which nobody asks for a while."""

REST = 30.0
"""Seconds of the first rest; each rest without success in between doubles it."""

LONGEST = 300.0
FIRST = 0.5
"""Seconds to wait after a single failure; doubled with each, spread by a half."""

PATIENCE = 3600.0
"""Seconds of a Retry-After that are heeded at most."""

Circuit = Literal["closed", "open", "probing"]


@dataclass(frozen=True, slots=True)
class Trip:
    """A change worth telling."""

    circuit: Circuit
    seconds: float = 0.0
    """Of rest, where it opened."""


class Breaker:
    """Keeps one provider from being asked while that is of no use.

    Args:
        chance: Numbers from 0 to 1 that spread retries; the same sequence gives the same story.
    """

    def __init__(self, chance: Callable[[], float]) -> None:
        self.circuit: Circuit = "closed"
        self.failures = 0
        """In a row."""

        self.why = ""
        """Cause of the last failure."""

        self._chance = chance
        self._until = -inf
        self._rest = REST
        self._probe = False

    def free_at(self, now: float) -> float:
        """Return when it may be asked next; infinity while a single probe is under way."""
        return inf if self._probe else max(now, self._until)

    def begin(self, now: float) -> None:
        """Note a call. The first one after a rest is a probe: until it is back, no other goes."""
        if self.circuit == "open" and now >= self._until:
            self.circuit, self._probe = "probing", True

    def succeeded(self) -> Trip | None:
        """Note that it works; tell if it had not."""
        was, self.circuit = self.circuit, "closed"
        self.failures, self._rest, self._probe, self._until = 0, REST, False, -inf
        return Trip("closed") if was != "closed" else None

    def abandoned(self, now: float) -> None:
        """Note a call that was given up and says nothing, such as at the end of the daemon."""
        if self._probe:
            self.circuit, self._probe, self._until = "open", False, now

    def failed(
        self, why: str, now: float, *, retry_after: float | None = None, hopeless: bool = False
    ) -> Trip | None:
        """Note a failure; tell if the circuit opened thereby.

        Args:
            why: Its cause, for people.
            now: The present.
            retry_after: Seconds the server asked to wait.
            hopeless: Whether a person must act, so that trying soon is of no use.
        """
        self.failures += 1
        self.why = why
        asked = min(retry_after or 0.0, PATIENCE)
        if self.circuit == "probing" or self.failures >= TRIP:
            rest = LONGEST if hopeless else self._rest
            self._rest = min(LONGEST, 2 * self._rest)
            self.circuit, self._probe = "open", False
            self._until = max(self._until, now + max(rest, asked))
            return Trip("open", self._until - now)
        if self.circuit == "closed":
            pause = FIRST * 2 ** (self.failures - 1) * (0.75 + 0.5 * self._chance())
            # Without being asked to wait, the first failure is no reason to: a kept connection
            # may have broken.
            spread = asked * 0.1 * self._chance()
            self._until = max(self._until, now + max(pause, asked + spread))
        return None
