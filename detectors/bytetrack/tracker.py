"""ByteTrack over data's own time, all tracks as arrays.

Source: Zhang et al., ByteTrack: Multi-Object Tracking by Associating Every Detection Box, ECCV
2022 (arXiv:2110.06864), written from the paper. Strong detections are matched with all tracks by
overlap, weak ones with what is left; a third stage, for few frames per second, asks the motion
filter whether a strong detection may be the same object although the boxes do not overlap.
"""

import math
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from detectors.bytetrack import kalman, rest
from detectors.bytetrack.association import assign, overlap
from detectors.bytetrack.carrying import carry
from detectors.bytetrack.config import ByteConfig
from detectors.bytetrack.label import Ballot
from detectors.bytetrack.population import Population
from detectors.bytetrack.seen import Seen, usable
from detectors.detection import Box, Detections
from detectors.track import Track

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

# Squared distance that 99 % of true matches keep below: chi-square with four degrees of freedom.
_GATE = 13.28
# Least share of the gate that must be left: the gate's very edge is no match.
_PLAUSIBLE = 1e-6

_BELIEF, _REMEMBERED = 4, 20
"""Detections that the filter's own idea of its errors weighs, and over which they are measured."""

_ALL = slice(None)
_NONE: Rows = np.empty(0, np.intp)


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
        # As float32, which scores are: 0.7 must not be refused for the bits it lacks.
        limits = np.array([config.start_score, config.high_score, config.low_score], np.float32)
        self._limits = -limits.astype(np.float64)
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
            self._take(usable(detections, self._ballot, self._limits))
        if not len(self._tracks):
            return ()
        self._bury()
        rest.settle(self._tracks, at)
        self._confirm()
        tracks, sure = self._tracks, self._tracks.confirmed
        place = tracks.state[kalman.POSITION, :, :sure]
        return self._report(place, tracks.score[:sure], tracks.carried[:sure], looked=True)

    def carry(self, at: float) -> Sequence[Track]:
        """Say where the tracks should be at `at`, when nobody looked; changes nothing.

        Raises:
            ValueError: `at` is not finite or lies before the last frame's.
        """
        self._require_order(at)
        tracks, sure = self._tracks, self._tracks.confirmed
        if not sure:
            return ()
        place, trust = carry(tracks, at - self._at)
        seen = tracks.present[:sure]
        score = tracks.score[:sure] * np.where(seen, trust, 1.0)
        gone = kalman.outside(place) | (at - tracks.believed_at[:sure] > self._config.keep)
        told = self._report(place, score, seen, looked=False)
        return tuple(track for track, left in zip(told, gone.tolist(), strict=True) if not left)

    def reset(self) -> None:
        """Forget all tracks and labels, keep numbering."""
        self._at = -math.inf
        self._tracks = Population()
        self._ballot = Ballot(self._config.label_memory, self._config.label_margin)

    def _require_order(self, at: float) -> None:
        if not (math.isfinite(at) and at >= self._at):
            raise ValueError(
                f"tracker {self.name}: frame at {at} s after one at {self._at} s; "
                "times must be finite and never decrease"
            )

    def _advance(self, at: float) -> None:
        self._require_order(at)
        seconds = at - self._at
        self._at = at
        tracks = self._tracks
        if not len(tracks):
            return
        if seconds > self._config.keep:
            self._keep(_NONE)
            return
        tracks.present.fill(False)
        tracks.carried.fill(False)
        if seconds > 0:
            tracks.state = kalman.predict(tracks.state, seconds)

    def _take(self, seen: Seen) -> None:
        """Continue tracks, then start new ones from strong detections that nothing explains."""
        idle = np.ones(len(seen.score), np.bool_)
        if len(self._tracks):
            rows, columns = self._associate(seen)
            if len(rows):
                idle[columns] = False
                self._continue(seen, rows, columns)
        if seen.carried is not None:
            # What nobody looked for goes on, but begins nothing.
            idle &= ~seen.carried
        fresh = idle[: seen.starting].nonzero()[0]
        if len(fresh):
            self._start(seen, fresh)

    def _associate(self, seen: Seen) -> tuple[Rows, Rows]:
        """Return the tracks that go on and the detections they go on with."""
        tracks, config, strong = self._tracks, self._config, seen.strong
        similarity = overlap(kalman.corners(tracks.state[kalman.POSITION]), seen.boxes)
        if len(self._ballot.names) > 1:
            similarity[self._differ(_ALL, seen.label)] *= config.label_change
        rows, columns = assign(similarity[:, :strong], config.iou)
        free = np.ones(len(tracks), np.bool_)
        free[rows] = False
        if strong < len(seen.score):
            sure = free[: tracks.confirmed].nonzero()[0]
            some, weak = assign(similarity[sure, strong:], config.low_iou)
            weak_rows, weak_columns = sure[some], weak + strong
            free[weak_rows] = False
        else:
            weak_rows = weak_columns = _NONE
        if len(columns) < strong and config.reach > 0:
            idle = np.ones(strong, np.bool_)
            idle[columns] = False
            far_rows, far_columns = self._leap(seen, free.nonzero()[0], idle.nonzero()[0])
        else:
            far_rows = far_columns = _NONE
        return (
            np.concatenate((rows, weak_rows, far_rows)),
            np.concatenate((columns, weak_columns, far_columns)),
        )

    def _leap(self, seen: Seen, rows: Rows, columns: Rows) -> tuple[Rows, Rows]:
        """Match what the filter finds plausible although it does not overlap.

        Comes last, so it only decides between an old id and a new one.
        """
        if not len(rows):
            return _NONE, _NONE
        state = self._tracks.state[:, :, rows]
        measured = kalman.measurement(seen.boxes[:, columns])
        apart = np.abs(state[kalman.POSITION, :2, :, None] - measured[:2, None, :])
        near = (apart <= self._config.reach * state[kalman.POSITION, 2:, :, None]).all(axis=0)
        similarity = 1 - kalman.surprise(state, measured) / _GATE
        similarity -= (1 - self._config.label_change) * self._differ(rows, seen.label[columns])
        some, leaping = assign(np.where(near, similarity, -1), _PLAUSIBLE)
        return rows[some], columns[leaping]

    def _differ(self, rows: Rows | slice, labels: Rows) -> npt.NDArray[np.bool_]:
        return np.asarray(self._ballot.present[rows, None] != labels)

    def _continue(self, seen: Seen, rows: Rows, columns: Rows) -> None:
        tracks = self._tracks
        source = np.zeros(len(tracks), np.intp)
        source[rows] = columns
        tracks.present[rows] = True
        tracks.found[:, rows] = seen.boxes[:, columns]
        measured = kalman.measurement(seen.boxes[:, source])
        off = kalman.correct(tracks.state, measured, tracks.present)
        tracks.believed_at[tracks.present] = self._at
        tracks.score[rows] = seen.score[columns]
        shown = tracks.present
        if seen.carried is not None:
            tracks.carried[rows] = seen.carried[columns]
            shown = shown & ~tracks.carried
            told = ~seen.carried[columns]
            rows, columns = rows[told], columns[told]
        if len(self._ballot.names) > 1:
            pause = self._at - tracks.last_seen[rows]
            self._ballot.cast(rows, seen.label[columns], seen.score[columns], pause)
        tracks.last_seen[shown] = self._at
        tracks.hits += shown
        share = shown / np.minimum(tracks.hits + _BELIEF, _REMEMBERED)
        tracks.wobble += share * (off - tracks.wobble)

    def _start(self, seen: Seen, fresh: Rows) -> None:
        tracks, config = self._tracks, self._config
        if np.count_nonzero(tracks.present):
            followed = kalman.corners(tracks.state[kalman.POSITION][:, tracks.present])
            twice = overlap(followed, seen.boxes[:, fresh]) >= config.duplicate_iou
            fresh = fresh[~twice.any(axis=0)]
        room = max(0, config.max_tracks - len(tracks))
        self.refused += max(0, len(fresh) - room)
        fresh = fresh[:room]
        if len(fresh):
            measured = kalman.measurement(seen.boxes[:, fresh])
            state = kalman.born(measured, config.speed)
            tracks.add(state, seen.score[fresh], seen.boxes[:, fresh], self._at)
            self._ballot.add(seen.label[fresh], seen.score[fresh])

    def _bury(self) -> None:
        """Give up what was unseen for too long or has left the picture."""
        tracks, config, sure = self._tracks, self._config, self._tracks.confirmed
        if np.count_nonzero(tracks.present) == len(tracks):
            return
        pause = self._at - tracks.believed_at
        dead = pause > config.keep
        dead[sure:] |= pause[sure:] > config.confirm_gap
        dead |= kalman.outside(tracks.state[kalman.POSITION])
        dead &= ~tracks.present
        if np.count_nonzero(dead):
            self._keep((~dead).nonzero()[0])

    def _keep(self, rows: Rows) -> None:
        self._tracks.keep(rows)
        self._ballot.keep(rows)

    def _confirm(self) -> None:
        tracks, config, sure = self._tracks, self._config, self._tracks.confirmed
        if sure == len(tracks):
            return
        ready = tracks.present[sure:] & (tracks.hits[sure:] >= config.confirm_hits)
        if config.confirm_after > 0:
            ready &= self._at - tracks.first_seen[sure:] >= config.confirm_after
        rows = ready.nonzero()[0] + sure
        if len(rows):
            tracks.id[rows] = np.arange(self._next_id, self._next_id + len(rows))
            self._next_id += len(rows)
            waiting = (~ready).nonzero()[0] + sure
            self._keep(np.concatenate((np.arange(sure), rows, waiting)))

    def _report(
        self, place: Array, score: Array, carried: npt.NDArray[np.bool_], *, looked: bool
    ) -> tuple[Track, ...]:
        """Write down the confirmed tracks at their places, centre and size, 4 x n."""
        tracks, names, sure = self._tracks, self._ballot.names, self._tracks.confirmed
        if not sure:
            return ()
        boxes = kalman.corners(place)
        np.maximum(boxes, 0, out=boxes)
        np.minimum(boxes, 1, out=boxes)
        return tuple(
            map(
                Track,
                tracks.id[:sure].tolist(),
                [names[label] for label in self._ballot.present[:sure].tolist()],
                score.tolist(),
                zip(*boxes.tolist(), strict=True),
                zip(*tracks.state[kalman.VELOCITY, :2, :sure].tolist(), strict=True),
                tracks.first_seen[:sure].tolist(),
                tracks.last_seen[:sure].tolist(),
                tracks.hits[:sure].tolist(),
                (~tracks.present[:sure]).tolist(),
                carried.tolist(),
                tracks.moving[:sure].tolist(),
                self._found(carried) if looked else [None] * sure,
            )
        )

    def _found(self, carried: npt.NDArray[np.bool_]) -> list[Box | None]:
        """Return what the newest frame's detections were, of the confirmed tracks."""
        tracks, sure = self._tracks, self._tracks.confirmed
        seen = (tracks.present[:sure] & ~carried).tolist()
        boxes = zip(*tracks.found[:, :sure].tolist(), strict=True)
        return [box if there else None for box, there in zip(boxes, seen, strict=True)]
