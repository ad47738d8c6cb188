"""A family of models: how it wants its pictures and how its outputs are read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from detectors.families.candidates import Candidates, Numbers

FamilyName = Literal["yolov8", "end_to_end", "yolox", "ssd"]


@dataclass(frozen=True, slots=True)
class Family:
    """One family, set up for one model."""

    name: FamilyName
    classes: int
    """How many classes the output has; 0 if it does not say."""

    decode: Callable[[Numbers, float], Candidates]
    """From one picture's output (without the batch axis) and a score to candidates."""

    rgb: bool
    """Whether the model takes RGB; else BGR."""

    divisor: float
    """What pixels of 0 to 255 are divided by."""

    fit: Literal["centred", "corner", "stretched"]
    """Where the picture lies in the input."""

    overlaps: bool
    """Whether overlapping boxes must be suppressed."""
