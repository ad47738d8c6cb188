"""What one fixed camera sees when nothing happens, and what is different now."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from detectors.boxes import Boxes, merged

_Mask = npt.NDArray[np.uint8]
_Grey = npt.NDArray[np.float32]

_SHAKE = 6
"""Brightness (of 255) by which a pixel must leave the range of its background's neighbourhood."""

_MOST = 0.65
"""Share of the picture above which a change is one of light or place however slowly it came."""

_WORTH_ALIGNING = 0.04
"""Share of the picture that must have changed before it is asked whether the camera moved."""

_CLEAR, _MOVED = 0.08, 1.5
"""Strength of the peak (0 to 1) and pixels of the shift that say so."""

_APART = 20
"""Brightness (of 255) by which a pixel contradicts a shift of the camera."""

_BURNT = 247
"""Brightness (of 255) from which on a pixel may have been brighter than the sensor can say."""

_DIMMED = 0.95
"""Correction of the exposure below which burnt pixels are not compared."""

_FLAT = 3.0
"""Brightness (of 255) below which texture says nothing."""

_SAME_TEXTURE = 0.7
"""Correlation of textures above which the background is seen in another light."""

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
    """Share of the picture whose change from one picture to the next is one of light or place."""

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
        self._shape = (0, 0)
        self._taught = 0
        self._much = 0.0
        self._burnt: npt.NDArray[np.bool_] | None = None

    def look(self, rgb: npt.NDArray[np.uint8]) -> Change:
        """Compare a picture with the background and learn from it."""
        if rgb.shape[:2] != self._shape:
            self._shape = (rgb.shape[0], rgb.shape[1])
            self._learn_anew()
        small = self._exposed(self._shrunk(rgb))
        mask = self._differing(small)
        if self._taught > self._sensitivity.warm_up and self._is_another(small, mask):
            self._learn_anew()
            small = self._exposed(self._shrunk(rgb))
            mask = self._differing(small)
        self._remember(small, mask)
        if self._taught <= self._sensitivity.warm_up:
            return _nothing(mask)
        return self._boxed(small, mask, rgb.shape[1] / mask.shape[1])

    def _learn_anew(self) -> None:
        history = round(self._sensitivity.absorb / _SHARE)
        self._model = cv2.createBackgroundSubtractorMOG2(
            history, self._sensitivity.threshold, detectShadows=True
        )
        self._model.setShadowThreshold(0.55)
        self._reference: _Grey | None = None
        self._still: npt.NDArray[np.bool_] | None = None
        self._much = 0.0
        self._taper = cv2.createHanningWindow(self._size(), cv2.CV_32F)
        self._taught = 0

    def _size(self) -> tuple[int, int]:
        height, width = self._shape
        across = min(self._sensitivity.width, width)
        return max(across, 4), max(round(height * across / width), 4)

    def _shrunk(self, rgb: npt.NDArray[np.uint8]) -> _Mask:
        small = cv2.resize(rgb, self._size(), interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.GaussianBlur(small, (3, 3), 0), np.uint8)

    def _exposed(self, small: _Mask) -> _Mask:
        """Undo a change of the whole picture's brightness, as cameras make when light changes."""
        self._burnt = None
        grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
        if self._reference is None or self._still is None:
            self._reference = grey
            return small
        usable = self._still & (grey > 8) & (grey < _BURNT)  # noqa: PLR2004 (8: not black)
        if np.count_nonzero(usable) < usable.size // 8:
            return small
        gain = float(np.median((self._reference[usable] + 1) / (grey[usable] + 1)))
        if gain < _DIMMED:
            self._burnt = small.max(axis=2) >= _BURNT
        return np.asarray(cv2.convertScaleAbs(small, alpha=float(np.clip(gain, 0.5, 2))), np.uint8)

    def _differing(self, small: _Mask) -> _Mask:
        rate = max(1 / (self._taught + 1), _SHARE / self._sensitivity.absorb)
        if self._taught > self._sensitivity.warm_up:
            rate = _SHARE / self._sensitivity.absorb
        usual = self._model.getBackgroundImage() if self._taught else small
        self._taught += 1
        raw = self._model.apply(small, learningRate=rate)
        sure = np.where(raw == 255, 255, 0).astype(np.uint8)  # noqa: PLR2004 (127 marks shadow)
        if self._burnt is not None:
            sure[self._burnt] = 0
        return np.asarray(cv2.medianBlur(sure & _beyond_shake(small, usual), 5), np.uint8)

    def _is_another(self, small: _Mask, mask: _Mask) -> bool:
        """Tell whether light or camera position are others than those that were learnt."""
        much = float(np.count_nonzero(mask)) / mask.size
        sudden, self._much = much - self._much, much
        if sudden > self._sensitivity.too_much or much > _MOST:
            return True
        if much < _WORTH_ALIGNING or self._reference is None:
            return False
        grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
        (right, down), clear = cv2.phaseCorrelate(
            _texture(self._reference), _texture(grey), self._taper
        )
        if clear < _CLEAR or max(abs(right), abs(down)) < _MOVED:
            return False
        back = np.array([[1, 0, right], [0, 1, down]], np.float64)
        height, width = grey.shape
        aligned = cv2.warpAffine(
            self._reference, back, (width, height), borderMode=cv2.BORDER_REPLICATE
        )
        before, after = (
            np.count_nonzero(np.abs(grey - a) > _APART) for a in (self._reference, aligned)
        )
        return bool(after < before / 2)

    def _remember(self, small: _Mask, mask: _Mask) -> None:
        grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
        still = mask == 0
        self._still = still
        if self._reference is not None:
            cv2.accumulateWeighted(grey, self._reference, 0.05, still.astype(np.uint8))

    def _boxed(self, small: _Mask, mask: _Mask, scale: float) -> Change:
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
        enough &= np.array([self._is_new(small, mask, box) for box in boxes], np.bool_)
        spread = (area[enough] / mask.size).astype(np.float32)
        return Change(boxes[enough] * np.float32(scale), spread, settled=True, mask=mask)

    def _is_new(self, small: _Mask, mask: _Mask, box: npt.NDArray[np.float32]) -> bool:
        """Tell a thing from light that fell on the background, whose texture shines through."""
        left, top, right, bottom = (int(edge) for edge in box)
        part = (slice(top, bottom), slice(left, right))
        if self._reference is None:
            return True
        grey = cv2.cvtColor(small[part], cv2.COLOR_RGB2GRAY).astype(np.float32)
        inside = mask[part] > 0
        now, before = (_texture(a)[inside] for a in (grey, self._reference[part]))
        strength = float(np.sqrt((now * now).mean() * (before * before).mean()))
        return strength < _FLAT or float((now * before).mean()) / strength < _SAME_TEXTURE


def _texture(grey: _Grey) -> _Grey:
    return np.asarray(grey - cv2.blur(grey, (9, 9)), np.float32)


def _beyond_shake(small: _Mask, usual: npt.NDArray[Any]) -> _Mask:
    """Mark what differs from every background pixel next to it.

    A mast in the wind moves the picture by a fraction of a pixel, and every edge seems to change.
    """
    square = np.ones((3, 3), np.uint8)
    above = cv2.subtract(small, cv2.dilate(usual, square))
    below = cv2.subtract(cv2.erode(usual, square), small)
    most = np.maximum(above, below).max(axis=2)
    return np.asarray((most > _SHAKE) * 255, np.uint8)


def _nothing(mask: _Mask) -> Change:
    empty = np.empty((0, 4), np.float32)
    return Change(empty, np.empty(0, np.float32), settled=False, mask=np.zeros_like(mask))
