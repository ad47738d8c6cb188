"""A red block in the view, and the search for it in everything that left a decoder child (F56)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
from rig.visits import Visits

from sources.source import Rgb

MASK = [[0.03, 0.03], [0.22, 0.03], [0.22, 0.32], [0.03, 0.32]]
"""A privacy polygon a little larger than the block."""

_LEAST = 130
"""Red above this, and twice as much as of any other colour, is of the block."""


@dataclass(frozen=True, slots=True)
class Red(Visits):
    """Visits before a red block that nobody is to see."""

    def picture(self, number: int) -> Rgb:
        """Draw one picture."""
        picture = Visits.picture(self, number)
        top, bottom = round(0.06 * self.height), round(0.29 * self.height)
        left, right = round(0.06 * self.width), round(0.19 * self.width)
        picture[top:bottom, left:right] = (230, 10, 10)
        return picture


def red(picture: Rgb) -> int:
    """Count the red pixels of a picture."""
    channels = picture.astype(int)
    others = np.maximum(channels[..., 1], channels[..., 2])
    return int(((channels[..., 0] > _LEAST) & (channels[..., 0] > 2 * others)).sum())


def jpeg(data: bytes) -> Rgb:
    """Decode a JPEG."""
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    return np.asarray(decoded[..., ::-1], np.uint8)


def pictures(folder: Path) -> Iterator[tuple[Path, Rgb]]:
    """Decode every picture of every file below a folder."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".jpg":
            yield path, jpeg(path.read_bytes())
        elif path.suffix == ".mp4":
            with av.open(str(path)) as container:
                for frame in container.decode(video=0):
                    yield path, np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
