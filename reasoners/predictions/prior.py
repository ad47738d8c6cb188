"""What a camera believes before it has seen how its own predictions turn out.

Rounded from a logistic regression over generated plays with a detector's errors (other seeds than
those that judge) and over street and hall scenes, each weighing as much; see
`docs/predictions.md`.
"""

from dataclasses import dataclass
from typing import Final

from reasoners.predictions.config import Kind


@dataclass(frozen=True, slots=True)
class Prior:
    """Of one kind."""

    weights: tuple[float, float, float, float]
    """Of the evidence, see `reasoners.predictions.belief`."""

    rate: float
    """Share that comes true."""


PRIORS: Final[dict[Kind, Prior]] = {
    "enters": Prior((0.0, 0.75, 0.7, 0.0), 0.22),
    "leaves": Prior((0.3, 0.4, 0.7, -1.0), 0.55),
    "crosses": Prior((1.1, 1.0, 0.7, 0.0), 0.28),
    "departs": Prior((0.2, 0.5, 0.7, 0.0), 0.4),
    "stops": Prior((-1.2, 0.5, 0.7, 1.2), 0.1),
    "reaches": Prior((-0.2, 0.6, 0.7, 0.0), 0.35),
    "count": Prior((-0.2, 0.45, 0.7, -0.8), 0.3),
}
