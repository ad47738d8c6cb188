"""One `Detect` on its way through the worker: pictures found, looked at, and believed or not."""

import time
from collections import deque
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from detectors.detection import Detections
from detectors.message import Detect, Item
from detectors.parts import Glimpse, merged
from detectors.picture import Picture
from detectors.worker.cameras import Cameras
from sources import ChannelBroken, Pixels, Slots


class Question:
    """The pictures of one `Detect`, and what was found in them so far.

    Args:
        message: Whose pictures.
        cameras: Where they lie.

    Raises:
        ChannelBroken: There is no such slot, or a part lies outside of its picture.
    """

    def __init__(self, message: Detect, cameras: Cameras) -> None:
        self.id = message.id
        self.begun_at = time.monotonic()
        self._items = message.items
        self._places: list[tuple[Slots, Pixels] | None] = [
            cameras.find(item) for item in message.items
        ]
        self._there: list[bool] = []
        self._waiting: deque[Picture] = deque()
        for item, place in zip(self._items, self._places, strict=True):
            view = place and place[0].read(place[1])
            self._there.append(view is not None)
            if view is not None:
                self._waiting.extend(_pictures(item, view))
        self._missing = len(self._waiting)
        self._results: list[Detections] = []

    @property
    def waiting(self) -> bool:
        """Whether pictures are left that no call was begun with."""
        return bool(self._waiting)

    @property
    def answered(self) -> bool:
        """Whether all of its pictures were looked at."""
        return not self._missing

    def take(self, most: int) -> list[Picture]:
        """Take the next pictures for a call, at most so many."""
        return [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]

    def add(self, results: Sequence[Detections]) -> None:
        """Note what was found in the first of the pictures taken."""
        self._results.extend(results)
        self._missing -= len(results)

    def found(self) -> list[Detections | None]:
        """Return what was found in each item; None where its picture was torn or gone."""
        results = iter(self._results)
        found = [
            _whole(item, results) if there else None
            for item, there in zip(self._items, self._there, strict=True)
        ]
        return [
            detections if place is not None and place[0].holds(place[1]) else None
            for detections, place in zip(found, self._places, strict=True)
        ]


def _pictures(item: Item, view: npt.NDArray[np.uint8]) -> list[Picture]:
    """Take a slot's picture apart, if it is made of parts.

    Raises:
        ChannelBroken: A part lies outside of it.
    """
    if not item.parts:
        return [Picture(item.camera, item.index, view)]
    pictures = []
    for part in item.parts:
        left, top, width, height = part.place
        piece = view[top : top + height, left : left + width]
        if not width or not height or piece.shape[:2] != (height, width):
            raise ChannelBroken(f"a part of {item.camera}'s picture {item.index} lies outside it")
        pictures.append(Picture(item.camera, item.index, piece))
    return pictures


def _whole(item: Item, results: Iterator[Detections]) -> Detections:
    """Put together what was found in an item's parts."""
    if not item.parts:
        return next(results)
    return merged([Glimpse(part.region, next(results)) for part in item.parts])
