"""What one fixed camera sees when nothing happens, and what is different now."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from detectors.boxes import Boxes, merged

_Mask = npt.NDArray[np.uint8]
_Grey = npt.NDArray[np.float32]

_SHARE = 0.105
"""Weight at which MOG2 (Zivkovic 2004) takes a value as background: one less its ratio of 0.9."""


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How `Background` looks."""

    width: int
    """Pixels across at which pictures are compared."""

    threshold: float
    """Squared deviations from the background at which a pixel has changed."""

    absorb: int
    """Pictures after which what stays still belongs to the background."""

    warm_up: int
    """Pictures at the start, and after a change of the light, in which nothing is reported."""

    too_much: float
    """Share of the picture above which a change is one of light or of the camera's place."""

    smallest: float
    """Share of the picture below which a change is not worth a box."""


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What moved or is new in one picture."""

    boxes: Boxes
    """In pixels of the picture that was given."""

    area: npt.NDArray[np.float32]
    """Changed share of the whole picture within each box."""

    settled: bool
    """Whether the background is known; there are no boxes before."""

    mask: _Mask
    """Where pixels changed (255), in its own size."""

    def share(self, box: npt.NDArray[np.float32], scale: float) -> float:
        """Tell what share of a box changed; `scale` turns its pixels into those of the mask."""
        left, top, right, bottom = (max(round(float(edge) * scale), 0) for edge in box)
        part = self.mask[top:bottom, left:right]
        return float(np.count_nonzero(part)) / part.size if part.size else 0.0


class Background:
    """A mixture of Gaussians per pixel, behind a correction of the camera's exposure.

    Not pure: every picture teaches it. Pictures come in order.
    """

    def __init__(self, sensitivity: Sensitivity) -> None:
        self._sensitivity = sensitivity
        self._shape: tuple[int, int] | None = None
        self._taught = 0

    def look(self, rgb: npt.NDArray[np.uint8]) -> Change:
        """Compare a picture with the background and learn from it."""
        if rgb.shape[:2] != self._shape:
            self._shape = (rgb.shape[0], rgb.shape[1])
            self._learn_anew()
        small = self._exposed(self._shrunk(rgb))
        mask = self._differing(small)
        much = float(np.count_nonzero(mask)) / mask.size
        if self._taught > self._sensitivity.warm_up and much > self._sensitivity.too_much:
            self._learn_anew()
            self._exposed(self._shrunk(rgb))
            self._differing(small)
            return _nothing(mask)
        self._remember(small, mask)
        if self._taught <= self._sensitivity.warm_up:
            return _nothing(mask)
        return self._boxed(mask, rgb.shape[1] / mask.shape[1])

    def _learn_anew(self) -> None:
        history = round(self._sensitivity.absorb / _SHARE)
        self._model = cv2.createBackgroundSubtractorMOG2(
            history, self._sensitivity.threshold, detectShadows=True
        )
        self._model.setShadowThreshold(0.55)
        self._reference: _Grey | None = None
        self._still: npt.NDArray[np.bool_] | None = None
        self._taught = 0

    def _shrunk(self, rgb: npt.NDArray[np.uint8]) -> _Mask:
        height, width = rgb.shape[:2]
        across = min(self._sensitivity.width, width)
        down = max(round(height * across / width), 1)
        small = cv2.resize(rgb, (across, down), interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.GaussianBlur(small, (3, 3), 0), np.uint8)

    def _exposed(self, small: _Mask) -> _Mask:
        """Undo a change of the whole picture's brightness, as cameras make when light changes."""
        grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
        if self._reference is None or self._still is None:
            self._reference = grey
            return small
        usable = self._still & (grey > 8) & (grey < 247)  # noqa: PLR2004 (neither black nor burnt)
        if np.count_nonzero(usable) < usable.size // 8:
            return small
        gain = float(np.median((self._reference[usable] + 1) / (grey[usable] + 1)))
        return np.asarray(cv2.convertScaleAbs(small, alpha=float(np.clip(gain, 0.5, 2))), np.uint8)

    def _differing(self, small: _Mask) -> _Mask:
        rate = max(1 / (self._taught + 1), _SHARE / self._sensitivity.absorb)
        if self._taught > self._sensitivity.warm_up:
            rate = _SHARE / self._sensitivity.absorb
        self._taught += 1
        raw = self._model.apply(small, learningRate=rate)
        sure = np.where(raw == 255, 255, 0).astype(np.uint8)  # noqa: PLR2004 (127 marks shadow)
        return np.asarray(cv2.medianBlur(sure, 5), np.uint8)

    def _remember(self, small: _Mask, mask: _Mask) -> None:
        grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
        still = mask == 0
        self._still = still
        if self._reference is not None:
            cv2.accumulateWeighted(grey, self._reference, 0.05, still.astype(np.uint8))

    def _boxed(self, mask: _Mask, scale: float) -> Change:
        width = mask.shape[1]
        reach = max(round(width / 90), 1) * 2 + 1
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
        whole = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, kernel)
        count, _, stats, _ = cv2.connectedComponentsWithStats(whole, connectivity=8)
        found = stats[1:count]
        found = found[found[:, cv2.CC_STAT_AREA] > self._sensitivity.smallest * mask.size / 4]
        left, top, across, down = (found[:, i].astype(np.float32) for i in range(4))
        boxes = np.stack([left, top, left + across, top + down], axis=1)
        boxes = merged(boxes, width / 90)
        area = np.array(
            [np.count_nonzero(mask[int(t) : int(b), int(x) : int(u)]) for x, t, u, b in boxes],
            np.float32,
        )
        enough = area / mask.size >= self._sensitivity.smallest
        spread = (area[enough] / mask.size).astype(np.float32)
        return Change(boxes[enough] * np.float32(scale), spread, settled=True, mask=mask)


def _nothing(mask: _Mask) -> Change:
    empty = np.empty((0, 4), np.float32)
    return Change(empty, np.empty(0, np.float32), settled=False, mask=np.zeros_like(mask))
