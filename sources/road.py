"""What is seen of the road itself, before a camera that looks ahead out of a vehicle."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from sources.picture import Relative

Beside = Annotated[float, Field(ge=-4, le=5, allow_inf_nan=False)]
"""A relative place that may lie beside the picture."""


@dataclass(frozen=True, slots=True)
class LaneMark:
    """A line along the road, straight as far as it was looked at."""

    side: Literal["left", "right"]
    """Of the own vehicle's middle."""

    near: Beside
    """Where it meets the bottom of the picture."""

    far: Beside
    """Where it meets the horizon."""

    sure: Relative
    """How much of its length was seen: 0 nothing, 1 a whole line."""


@dataclass(frozen=True, slots=True)
class Road:
    """The road of one picture."""

    marks: Annotated[tuple[LaneMark, ...], Field(max_length=2)] = ()
    """The nearest lane mark of either side, where one is seen."""

    still: bool | None = None
    """Whether the picture around stands still, and so does the vehicle; None where that cannot be
    told."""
