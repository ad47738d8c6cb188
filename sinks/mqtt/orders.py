"""Reads what comes on the command topics: capped, validated, rated, and never retained. Pure."""

from collections import Counter
from typing import Final, Protocol

from pydantic import ValidationError

from sinks.command import Command

LONGEST: Final = 512
"""Bytes of a payload; more cannot be meant."""

BURST: Final = 20
PACE: Final = 2.0
"""Commands per topic at once, and per second in the long run."""

TOPICS: Final = 1024
"""Topics whose pace is remembered; the one longest unheard of is forgotten first."""


class Language(Protocol):
    """A topic tree on which commands may come."""

    def command(self, topic: str, payload: bytes) -> Command | None:
        """Read one; None where the topic is no command's.

        Raises:
            ValidationError: It is, but not this payload.
        """
        ...


class Orders:
    """Turns messages into commands; whatever is none is counted by reason and forgotten."""

    def __init__(self, topics: Language) -> None:
        self._topics = topics
        self._buckets: dict[str, tuple[float, float]] = {}
        self.refused: Counter[str] = Counter()
        """`retained`, `large`, `often`, `unknown`, `invalid`."""
        self.taken = 0

    def read(self, topic: str, payload: bytes, *, retained: bool, now: float) -> Command | None:
        """Return the command of one message.

        Args:
            topic: Where it came.
            payload: What came.
            retained: Whether the broker had kept it: then nobody says it now.
            now: Monotonic seconds.
        """
        reason = (
            "retained" if retained
            else "large" if len(payload) > LONGEST
            else "often" if not self._paced(topic, now)
            else None
        )  # fmt: skip
        if reason is None:
            try:
                command = self._topics.command(topic, payload)
            except ValidationError:
                reason = "invalid"
            else:
                if command is not None:
                    self.taken += 1
                    return command
                reason = "unknown"
        self.refused[reason] += 1
        return None

    def _paced(self, topic: str, now: float) -> bool:
        """Take one from the topic's bucket, which fills at `PACE` up to `BURST`."""
        left, at = self._buckets.pop(topic, (float(BURST), now))
        left = min(float(BURST), left + (now - at) * PACE)
        allowed = left >= 1
        self._buckets[topic] = (left - 1 if allowed else left, now)
        if len(self._buckets) > TOPICS:
            del self._buckets[next(iter(self._buckets))]
        return allowed
