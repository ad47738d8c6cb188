"""What can be asked of a decoder child about a recent frame: a JPEG, cropped, sized, marked."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Relative = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
"""A coordinate from 0 (left, top) to 1 (right, bottom) of the camera's picture."""

Point = tuple[Relative, Relative]
Rgb = tuple[
    Annotated[int, Field(ge=0, le=255)],
    Annotated[int, Field(ge=0, le=255)],
    Annotated[int, Field(ge=0, le=255)],
]


class Mark(BaseModel):
    """One thing drawn on a picture."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    shape: Literal["polygon", "box", "line", "arrow", "text"]
    """`box` takes two points (left top, right bottom), `line` two and more, `arrow` two (tail,
    head), `polygon` three and more, `text` one (its left bottom)."""

    points: tuple[Point, ...] = Field(min_length=1, max_length=256)
    """Relative coordinates of the whole camera picture, also when a crop is asked for."""

    text: str = Field(default="", max_length=80)
    """Drawn beside the shape, at the middle of an arrow or a dashed line; for `text` the thing
    itself. It is moved where it would cover the text of a later mark. What letters there are:
    `sources.lettering`."""

    color: Rgb = (255, 196, 0)
    dashed: bool = False
    """Draw a box thin and dashed: it is where something is believed to be, not where it was
    seen. Draw a line or polygon thin."""


class PictureRequest(BaseModel):
    """A wish for a JPEG of one frame."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    index: int = Field(ge=0)
    """The frame's index. A frame that left the ring is answered with `gone`, never with another."""

    crop: tuple[Relative, Relative, Relative, Relative] | None = None
    """Left, top, right, bottom; None keeps the whole picture."""

    longest: int | None = Field(default=None, ge=16, le=8192)
    """Pixels of the longer side of the result; None keeps the size; never enlarges."""

    multiple: int = Field(default=1, ge=1, le=256)
    """Sides are made multiples of so many pixels, smaller rather than larger: models cut pictures
    into squares, and would scale what does not fit once more."""

    measure: bool = False
    """Also measure how sharp it is, and a fingerprint by which pictures that look alike are
    known; both before anything is drawn."""

    quality: int = Field(default=85, ge=1, le=100)
    """JPEG quality; raising it makes bytes and detail grow."""

    marks: tuple[Mark, ...] = Field(default=(), max_length=256)
