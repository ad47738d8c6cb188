"""What is known to be where, for a camera whose pictures are looked at in parts.

A look at parts says nothing about the rest of the picture. What was found there before and does
not move is still there: it goes on as found, marked as carried, until it is looked at again. Its
score falls with the time since, as fast as things like it were found gone when they were looked
for: misses per second unseen, measured for this camera. What moves out of sight is not made up; the
tracker predicts it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detectors.boxes import overlap
from detectors.detection import Box, Detections
from detectors.parts import holds

RECHECK = 2.0
"""Seconds after which a thing that stands still should be looked at again."""

FORGET = 10.0
"""Seconds after which a thing that could not be looked at again is not carried on any more."""

BELIEF = 60.0
"""Seconds for which a thing is believed to stand on average, before anything was measured; weighs
as much as one thing gone in that time."""

WORTH = 0.3
"""Score from which on a find is remembered."""

MOST = 64
"""Things remembered: what stands first, then the strongest."""

_SAME = 0.3
"""Intersection over union from which on a find is the thing that was there before."""

_STIRRED = 0.05
"""Share of a thing's box that may move, of a bush beside it, while it stands still."""

_TALL = 0.2
"""Height in a model's input, as a share of it, at which a thing is surely seen."""

_SLACK = 2.0
"""How much smaller than that a thing may appear and its absence still be believed."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What of a picture was looked at, and how closely."""

    at: float
    """Time of the frame, seconds."""

    regions: Sequence[Box]
    """The parts, relative."""

    moved: Sequence[Box]
    """Where something moved, relative."""

    height: int
    """Of the camera's picture, pixels."""

    width: int
    model: tuple[int, int]
    """Width and height of the model's input, pixels."""


@dataclass(frozen=True, slots=True)
class _Known:
    box: Box
    score: float
    label: str
    seen_at: float
    steady: bool
    """Whether it was found more than once."""

    still: bool
    """Whether nothing moved where it was found. What moved before and does so no more has become
    part of the background, or is gone: only a look can tell."""


class Attention:
    """Memory of one camera. Pure: time comes with the looks, which come in order."""

    def __init__(self) -> None:
        self._known: list[_Known] = []
        self._at = float("-inf")
        self._unseen = BELIEF
        self._gone = 1

    def wanted(self) -> tuple[Box, ...]:
        """Say where the next look should go beside what moves; longest unseen first."""
        due = [
            known
            for known in self._known
            if not (known.steady and known.still) or self._at - known.seen_at >= RECHECK
        ]
        return tuple(known.box for known in sorted(due, key=lambda known: known.seen_at))

    def settle(self, look: Glance, found: Detections) -> Detections:
        """Add to what was found what is known to be where nobody looked."""
        self._at = look.at
        before = np.array([known.box for known in self._known], np.float32).reshape(-1, 4)
        alike = np.greater_equal(overlap(before, found.xyxy), _SAME)
        missing = []
        for known, again in zip(self._known, np.any(alike, axis=1).tolist(), strict=True):
            told = any(_told(part, known.box, look) for part in look.regions)
            if (again or told) and known.steady and known.still:
                self._unseen += look.at - known.seen_at
                self._gone += not again
            if not again and not told:
                missing.append(known)
        carried = [known for known in missing if _stands(known, look)]
        unsure = [
            known
            for known in missing
            if known not in carried and look.at - known.seen_at <= RECHECK
        ]
        fresh = [
            _Known(
                one.xyxy, one.score, one.label, look.at, steady, not _stirred(one.xyxy, look.moved)
            )
            for one, steady in zip(found, np.any(alike, axis=0).tolist(), strict=True)
            if one.score >= WORTH
        ]
        self._known = fresh + carried + unsure
        if len(self._known) > MOST:
            # A crowd is found again anyway; what stands beside it must not be forgotten for it.
            self._known.sort(key=lambda one: not (one.steady and one.still))
            del self._known[MOST:]
        return self._joined(found, carried)

    def _joined(self, found: Detections, carried: Sequence[_Known]) -> Detections:
        if not carried:
            return found
        hazard = self._gone / self._unseen
        fallen = [known.score * math.exp(-hazard * (self._at - known.seen_at)) for known in carried]
        xyxy = np.concatenate((found.xyxy, np.array([known.box for known in carried], np.float32)))
        score = np.concatenate((found.score, np.array(fallen, np.float32)))
        label = (*found.label, *(known.label for known in carried))
        order = np.argsort(-score, kind="stable")
        return Detections(
            xyxy[order], score[order], tuple(label[i] for i in order), order >= len(found)
        )

    def forget(self) -> None:
        """Forget everything: the camera was away."""
        self._known = []


def _stands(known: _Known, look: Glance) -> bool:
    """Tell whether a thing that nobody looked at is still where it was."""
    lately = look.at - known.seen_at <= FORGET
    return known.still and lately and not _stirred(known.box, look.moved)


def _told(part: Box, box: Box, look: Glance) -> bool:
    """Tell whether a part would have shown a thing, large enough to be seen."""
    if not holds(part, box):
        return False
    wide, high = (part[2] - part[0]) * look.width, (part[3] - part[1]) * look.height
    reduced = max(wide / look.model[0], high / look.model[1], 1.0)
    well = (box[3] - box[1]) * look.height / (_TALL * look.model[1])
    return reduced <= max(well, 1.0) * _SLACK


def _stirred(box: Box, moved: Sequence[Box]) -> bool:
    area = (box[2] - box[0]) * (box[3] - box[1])
    common = 0.0
    for other in moved:
        across = min(box[2], other[2]) - max(box[0], other[0])
        down = min(box[3], other[3]) - max(box[1], other[1])
        if across > 0 and down > 0:
            common += across * down
    return common > _STIRRED * area
