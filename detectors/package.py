"""SORT, OC-SORT and BoT-SORT of the package `trackers`, as trackers to choose from.

Needs the extra: `pip install "lookout-daemon[trackers]"`. The package brings OpenCV and some
130 MB into the daemon and takes several times as long as `bytetrack`, which is why none is the
default. Sources: Bewley et al. 2016 (SORT), Cao et al. 2023 (OC-SORT), Aharon et al. 2022
(BoT-SORT, here without the compensation of camera motion: a tracker sees no pictures).
"""

import importlib
import importlib.util
import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from detectors.detection import Box, Detections
from detectors.track import Track

SCALE = 1000.0
"""The package counts in pixels; relative boxes are made that many pixels wide and high."""

PACE = 30.0
"""Frames per second in which the package counts how long it keeps a track out of sight."""

FADING = 0.9
"""What a vote for a label counts after one more frame."""

MOVES = 0.3
"""Own widths or heights per second above which an object counts as moving."""

_BELIEF = 5.0
"""Seconds without a miss that are believed before anything was measured, and one miss after."""


class PackageConfig(BaseModel):
    """Options that the package's trackers share."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    high_score: float = Field(default=0.5, ge=0, le=1)
    """Score, default 0.5. Detections from here on are matched first and may start a track."""

    confirm_hits: int = Field(default=2, ge=1, le=100)
    """Frames, default 2: how often an object must be seen before its track is returned."""

    keep: float = Field(default=2.0, gt=0, le=600)
    """Seconds, default 2: how long an object out of sight may come back under its old id."""

    @model_validator(mode="after")
    def _is_installed(self) -> Self:
        if importlib.util.find_spec("trackers") is None:
            raise ValueError(
                'needs the package `trackers`: pip install "lookout-daemon[trackers]", or leave '
                "`tracker` out for `bytetrack`"
            )
        return self


@dataclass(slots=True)
class _Life:
    """What is remembered of one track."""

    id: int
    box: Box
    first_seen: float
    last_seen: float
    believed_at: float
    """As `last_seen`, or later where it is known to be there although nobody looked."""

    score: float = 0.0
    hits: int = 0
    velocity: tuple[float, float] = (0.0, 0.0)
    votes: dict[str, float] = field(default_factory=dict)

    def believe(self, at: float, box: Box, score: float) -> None:
        """Note where it is known to be, although nobody looked."""
        self.box, self.score, self.believed_at = box, score, at

    def take(self, at: float, box: Box, score: float, label: str) -> None:
        """Note what a frame showed."""
        pause = at - self.last_seen
        if self.hits and pause > 0:
            moved = tuple((a + c - b - d) / 2 / pause for a, b, c, d in _sides(box, self.box))
            self.velocity = moved[0], moved[1]
        self.votes = {name: vote * FADING for name, vote in self.votes.items()}
        self.votes[label] = self.votes.get(label, 0.0) + score
        self.last_seen = at
        self.believe(at, box, score)
        self.hits += 1


def _sides(new: Box, old: Box) -> tuple[tuple[float, float, float, float], ...]:
    """Pair the sides of both boxes by axis: near and far, new and old."""
    return (new[0], old[0], new[2], old[2]), (new[1], old[1], new[3], old[3])


class _PackageTracker:
    """One of the package's trackers behind our interface; see `detectors.Tracker`."""

    Config: ClassVar[type[BaseModel]] = PackageConfig

    def __init__(self, name: str, config: PackageConfig, first_id: int = 1) -> None:
        self.name = name
        self._config = config
        self._next_id = first_id
        with warnings.catch_warnings():
            # Its own deprecations, said while it is imported.
            warnings.simplefilter("ignore")
            self._package: Any = importlib.import_module("trackers")
            self._supervision: Any = importlib.import_module("supervision")
        self._lives: dict[int, _Life] = {}
        self._labels: list[str] = []
        self._at = 0.0
        self._present: set[int] = set()
        self._followed = 0.0
        self._misses = 0
        self._inner = self._made()

    @property
    def next_id(self) -> int:
        """The id the next new track will get."""
        return self._next_id

    def update(self, at: float, detections: Detections) -> Sequence[Track]:
        """Take the detections of the frame captured at `at`."""
        numbers = {label: number for number, label in enumerate(self._labels)}
        for label in detections.label:
            if label not in numbers:
                numbers[label] = len(self._labels)
                self._labels.append(label)
        seen = self._supervision.Detections(
            xyxy=detections.xyxy.astype(np.float64) * SCALE,
            confidence=detections.score.astype(np.float64),
            class_id=np.array([numbers[label] for label in detections.label], int),
            data={} if detections.carried is None else {"carried": detections.carried},
        )
        found = self._inner.update(seen, timestamp=at)
        unseen = found.data.get("carried", np.zeros(len(found), np.bool_)).tolist()
        present = set()
        for row, number in enumerate(found.tracker_id.tolist()):
            if number < 0:
                continue
            left, top, right, bottom = (found.xyxy[row] / SCALE).tolist()
            box = (left, top, right, bottom)
            life = self._lives.get(number)
            if life is None:
                life = self._lives[number] = _Life(self._next_id, box, at, at, at)
                self._next_id += 1
            score, label = float(found.confidence[row]), self._labels[found.class_id[row]]
            if unseen[row] and life.hits:
                life.believe(at, box, score)
            else:
                life.take(at, box, score, label)
            present.add(number)
        self._measure(at, present)
        self._lives = {
            number: life
            for number, life in self._lives.items()
            if at - life.believed_at <= self._config.keep
        }
        return [
            _track(
                life,
                life.box,
                life.score,
                lost=number not in present,
                carried=life.last_seen < life.believed_at,
            )
            for number, life in self._ordered()
        ]

    def carry(self, at: float) -> Sequence[Track]:
        """Move the tracks seen last on at their speed; their scores fall as more of them is missed.

        The package does not show how sure its filters are; what is measured here is how many
        seconds its tracks were followed for each time that one of them was not found.
        """
        tracks = []
        for number, life in self._ordered():
            pause = at - life.believed_at
            if pause > self._config.keep:
                continue
            seen = number in self._present
            box, score = life.box, life.score
            if seen:
                across, down = (speed * pause for speed in life.velocity)
                left, top, right, bottom = box
                box = _clipped((left + across, top + down, right + across, bottom + down))
                score *= math.exp(-pause * (self._misses + 1) / (self._followed + _BELIEF))
            if box[0] < box[2] and box[1] < box[3]:
                tracks.append(_track(life, box, score, lost=not seen, carried=seen))
        return tracks

    def reset(self) -> None:
        """Forget all tracks, keep numbering."""
        self._lives, self._present = {}, set()
        self._inner = self._made()

    def _ordered(self) -> list[tuple[int, _Life]]:
        return sorted(self._lives.items(), key=lambda one: one[1].id)

    def _measure(self, at: float, present: set[int]) -> None:
        """Count for how long the tracks seen last were followed, and how many were missed now."""
        self._followed += (at - self._at) * len(self._present)
        self._misses += len(self._present - present)
        self._at, self._present = at, present

    def _made(self) -> Any:  # noqa: ANN401 (the package has no types)
        raise NotImplementedError


class SortTracker(_PackageTracker):
    """SORT: overlap and a Kalman filter, nothing else."""

    def _made(self) -> Any:  # noqa: ANN401 (the package has no types)
        config = self._config
        return self._package.SORTTracker(
            lost_track_buffer=round(config.keep * PACE),
            frame_rate=PACE,
            track_activation_threshold=config.high_score,
            minimum_consecutive_frames=config.confirm_hits,
        )


class OcSortTracker(_PackageTracker):
    """OC-SORT: also looks at the direction of motion; good where objects cross and stop."""

    def _made(self) -> Any:  # noqa: ANN401 (the package has no types)
        config = self._config
        return self._package.OCSORTTracker(
            lost_track_buffer=round(config.keep * PACE),
            frame_rate=PACE,
            minimum_consecutive_frames=config.confirm_hits,
            high_conf_det_threshold=config.high_score,
        )


class BotSortTracker(_PackageTracker):
    """BoT-SORT without camera motion: ByteTrack's stages with another state."""

    def _made(self) -> Any:  # noqa: ANN401 (the package has no types)
        config = self._config
        return self._package.BoTSORTTracker(
            lost_track_buffer=round(config.keep * PACE),
            frame_rate=PACE,
            track_activation_threshold=config.high_score,
            minimum_consecutive_frames=config.confirm_hits,
            high_conf_det_threshold=config.high_score,
            enable_cmc=False,
        )


def _clipped(box: Box) -> Box:
    left, top, right, bottom = (min(max(side, 0.0), 1.0) for side in box)
    return left, top, right, bottom


def _track(
    life: _Life, box: Box, score: float, *, lost: bool = False, carried: bool = False
) -> Track:
    across, down = life.velocity
    left, top, right, bottom = life.box
    pace = max(abs(across) / max(right - left, 1e-6), abs(down) / max(bottom - top, 1e-6))
    return Track(
        life.id,
        max(sorted(life.votes), key=lambda name: life.votes[name]),
        score,
        box,
        life.velocity,
        life.first_seen,
        life.last_seen,
        life.hits,
        lost,
        carried,
        pace > MOVES,
    )
