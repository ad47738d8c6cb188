"""What a detector sees of the drawn street, held against the truth."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

from detectors import Box, Detection, Detector, Picture, Profile
from sources.street import Seen, Street

Rgb = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Sight:
    """One picture: what is there and what was said."""

    number: int
    truth: list[Seen]
    found: list[Detection]

    def people(self) -> list[Detection]:
        """Pick the people who were said to be there."""
        return [one for one in self.found if one.label == "person"]

    def objects(self) -> list[Detection]:
        """Pick the things of no name."""
        return [one for one in self.found if one.label == "object"]


def fitted(rgb: Rgb, profile: Profile) -> Rgb:
    """Scale a picture as a decoder child would before it hands it to this detector."""
    height, width = rgb.shape[:2]
    factor = min(profile.width / width, profile.height / height, 1.0)
    size = (round(width * factor), round(height * factor))
    scaled = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    made = np.asarray(scaled, np.uint8)
    made.setflags(write=False)
    return made


def watch_street(detector: Detector, street: Street, numbers: range) -> list[Sight]:
    """Show a detector the street's pictures, one after the other."""
    profile = detector.load()
    sights: list[Sight] = []
    for number in numbers:
        picture = Picture("street", number, fitted(street.draw(number), profile))
        (found,) = detector.detect([picture])
        sights.append(Sight(number, street.truth(number), list(found)))
    return sights


def clip(path: Path, profile: Profile, every: int = 1) -> Iterator[Picture]:
    """Decode each `every`th picture of a clip, fitted to the detector."""
    with av.open(str(path)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number % every == 0:
                rgb = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
                yield Picture(path.stem, number, fitted(rgb, profile))


def overlap(a: Box, b: Box) -> float:
    """Give intersection over union."""
    across = min(a[2], b[2]) - max(a[0], b[0])
    down = min(a[3], b[3]) - max(a[1], b[1])
    if across <= 0 or down <= 0:
        return 0.0
    both = sum((x[2] - x[0]) * (x[3] - x[1]) for x in (a, b))
    return across * down / (both - across * down)


def best(box: Box, found: list[Detection]) -> float:
    """Give the overlap with the detection that fits best."""
    return max((overlap(box, one.xyxy) for one in found), default=0.0)
