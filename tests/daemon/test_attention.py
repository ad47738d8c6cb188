"""How often a camera needs a look."""

import numpy as np
import pytest

from daemon.attention import CALM, SETTLED, Attention
from detectors import Detections, Track


def track(
    number: int = 1, speed: float = 0.0, *, label: str = "person", lost: bool = False
) -> Track:
    """Make a track that is a tenth of the picture wide."""
    return Track(number, label, 0.9, (0.4, 0.4, 0.5, 0.8), (speed, 0.0), 0.0, 0.0, 3, lost)


def found(count: int) -> Detections:
    """Make sure detections."""
    boxes = np.tile(np.array([[0.4, 0.4, 0.5, 0.8]], np.float32), (count, 1))
    return Detections(boxes, np.full(count, 0.9, np.float32), ("person",) * count)


def calm(base: float | None, tracks: tuple[Track, ...]) -> Attention:
    """Show the same tracks until they are known well."""
    attention = Attention(base)
    for number in range(12):
        attention.observe(number * 0.2, found(len(tracks)), tracks)
    return attention


@pytest.mark.parametrize("tracks", [(), (track(),), (track(1), track(2))])
def test_calm_scene_is_looked_at_less_often(tracks: tuple[Track, ...]) -> None:
    """Empty, or with what stands there, in whole multiples of the usual interval."""
    assert calm(0.2, tracks).interval == pytest.approx(0.6)
    assert calm(0.25, tracks).interval == pytest.approx(0.5)
    assert calm(None, tracks).interval == CALM
    assert calm(5.0, tracks).interval == 5.0


@pytest.mark.parametrize(
    ("detections", "tracks"),
    [
        (2, (track(),)),
        (1, (track(2),)),
        (1, (track(label="dog"),)),
        (0, (track(lost=True),)),
        (0, ()),
    ],
)
def test_any_change_brings_the_full_rate_back(detections: int, tracks: tuple[Track, ...]) -> None:
    """A stranger, another id or label, somebody lost or gone: at once, and for a while."""
    attention = calm(0.2, (track(),))
    attention.observe(3.0, found(detections), tracks)
    assert attention.interval == 0.2
    attention.observe(3.0 + SETTLED / 2, found(len(tracks)), tracks)
    assert attention.interval == 0.2


def test_what_moves_fast_is_looked_at_before_it_is_elsewhere() -> None:
    """An object may move by half its size between two looks, no more."""
    assert calm(0.2, (track(speed=0.1),)).interval == pytest.approx(0.4)
    assert calm(0.2, (track(speed=0.5),)).interval == 0.2


def test_failed_look_brings_the_full_rate_back() -> None:
    """Who has not seen must look again soon."""
    attention = calm(0.2, ())
    attention.startle()
    assert attention.interval == 0.2
