"""What labels mean on a road: how large such things are, seen from behind or from the front."""

from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class Traffic:
    """One kind of road user. Metres."""

    what: Literal["vehicle", "rider", "walker"]
    """What drives, who rides, and who or what goes on foot."""

    high: float
    wide: float


ROAD: Final[dict[str, Traffic]] = {
    "car": Traffic("vehicle", 1.5, 1.8),
    "vehicle": Traffic("vehicle", 1.6, 1.8),
    "van": Traffic("vehicle", 2.0, 1.9),
    "truck": Traffic("vehicle", 3.0, 2.4),
    "bus": Traffic("vehicle", 3.0, 2.5),
    "motorcycle": Traffic("rider", 1.5, 0.8),
    "bicycle": Traffic("rider", 1.1, 0.6),
    "bike": Traffic("rider", 1.6, 0.7),
    "person": Traffic("walker", 1.7, 0.5),
    "dog": Traffic("walker", 0.6, 0.5),
    "sheep": Traffic("walker", 0.9, 0.7),
    "horse": Traffic("walker", 1.9, 0.9),
    "cow": Traffic("walker", 1.5, 0.9),
}
"""By label of COCO and of the Open Model Zoo. Of what is not among them no warning speaks."""
