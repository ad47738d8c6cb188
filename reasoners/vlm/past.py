"""What was last said of one camera, told to a model that is asked about it again. Pure.

Bounded in number and age. Only what nothing contradicted is kept: what a model got wrong once is
not to be told to it as known.
"""

from collections import OrderedDict
from typing import Final

from reasoners.event import Check, Event
from reasoners.verdict import Remembered, Verdict

MOST: Final = 4
AGE: Final = 600.0
"""Seconds."""

LONGEST: Final = 600
"""Characters of one description, as a report may have them."""


class Past:
    """What was said of one camera.

    Args:
        most: Descriptions kept; 0 keeps none.
        age: Seconds after which one is not told any more.
    """

    def __init__(self, most: int = MOST, age: float = AGE) -> None:
        self._most = most
        self._age = age
        self._said: OrderedDict[str, Remembered] = OrderedDict()

    def told(self, at: float) -> tuple[Remembered, ...]:
        """Return what may be told of now, oldest first.

        Args:
            at: Time of the event asked about, Unix seconds.
        """
        return tuple(one for one in self._said.values() if 0 <= at - one.at <= self._age)

    def take(self, event: str, at: float, verdict: Verdict) -> None:
        """Remember a verdict's description; `unchanged` makes the one it confirms new again.

        Args:
            event: Which was asked about.
            at: Its time, Unix seconds.
            verdict: What came of it.
        """
        if verdict.unchanged is not None:
            confirmed = self._said.get(verdict.unchanged)
            if confirmed is not None and uncontradicted(verdict.checks):
                self._keep(Remembered(confirmed.event, max(at, confirmed.at), confirmed.text))
        elif verdict.description and uncontradicted(verdict.checks):
            self._keep(Remembered(event, at, verdict.description[:LONGEST]))

    def recall(self, event: Event) -> None:
        """Remember what an event of an earlier run says; the latest is to come last."""
        reasoning = event.reasoning
        if event.description and uncontradicted(reasoning.checks):
            source = reasoning.unchanged_since or event.id
            self._keep(Remembered(source, event.updated_at, event.description[:LONGEST]))

    def _keep(self, said: Remembered) -> None:
        self._said[said.event] = said
        self._said.move_to_end(said.event)
        while len(self._said) > self._most:
            self._said.popitem(last=False)


def uncontradicted(checks: tuple[Check, ...]) -> bool:
    """Tell whether nothing that was seen speaks against what was said; to be unsure does not."""
    return all(check.ok or check.name == "confidence" for check in checks)
