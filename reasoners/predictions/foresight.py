"""What a camera is to foresee, and what it knows about that already."""

from dataclasses import dataclass, field

from reasoners.predictions.config import PredictionConfig
from reasoners.predictions.experience import Experience
from reasoners.predictions.wish import Wish


@dataclass(frozen=True, slots=True)
class Foresight:
    """Of one camera."""

    config: PredictionConfig = field(default_factory=PredictionConfig)
    experience: Experience | None = None
    """What was learned here before; None where nothing was."""

    wishes: tuple[Wish, ...] = ()
    """What engines want to be told, frame after frame, see `Forecaster.expectations`."""
