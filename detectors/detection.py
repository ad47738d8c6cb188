"""What a detector found in one frame."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

Box = tuple[float, float, float, float]
"""Left, top, right, bottom; relative to the picture, 0 to 1, origin top left."""


@dataclass(frozen=True, slots=True)
class Detection:
    """One object in one frame."""

    xyxy: Box
    score: float
    label: str


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """All objects of one frame, kept as columns, strongest first."""

    xyxy: npt.NDArray[np.float32]
    """Boxes, n x 4: left, top, right, bottom; relative to the picture, clipped to 0..1."""

    score: npt.NDArray[np.float32]
    """Confidences, n, 0 to 1."""

    label: tuple[str, ...]
    """Class names, n."""

    carried: npt.NDArray[np.bool_] | None = None
    """Rows, n, that were found before and that nobody looked for in this frame; None: there are
    none."""

    @classmethod
    def none(cls) -> Self:
        """Return the result of a picture without objects."""
        return cls(np.empty((0, 4), np.float32), np.empty(0, np.float32), ())

    def __len__(self) -> int:
        """Count the objects."""
        return len(self.label)

    def __iter__(self) -> Iterator[Detection]:
        """Walk the rows."""
        for box, score, label in zip(self.xyxy, self.score, self.label, strict=True):
            left, top, right, bottom = map(float, box)
            yield Detection((left, top, right, bottom), float(score), label)
