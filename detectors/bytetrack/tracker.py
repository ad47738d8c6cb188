"""ByteTrack over data's own time, all tracks as arrays.

Source: Zhang et al., ByteTrack: Multi-Object Tracking by Associating Every Detection Box, ECCV
2022 (arXiv:2110.06864), written from the paper. Strong detections are matched with all tracks by
overlap, weak ones with what is left; a third stage, for few frames per second, asks the motion
filter whether a strong detection may be the same object although the boxes do not overlap.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from detectors.bytetrack import kalman
from detectors.bytetrack.association import assign, overlap
from detectors.bytetrack.config import ByteConfig
from detectors.bytetrack.label import Ballot
from detectors.bytetrack.population import Population
from detectors.detection import Detections
from detectors.track import Track

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

# Squared distance that 99 % of true matches keep below: chi-square with four degrees of freedom.
_GATE = 13.28
# Least share of the gate that must be left: the gate's very edge is no match.
_PLAUSIBLE = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """The usable detections of one frame, in an order that does not depend on how they came."""

    boxes: Array
    """Corners, 4 x m, clipped to the picture."""

    score: Array
    label: Rows
    strong: Rows
    weak: Rows


class ByteTracker:
    """Follows the objects of one camera; see `detectors.Tracker`.

    Deterministic, and the order of the detections does not matter. Ids are given when a track is
    confirmed. Detections that are empty, not finite or below `low_score` are ignored.
    """

    Config: ClassVar[type[ByteConfig]] = ByteConfig

    def __init__(self, name: str, config: ByteConfig, first_id: int = 1) -> None:
        self.name = name
        self.refused = 0
        """Tracks not started because `max_tracks` were alive."""

        self._config = config
        self._next_id = first_id
        self._at = -math.inf
        self._tracks = Population()
        self._ballot = Ballot(config.label_memory, config.label_margin)

    @property
    def next_id(self) -> int:
        """The id the next confirmed track will get."""
        return self._next_id

    def update(self, at: float, detections: Detections) -> Sequence[Track]:
        """Take the detections of the frame captured at `at`.

        Returns the confirmed tracks by id, boxes filtered and clipped to the picture.

        Raises:
            ValueError: `at` is not finite or lies before the last frame's.
        """
        self._advance(at)
        if len(detections):
            seen = self._usable(detections)
            if len(seen.score):
                self._match(seen)
        if not len(self._tracks):
            return ()
        self._bury()
        self._confirm()
        return self._report()

    def reset(self) -> None:
        """Forget all tracks and labels, keep numbering."""
        self._tracks = Population()
        self._ballot = Ballot(self._config.label_memory, self._config.label_margin)
        self._at = -math.inf

    def _advance(self, at: float) -> None:
        if not (math.isfinite(at) and at >= self._at):
            raise ValueError(
                f"tracker {self.name}: frame at {at} s after one at {self._at} s; "
                "times must be finite and never decrease"
            )
        seconds = at - self._at
        self._at = at
        tracks = self._tracks
        if not len(tracks):
            return
        if seconds > self._config.keep:
            self._keep(np.empty(0, np.intp))
            return
        tracks.present[:] = False
        if seconds > 0:
            kalman.predict(tracks.state, seconds)

    def _usable(self, detections: Detections) -> _Seen:
        config = self._config
        boxes = np.clip(detections.xyxy.T.astype(np.float64), 0, 1)
        score = detections.score.astype(np.float64)
        label = self._ballot.number(detections.label)
        left, top, right, bottom = boxes
        # Comparisons with NaN are false: what is not finite falls out here.
        usable = (right > left) & (bottom > top) & (score >= config.low_score)
        order = np.lexsort((label, bottom, right, top, left, -score))
        order = order[usable[order]]
        score = score[order]
        # Sorted, strongest first: the strong ones are a prefix.
        strong = int(np.count_nonzero(score >= config.high_score))
        rows = np.arange(len(order))
        return _Seen(boxes[:, order], score, label[order], rows[:strong], rows[strong:])

    def _match(self, seen: _Seen) -> None:
        tracks = self._tracks
        strong = seen.strong
        free = np.arange(len(tracks))
        if len(tracks):
            free, strong = self._by_overlap(seen, free, strong, self._config.iou)
            if len(seen.weak) and len(free):
                sure = free[tracks.id[free] > 0]
                self._by_overlap(seen, sure, seen.weak, self._config.low_iou)
                free = free[~tracks.present[free]]
            if len(free) and len(strong) and self._config.reach > 0:
                strong = self._by_motion(seen, free, strong)
        fresh = strong[seen.score[strong] >= self._config.start_score]
        if len(fresh):
            self._start(seen, fresh)

    def _by_overlap(
        self, seen: _Seen, rows: Rows, columns: Rows, least: float
    ) -> tuple[Rows, Rows]:
        """Match where boxes overlap; return the tracks and detections left over."""
        if not (len(rows) and len(columns)):
            return rows, columns
        predicted = kalman.corners(self._tracks.state[kalman.POSITION][:, rows])
        similarity = overlap(predicted, seen.boxes[:, columns])
        if len(self._ballot.names) > 1:
            similarity[self._differ(seen, rows, columns)] *= self._config.label_change
        return self._link(seen, rows, columns, assign(similarity, least))

    def _by_motion(self, seen: _Seen, rows: Rows, columns: Rows) -> Rows:
        """Match what the filter finds plausible; return the detections left over.

        Runs last, so it only decides between an old id and a new one.
        """
        tracks, reach = self._tracks, self._config.reach
        state = tracks.state[:, :, rows]
        measured = kalman.measurement(seen.boxes[:, columns])
        apart = np.abs(state[kalman.POSITION, :2, :, None] - measured[:2, None, :])
        near = (apart <= reach * state[kalman.POSITION, 2:, :, None]).all(axis=0)
        similarity = 1 - kalman.surprise(state, measured) / _GATE
        similarity -= (1 - self._config.label_change) * self._differ(seen, rows, columns)
        return self._link(seen, rows, columns, assign(np.where(near, similarity, -1), _PLAUSIBLE))[
            1
        ]

    def _differ(self, seen: _Seen, rows: Rows, columns: Rows) -> npt.NDArray[np.bool_]:
        return np.asarray(self._ballot.present[rows, None] != seen.label[columns])

    def _link(
        self, seen: _Seen, rows: Rows, columns: Rows, pairs: tuple[Rows, Rows]
    ) -> tuple[Rows, Rows]:
        """Continue tracks with detections; return what is left of both."""
        chosen, taken = rows[pairs[0]], columns[pairs[1]]
        if not len(chosen):
            return rows, columns
        tracks, score = self._tracks, seen.score[taken]
        kalman.correct(tracks.state, chosen, kalman.measurement(seen.boxes[:, taken]))
        self._ballot.cast(chosen, seen.label[taken], score, self._at - tracks.last_seen[chosen])
        tracks.last_seen[chosen] = self._at
        tracks.present[chosen] = True
        tracks.hits[chosen] += 1
        tracks.score[chosen] = score
        alone = np.ones(len(columns), np.bool_)
        alone[pairs[1]] = False
        return rows[~tracks.present[rows]], columns[alone]

    def _start(self, seen: _Seen, fresh: Rows) -> None:
        """Start tracks for strong detections that nothing explains."""
        tracks, config = self._tracks, self._config
        if tracks.present.any():
            followed = kalman.corners(tracks.state[kalman.POSITION][:, tracks.present])
            twice = overlap(followed, seen.boxes[:, fresh]) >= config.duplicate_iou
            fresh = fresh[~twice.any(axis=0)]
        room = config.max_tracks - len(tracks)
        self.refused += max(0, len(fresh) - room)
        fresh = fresh[:room]
        if len(fresh):
            measured = kalman.measurement(seen.boxes[:, fresh])
            tracks.add(kalman.born(measured, config.speed), seen.score[fresh], self._at)
            self._ballot.add(seen.label[fresh], seen.score[fresh])

    def _bury(self) -> None:
        """Give up what was unseen for too long or has left the picture."""
        tracks, config = self._tracks, self._config
        if tracks.present.all():
            return
        patience = np.where(tracks.id > 0, config.keep, config.confirm_gap)
        left, top, right, bottom = kalman.corners(tracks.state[kalman.POSITION])
        inside = (right > 0) & (bottom > 0) & (left < 1) & (top < 1)
        alive = tracks.present | ((self._at - tracks.last_seen <= patience) & inside)
        if not alive.all():
            self._keep(alive.nonzero()[0])

    def _keep(self, rows: Rows) -> None:
        self._tracks.keep(rows)
        self._ballot.keep(rows)

    def _confirm(self) -> None:
        tracks, config = self._tracks, self._config
        ready = (tracks.id == 0) & tracks.present & (tracks.hits >= config.confirm_hits)
        if config.confirm_after > 0:
            ready &= self._at - tracks.first_seen >= config.confirm_after
        rows = ready.nonzero()[0]
        if len(rows):
            tracks.id[rows] = np.arange(self._next_id, self._next_id + len(rows))
            self._next_id += len(rows)

    def _report(self) -> tuple[Track, ...]:
        tracks, names = self._tracks, self._ballot.names
        rows = np.argsort(tracks.id, kind="stable")
        rows = rows[np.count_nonzero(tracks.id == 0) :]
        state = tracks.state[:2, :, rows]
        boxes = np.clip(kalman.corners(state[kalman.POSITION]), 0, 1)
        columns = zip(
            tracks.id[rows].tolist(),
            self._ballot.present[rows].tolist(),
            tracks.score[rows].tolist(),
            boxes.T.tolist(),
            state[kalman.VELOCITY, :2].T.tolist(),
            tracks.first_seen[rows].tolist(),
            tracks.last_seen[rows].tolist(),
            tracks.hits[rows].tolist(),
            (~tracks.present[rows]).tolist(),
            strict=True,
        )
        return tuple(
            Track(number, names[label], score, tuple(box), tuple(velocity), first, last, hits, lost)
            for number, label, score, box, velocity, first, last, hits, lost in columns
        )
