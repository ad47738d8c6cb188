"""What is left out when questions come faster than answers.

Fewer frames, then smaller ones, then a smaller model: one step at a time, and back again.
"""

from dataclasses import dataclass
from typing import Final

UP: Final = 0.75
"""Strain from which on a step more is left out."""

DOWN: Final = 0.35
"""Strain below which a step is taken back."""

SETTLE: Final = 10.0
"""Seconds between two steps: what a step brings must show first."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is spent on one question."""

    images: int | None
    """Pictures at most; None for all there are."""

    side: int | None
    """Pixels of the longer side of pictures taken from now on; None for the usual size."""

    smaller: bool
    """Whether the smaller model is asked first, if there is one."""


STEPS: Final = (
    Effort(None, None, smaller=False),
    Effort(2, None, smaller=False),
    Effort(2, 512, smaller=False),
    Effort(1, 384, smaller=True),
)
"""From everything to the least that still answers."""


class Strain:
    """Chooses the step, with hysteresis."""

    def __init__(self) -> None:
        self.step = 0
        self._since = float("-inf")

    @property
    def effort(self) -> Effort:
        """What questions may take now."""
        return STEPS[self.step]

    def observe(self, strain: float, now: float) -> None:
        """Take note of how full everything is, 0 to 1."""
        if now - self._since < SETTLE:
            return
        if strain >= UP and self.step < len(STEPS) - 1:
            self.step, self._since = self.step + 1, now
        elif strain <= DOWN and self.step:
            self.step, self._since = self.step - 1, now
