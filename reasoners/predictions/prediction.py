"""A statement about the next seconds, and what became of it."""

from dataclasses import dataclass
from typing import Literal

from reasoners.predictions.belief import Evidence
from reasoners.predictions.config import Kind

Outcome = Literal["hit", "miss", "unresolvable"]

PICTURE = "picture"
"""The place that is no zone and no line."""

Key = tuple[Kind, int | str, int | str]
"""What is said, of whom, of which place or other object: open at most once at a time."""


@dataclass(slots=True)
class Prediction:
    """One statement. Times in seconds."""

    what: Kind
    subject: int | None
    """Identity of an object; None for `count`, which is about a place."""

    object: int | str
    """`zone:step`, `line:gate`, `picture`, or the identity of another object."""

    horizon: float
    probability: float
    stated_at: float
    label: str | None = None
    """For `count`: of what."""

    count: int | None = None
    """For `count`: how many there will be, or more."""

    evidence: Evidence = (1.0, 0.0, 0.0, 0.0)
    cell: str = ""
    """Whose base rate it adds to."""

    outcome: Outcome | None = None
    resolved_at: float | None = None
    told: bool = False
    """An event has told it before it was known how it turned out."""

    @property
    def key(self) -> Key:
        """What is said of whom and of what."""
        return self.what, self.label or self.subject or 0, self.object

    @property
    def until(self) -> float:
        """When it is over."""
        return self.stated_at + self.horizon
