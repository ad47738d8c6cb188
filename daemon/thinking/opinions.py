"""Second opinions: when somebody else is asked besides, by whom, and what comes of it."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, Literal

from reasoners import Job, Severity, Verdict
from reasoners.vlm.second import together, wanted

More = Callable[[Job], Awaitable[Job | None]]
"""Returns a job with other frames of its event; None if there are none."""

LEAST: Final = 0.5
"""Seconds that must be left until the deadline."""

SEVERE: Final[dict[str, frozenset[str]]] = {
    "never": frozenset(),
    "alert": frozenset({"alert"}),
    "warning": frozenset({"alert", "warning"}),
    "info": frozenset({"alert", "warning", "info"}),
}

Wish = Literal["never"] | Severity
"""From which severity on."""


@dataclass(slots=True)
class Opinions:
    """When a second opinion is asked for, by whom it is given, and how often it helped."""

    severities: frozenset[str] = SEVERE["alert"]
    by: int | None = None
    """Place of the model that is asked; None: the next in the chain."""

    asked: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    """`decided`, `disagreed`, `no_help`; `late` and `nobody` where none was asked."""

    def calls_for(self, job: Job, verdict: Verdict, left: float) -> bool:
        """Tell whether a verdict calls for another opinion, and there is time for one."""
        if not wanted(job, verdict, self.severities):
            return False
        if left < LEAST:
            self.outcomes["late"] += 1
            return False
        return True

    def merge(self, job: Job, first: Verdict, second: Verdict) -> Verdict:
        """Make one verdict of two, and count what the second was good for."""
        verdict, outcome = together(job, first, second)
        self.outcomes[outcome] += 1
        return verdict
