"""One camera's people and moving things, from outline and motion together."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detectors.background import Background, Change
from detectors.boxes import Boxes, areas, distinct, merged, overlap, shared
from detectors.outline import People, PeopleSearch

Found = tuple[npt.NDArray[np.float32], float]
"""A box in pixels and its score."""

_SAME = 0.3
"""Intersection over union above which a box is that of a known person."""

_ALIKE, _INSIDE = 0.3, 0.6
"""Intersection over union, and share of the smaller box, above which two are one person."""

_MOVED = 0.12
"""Share of a person's box that must differ from the background."""

_FADE = 0.88
"""What is left of a score for each picture in which only motion speaks for the person."""

_WHOLE = 0.6
"""Share of the picture above which searching parts does not pay."""


@dataclass(frozen=True, slots=True)
class Caution:
    """What it takes to call something a person or an object; see `EmbeddedConfig`."""

    smallest_person: float
    min_score: float
    keep_score: float
    still_score: float
    sweep: int
    hold: int
    absorb: int
    smallest: float


@dataclass(slots=True)
class _Known:
    """A person seen before."""

    box: npt.NDArray[np.float32]
    score: float
    anchor: npt.NDArray[np.float32]
    """The box where the present stay began."""

    stayed: int = 0
    """Pictures since then."""

    missed: int = 0
    """Pictures since the outline was last found."""


class Watch:
    """What is known of one camera. Not pure: pictures come in order and teach it."""

    def __init__(self, search: PeopleSearch, background: Background, caution: Caution) -> None:
        self._search = search
        self._background = background
        self._caution = caution
        self._known: list[_Known] = []
        self._count = 0

    def look(self, rgb: npt.NDArray[np.uint8]) -> tuple[list[Found], list[Found]]:
        """Find people and other moving things in the next picture."""
        change = self._background.look(rgb)
        height, width = rgb.shape[:2]
        scale = change.mask.shape[1] / width
        sweep = self._count % self._caution.sweep == 0 or not change.settled
        self._count += 1
        smallest = self._caution.smallest_person * height
        regions = self._regions(change, width, height, sweep)
        people = self._search.within(rgb, regions, smallest, self._caution.keep_score)
        fresh = self._recognise(people, change, scale)
        self._follow_motion(change)
        for row in fresh:
            self._meet(people.boxes[row], float(people.score[row]), change, scale)
        self._known = _single([k for k in self._known if k.missed <= self._caution.hold])
        shown = [one for one in self._known if one.score > 0]
        return [(one.box, one.score) for one in shown], self._objects(change, width, height)

    def _meet(
        self, box: npt.NDArray[np.float32], score: float, change: Change, scale: float
    ) -> None:
        """Take somebody new for a person, or not: the less moves, the surer it must be."""
        caution = self._caution
        if change.settled and change.share(box, scale) >= _MOVED:
            if score >= caution.min_score:
                self._known.append(_Known(box, score, box))
        elif not change.settled:
            if score >= (caution.min_score + 3 * caution.still_score) / 4:
                self._known.append(_Known(box, score, box))
        elif score >= caution.still_score:
            self._known.append(_Known(box, score, box, stayed=caution.absorb))

    def _regions(self, change: Change, width: int, height: int, sweep: bool) -> Boxes:
        """Choose where to search: around what moves and around known people."""
        whole = np.array([[0, 0, width, height]], np.float32)
        known = [one.box for one in self._known]
        boxes = np.array([*change.boxes, *known], np.float32).reshape(-1, 4)
        if sweep or not len(boxes):
            return whole if sweep else boxes
        tall = np.maximum(boxes[:, 3] - boxes[:, 1], self._caution.smallest_person * height)
        pad = np.stack([-0.45 * tall, -0.45 * tall, 0.45 * tall, 0.35 * tall], axis=1)
        limit = np.array([width, height, width, height], np.float32)
        regions = merged(np.clip(boxes + pad, 0, limit).astype(np.float32), 0.0)
        return whole if areas(regions).sum() > _WHOLE * width * height else regions

    def _recognise(self, people: People, change: Change, scale: float) -> list[int]:
        """Give known people their new boxes, the best match first; return the rows left over."""
        free = set(range(len(people.boxes)))
        waiting = list(self._known)
        boxes = np.array([one.box for one in waiting], np.float32).reshape(-1, 4)
        match = overlap(boxes, people.boxes)
        for place in np.argsort(-match, axis=None, kind="stable"):
            who, row = divmod(int(place), max(len(people.boxes), 1))
            if match[who, row] < _SAME:
                break
            one = waiting[who]
            if row not in free or one.missed < 0:
                continue
            if self._is_there(one, people.boxes[row], change, scale):
                self._see(one, people.boxes[row], float(people.score[row]))
                free.discard(row)
        for one in waiting:
            one.missed += 1
        return sorted(free)

    def _is_there(
        self, one: _Known, box: npt.NDArray[np.float32], change: Change, scale: float
    ) -> bool:
        """Tell a person who stands still from a post that looks like one.

        Somebody who came differs from the background until it has absorbed them.
        """
        if not change.settled or one.stayed >= 0.7 * self._caution.absorb:
            return True
        return change.share(box, scale) >= _MOVED

    def _see(self, one: _Known, box: npt.NDArray[np.float32], score: float) -> None:
        one.box, one.score, one.missed = box, score, -1
        if float(overlap(one.anchor[None], box[None])[0, 0]) < 0.5:  # noqa: PLR2004 (half moved on)
            one.anchor, one.stayed = box, 0
        one.stayed += 1

    def _follow_motion(self, change: Change) -> None:
        """Let motion alone speak for people whose outline was not found this time."""
        for one in self._known:
            if one.missed == 0:
                continue
            tall = one.box[3] - one.box[1]
            match = overlap(one.box[None], change.boxes)[0]
            best = int(np.argmax(match)) if len(match) else -1
            if best < 0 or match[best] < _SAME:
                one.score = 0.0
                continue
            blob = change.boxes[best]
            alike = 0.65 < (blob[3] - blob[1]) / tall < 1.4  # noqa: PLR2004 (a stoop, an arm)
            one.score = one.score * _FADE if alike else 0.0
            if alike:
                one.box = blob

    def _objects(self, change: Change, width: int, height: int) -> list[Found]:
        """Keep of what moves that which no person explains."""
        boxes = change.boxes
        if not len(boxes):
            return []
        people = np.array([_roomy(one.box) for one in self._known], np.float32).reshape(-1, 4)
        explained = shared(boxes, people).max(axis=1, initial=0) / np.maximum(areas(boxes), 1)
        score = 1 - 0.5 ** (change.area / self._caution.smallest)
        return [
            (box, float(sure))
            for box, part, sure in zip(boxes, explained, score, strict=True)
            if part < 0.5 and not self._leans_in(box, width, height)  # noqa: PLR2004 (half)
        ]

    def _leans_in(self, box: npt.NDArray[np.float32], width: int, height: int) -> bool:
        """Tell what is cut by the picture's side and upright: a person, like as not, half seen."""
        left, top, right, bottom = map(float, box)
        cut = left < 0.006 * width or right > 0.994 * width
        tall = bottom - top
        return (
            cut
            and tall > 1.2 * (right - left)
            and tall > 0.5 * (self._caution.smallest_person * height)
        )


def _single(known: list[_Known]) -> list[_Known]:
    """Leave one of those that lie upon each other: who was seen last, then who was surer."""
    boxes = np.array([one.box for one in known], np.float32).reshape(-1, 4)
    rank = np.array([1 / (2 + one.missed) + one.score / 100 for one in known], np.float32)
    return [known[row] for row in sorted(distinct(boxes, rank, _ALIKE, _INSIDE))]


def _roomy(box: npt.NDArray[np.float32]) -> list[float]:
    """Widen a person's box to where arms, bags and what is left of the shadow may be."""
    left, top, right, bottom = map(float, box)
    across, tall = right - left, bottom - top
    return [left - 0.35 * across, top - 0.1 * tall, right + 0.35 * across, bottom + 0.12 * tall]
