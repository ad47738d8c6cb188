"""Whether a measured amount grows, or only wavers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

BINS = 12
"""Means into which the samples are drawn together: what wavers within minutes is one value."""

_T = 2.228
"""Student's t for 95 % on both sides with `BINS` - 2 degrees of freedom."""


@dataclass(frozen=True, slots=True)
class Slope:
    """A straight line through samples, least squares."""

    per_minute: float
    """Growth of the amount per minute."""

    error: float
    """Half of the 95 % confidence interval of that."""

    minutes: float
    """What the samples span."""

    @property
    def sure(self) -> float:
        """Growth over the whole span that is certain: 0 where the line may as well be level."""
        return max(0.0, self.per_minute - self.error) * self.minutes


def slope(samples: Sequence[tuple[float, float]]) -> Slope:
    """Fit a line to samples of seconds and amount.

    Raises:
        ValueError: There are fewer samples than `BINS`.
    """
    if len(samples) < BINS:
        raise ValueError(f"{len(samples)} samples are too few for a slope")
    parts = np.array_split(np.asarray(samples, np.float64), BINS)
    means = np.stack([part.mean(axis=0) for part in parts])
    minutes, amount = means[:, 0] / 60, means[:, 1]
    away = minutes - minutes.mean()
    spread = float((away**2).sum())
    rise = float((away * amount).sum() / spread)
    left = amount - amount.mean() - rise * away
    error = _T * float(np.sqrt((left**2).sum() / (BINS - 2) / spread))
    return Slope(rise, error, (samples[-1][0] - samples[0][0]) / 60)
