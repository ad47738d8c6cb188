"""A family of models: how it wants its pictures and how its outputs are read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from detectors.families.candidates import Candidates, Numbers

FamilyName = Literal["yolov8", "end_to_end", "yolox", "ssd", "detr"]

Pixels = Literal["scaled", "imagenet"]
"""How pixels reach a model: 0 to 1, or centred and scaled by ImageNet's mean and deviation."""

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_DEVIATION = (0.229, 0.224, 0.225)
"""Of red, green and blue, 0 to 1; as torchvision's pretrained backbones want them."""

Array = npt.NDArray[Any]


def only(outputs: Sequence[Array]) -> Numbers:
    """Take the one output of a model that has one."""
    return np.asarray(outputs[0])


@dataclass(frozen=True, slots=True)
class Family:
    """One family, set up for one model."""

    name: FamilyName
    classes: int
    """How many classes the output has; 0 if it does not say."""

    decode: Callable[[Numbers, float], Candidates]
    """From one picture's joined output (without the batch axis) and a score to candidates."""

    rgb: bool
    """Whether the model takes RGB; else BGR."""

    divisor: float
    """What pixels of 0 to 255 are divided by."""

    fit: Literal["centred", "corner", "stretched"]
    """Where the picture lies in the input."""

    overlaps: bool
    """Whether overlapping boxes must be suppressed."""

    join: Callable[[Sequence[Array]], Numbers] = only
    """From one picture's outputs, in the model's order, to the one that `decode` reads."""

    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Taken from each colour after the division, in the order of the model's colours."""

    deviation: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """What each colour is then divided by."""

    agnostic: bool = False
    """Whether the class number says nothing where there is only one class."""


def of_picture(outputs: Sequence[Array], number: int, count: int) -> list[Array]:
    """Cut one picture's part out of a batch's outputs.

    Some exports squeeze the batch axis away when there is but one picture; then all of it is its.

    Args:
        outputs: As the runtime returned them.
        number: Which picture, from 0.
        count: How many pictures the batch had.
    """
    return [
        output[number] if output.ndim and output.shape[0] == count else output for output in outputs
    ]


def is_sound(output: Array) -> bool:
    """Tell finite 32-bit numbers, or whole ones (class numbers)."""
    if output.dtype.kind == "i":
        return True
    return output.dtype == np.float32 and bool(np.isfinite(output).all())
