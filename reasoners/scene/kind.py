"""What labels mean to the scene: how large such things are, and what they can do.

Sizes are geometric means of the sides of a typical box, in metres; they turn picture heights into
metres about as well as a person guesses. A label that is not known counts as one metre.
"""

from typing import Final

PERSON, ANIMAL, VEHICLE, RIDE, PORTABLE, SEAT = 1, 2, 4, 8, 16, 32

ALIVE: Final = PERSON | ANIMAL

_KINDS: Final[dict[str, tuple[int, float]]] = {
    "person": (PERSON, 1.0),
    "bicycle": (VEHICLE | RIDE, 1.3),
    "motorcycle": (VEHICLE | RIDE, 1.4),
    "car": (VEHICLE, 2.5),
    "bus": (VEHICLE, 5.0),
    "truck": (VEHICLE, 4.0),
    "train": (VEHICLE, 8.0),
    "boat": (VEHICLE, 4.0),
    "dog": (ANIMAL, 0.7),
    "cat": (ANIMAL, 0.35),
    "bird": (ANIMAL, 0.2),
    "horse": (ANIMAL | RIDE, 1.9),
    "cow": (ANIMAL, 1.8),
    "sheep": (ANIMAL, 1.0),
    "bear": (ANIMAL, 1.6),
    "elephant": (ANIMAL, 3.5),
    "skateboard": (RIDE, 0.4),
    "bench": (SEAT, 1.1),
    "chair": (SEAT, 0.7),
    "couch": (SEAT, 1.3),
    "bed": (SEAT, 1.4),
    "dining table": (SEAT, 1.1),
    "backpack": (PORTABLE, 0.45),
    "handbag": (PORTABLE, 0.35),
    "suitcase": (PORTABLE, 0.55),
    "umbrella": (PORTABLE, 0.7),
    "parcel": (PORTABLE, 0.4),
    "package": (PORTABLE, 0.4),
    "box": (PORTABLE, 0.4),
    "bag": (PORTABLE, 0.4),
    "bottle": (PORTABLE, 0.15),
    "laptop": (PORTABLE, 0.3),
    "sports ball": (PORTABLE, 0.22),
}

_UNKNOWN: Final = (0, 1.0)


def kind_of(label: str) -> int:
    """Tell what a thing of this label can do, as flags."""
    return _KINDS.get(label, _UNKNOWN)[0]


def metres_of(label: str) -> float:
    """Tell how large a thing of this label usually is."""
    return _KINDS.get(label, _UNKNOWN)[1]


def depth_of(kind: int) -> float:
    """Tell how far, in metres, a thing of this kind reaches away from the camera."""
    return 1.8 if kind & VEHICLE and not kind & RIDE else 0.4
