"""The search for people's outlines in a picture or in parts of it."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from detectors.boxes import Boxes, distinct

WINDOW = (64, 128)
"""Pixels across and down that the classifier looks at."""

_PERSON = 96
"""Pixels that a person is tall within the window: its training pictures had 16 around."""

_LARGEST_ZOOM = 2.0
_STRIDE = (8, 8)
_SLOPE, _EVEN = 2.0, 0.5
_HALF_WIDTH, _HALF_HEIGHT = 0.29, 0.385
"""Half of a person's box, in window widths and heights."""


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """The people who were found."""

    boxes: Boxes
    score: npt.NDArray[np.float32]
    """0 to 1, see `margin_score`."""


def margin_score(margin: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Map the classifier's margin to 0..1: 0.5 at a margin of 0.5, strictly rising.

    It ranks; it is no probability that was measured on anybody's camera.
    """
    return np.asarray(1 / (1 + np.exp(-_SLOPE * (margin - _EVEN))), np.float32)


class PeopleSearch:
    """OpenCV's people detector with an own, order-independent choice among its hits."""

    def __init__(self, step: float, overlap: float) -> None:
        self._step = step
        self._overlap = overlap
        self._hog = cv2.HOGDescriptor()
        weights = np.array(cv2.HOGDescriptor.getDefaultPeopleDetector(), np.float32)
        self._hog.setSVMDetector(weights)

    def everywhere(self, rgb: npt.NDArray[np.uint8], smallest: float, least: float) -> People:
        """Search the whole picture for people at least `smallest` pixels tall."""
        height, width = rgb.shape[:2]
        whole = np.array([[0, 0, width, height]], np.float32)
        return self.within(rgb, whole, smallest, least)

    def within(
        self, rgb: npt.NDArray[np.uint8], regions: Boxes, smallest: float, least: float
    ) -> People:
        """Search parts of the picture.

        Args:
            rgb: The picture, height x width x 3.
            regions: Where to look, in pixels; a person must lie in one with some space around.
            smallest: Height in pixels of the smallest person sought.
            least: Score (0 to 1) below which nobody is reported.
        """
        zoom = min(_PERSON / max(smallest, 1.0), _LARGEST_ZOOM)
        margin = -np.log(1 / min(max(least, 0.02), 0.98) - 1) / _SLOPE + _EVEN
        found = [self._search(rgb, region, zoom, margin) for region in regions]
        boxes = np.concatenate([b for b, _ in found]) if found else np.empty((0, 4), np.float32)
        score = np.concatenate([s for _, s in found]) if found else np.empty(0, np.float32)
        kept = distinct(boxes, score, self._overlap)
        return People(boxes[kept], score[kept])

    def _search(
        self, rgb: npt.NDArray[np.uint8], region: Boxes, zoom: float, margin: float
    ) -> tuple[Boxes, npt.NDArray[np.float32]]:
        height, width = rgb.shape[:2]
        left, top = (max(int(edge), 0) for edge in region[:2])
        right, bottom = min(int(region[2]), width), min(int(region[3]), height)
        size = (round((right - left) * zoom), round((bottom - top) * zoom))
        if size[0] < WINDOW[0] or size[1] < WINDOW[1]:
            return np.empty((0, 4), np.float32), np.empty(0, np.float32)
        how = cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR
        part = cv2.resize(rgb[top:bottom, left:right], size, interpolation=how)
        windows, margins = self._hog.detectMultiScale(part, margin, _STRIDE, (0, 0), self._step, 0)
        if not len(windows):
            return np.empty((0, 4), np.float32), np.empty(0, np.float32)
        places, strong = (
            np.asarray(windows, np.float32),
            np.asarray(margins, np.float32).reshape(-1),
        )
        # OpenCV's threads come back in any order; of equals the first is kept, always the same one.
        order = np.lexsort((*places.T, strong))
        x, y, across, down = places[order].T
        middle_x, middle_y = x + across / 2, y + down / 2
        half_x, half_y = _HALF_WIDTH * across, _HALF_HEIGHT * down
        edges = (middle_x - half_x, middle_y - half_y, middle_x + half_x, middle_y + half_y)
        boxes = np.stack(edges, axis=1) / zoom + np.array([left, top, left, top], np.float32)
        return boxes.astype(np.float32), margin_score(strong[order])
