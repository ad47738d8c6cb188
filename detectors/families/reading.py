"""From one picture's output to detections: decode, choose labels, suppress, bring back."""

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from detectors.detection import Detections
from detectors.errors import DetectorRejected
from detectors.families.candidates import Candidates, Numbers
from detectors.families.family import Family
from detectors.families.letterbox import Letterbox
from detectors.families.suppression import strongest, suppress

MOST = 300
"""Objects per picture, as the models were evaluated."""

_MOST_NAMED = 100


class Reading:
    """Reads outputs of one model.

    Args:
        family: How outputs are decoded.
        names: Class names by number.
        wanted: Labels to keep; None keeps all.
        min_score: Scores below are left out.
        iou: Overlap above which the weaker of two boxes of one class goes.

    Raises:
        DetectorRejected: A wanted label is none of the model's names.
    """

    def __init__(
        self,
        family: Family,
        names: tuple[str, ...],
        wanted: Collection[str] | None,
        min_score: float,
        iou: float,
    ) -> None:
        self._family = family
        self._names = names
        self._min_score = min_score
        self._iou = iou
        self._kept = _mask(names, wanted)
        self.labels = tuple(
            dict.fromkeys(name for name, kept in zip(names, self._kept, strict=True) if kept)
        )

    def read(self, output: Numbers, letterbox: Letterbox) -> Detections:
        """Turn one picture's output (without the batch axis) into detections."""
        found = self._family.decode(output, self._min_score)
        if self._family.agnostic and len(self._names) == 1:
            found = replace(found, number=np.zeros_like(found.number))
        known = (found.number >= 0) & (found.number < len(self._names))
        found = found.take(known & self._kept[np.where(known, found.number, 0)])
        if not found.number.size:
            return Detections.none()
        if self._family.overlaps:
            found = suppress(found, self._iou, MOST)
        else:
            found = strongest(found, MOST)
        return self._placed(found, letterbox)

    def _placed(self, found: Candidates, letterbox: Letterbox) -> Detections:
        boxes = letterbox.relative(found.xyxy)
        visible = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
        return Detections(
            boxes[visible],
            np.clip(found.score[visible], np.float32(0), np.float32(1)),
            tuple(self._names[number] for number in found.number[visible]),
        )


def _mask(
    names: tuple[str, ...], wanted: Collection[str] | None
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    if wanted is None:
        return np.array([name != "" for name in names], np.bool_)
    if unknown := sorted(set(wanted) - set(names)):
        known = ", ".join(names[:_MOST_NAMED]) + (", …" if len(names) > _MOST_NAMED else "")
        raise DetectorRejected(
            f"`labels`: the model has no class {', '.join(unknown)}; it has {known}"
        )
    return np.array([name in wanted for name in names], np.bool_)


def place_for(family: Family, picture: tuple[int, int], size: tuple[int, int]) -> Letterbox:
    """Say where a picture (width, height) lies in an input (width, height) of this family."""
    if family.fit == "stretched":
        return Letterbox.stretch(size)
    return Letterbox.fit(picture, size, centred=family.fit == "centred")
