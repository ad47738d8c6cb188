"""People who walk through a made-up view, as a detector would report them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detectors import Detections

WIDTH, HEIGHT = 0.06, 0.3


@dataclass(frozen=True)
class Moment:
    """One frame: what is there and what the detector says."""

    at: float
    truth: dict[int, tuple[float, float, float, float]]
    """Boxes by person, relative."""

    detections: Detections


def walk(
    seed: int,
    people: int,
    fps: float,
    *,
    seconds: float = 12.0,
    jitter: float = 0.0,
    miss: float = 0.08,
    noise: float = 0.03,
    false: float = 0.1,
) -> Iterator[Moment]:
    """Let people cross the view both ways on lanes that overlap.

    Args:
        seed: Of the random numbers.
        people: How many.
        fps: Frames per second.
        seconds: Length.
        jitter: Largest part by which a frame interval differs from its mean.
        miss: Chance that a person is not detected in a frame.
        noise: Standard deviation of box corners, in box sizes.
        false: Mean number of false, mostly weak detections per frame.
    """
    random = np.random.default_rng(seed)
    lane = random.uniform(0.3, 0.7, people)
    speed = random.uniform(0.08, 0.2, people) * random.choice((-1, 1), people)
    start = np.where(speed > 0, 0.04, 0.96) - speed * random.uniform(0, 4, people)
    steps = (1 + random.uniform(-jitter, jitter, int(seconds * fps))) / fps
    for at in np.cumsum(steps).tolist():
        x = start + speed * at
        inside = (x > 0.02) & (x < 0.98)
        where = np.column_stack((x, lane))[inside]
        truth = dict(zip(inside.nonzero()[0].tolist(), map(_box, where), strict=True))
        yield Moment(at, truth, _detect(random, list(truth.values()), miss, noise, false))


def detections(*rows: tuple[tuple[float, float, float, float], float, str]) -> Detections:
    """Build detections from rows of box, score and label."""
    return Detections(
        np.array([row[0] for row in rows], np.float32).reshape(-1, 4),
        np.array([row[1] for row in rows], np.float32),
        tuple(row[2] for row in rows),
    )


def _box(where: npt.NDArray[np.float64]) -> tuple[float, float, float, float]:
    x, y = where.tolist()
    return x - WIDTH / 2, y - HEIGHT / 2, x + WIDTH / 2, y + HEIGHT / 2


def _detect(
    random: np.random.Generator,
    truth: list[tuple[float, float, float, float]],
    miss: float,
    noise: float,
    false: float,
) -> Detections:
    size = np.array([WIDTH, HEIGHT, WIDTH, HEIGHT])
    rows = []
    for box in truth:
        blurred = np.clip(box + random.normal(0, noise, 4) * size, 0, 1)
        score = float(np.clip(random.normal(0.8, 0.12), 0.15, 1))
        if random.random() >= miss:
            rows.append((tuple(blurred.tolist()), score, "person"))
    for _ in range(random.poisson(false)):
        ghost = _box(random.uniform(0.2, 0.8, 2))
        rows.append((ghost, float(random.uniform(0.1, 0.55)), "person"))
    return detections(*sorted(rows, key=lambda row: -row[1]))
