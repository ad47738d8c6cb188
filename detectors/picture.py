"""What a detector looks at."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One converted picture, with the identity that stateful detectors need."""

    camera: str
    index: int
    rgb: npt.NDArray[np.uint8]
    """Height x width x 3, RGB, read-only. Valid only during the call: copy what must stay."""
