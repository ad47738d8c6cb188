"""Lane marks and standing still, on a drawn road."""

import numpy as np
import pytest
from rig.road import LANE, RoadClip

from sources.child.lanes import Lanes
from sources.road import LaneMark, Road

METRE = 0.5 / 1.3 / (16 / 9)
"""Picture widths at the bottom, for a camera 1.3 m above the road."""


def watched(clip: RoadClip, pictures: int = 12, *, noise: int = 0) -> Road:
    """Look at the first pictures of a clip; return what the last look says."""
    lanes, random = Lanes(0.5, 0.5, 1.0), np.random.default_rng(3)
    road = Road()
    for number in range(pictures):
        luma = clip.picture(number)[..., 1]
        if noise:
            shaken = luma + random.normal(0, noise, luma.shape)
            luma = np.clip(shaken, 0, 255).astype(np.uint8)
        road = lanes.look(luma, number / clip.fps)
    return road


@pytest.mark.parametrize("aside", [-0.6, 0.0, 0.45])
@pytest.mark.parametrize("noise", [0, 6])
def test_marks_are_found_where_they_are(aside: float, noise: int) -> None:
    """Both marks within a decimetre, wherever in the lane we are; noise does not hide them."""
    road = watched(RoadClip(aside=lambda _: aside, speed=lambda at: 20 * at), noise=noise)
    assert [mark.side for mark in road.marks] == ["left", "right"]
    for mark, side in zip(road.marks, (-1, 1), strict=True):
        metres = (mark.near - mark.far) / METRE
        assert metres == pytest.approx(side * LANE / 2 - aside, abs=0.1)
        assert mark.sure > 0.6


def sure(marks: tuple[LaneMark, ...]) -> list[LaneMark]:
    """Keep what driver assist would believe."""
    return [mark for mark in marks if mark.sure >= 0.35]


def test_a_road_without_marks_shows_none() -> None:
    """Neither bare road nor pure noise makes a lane."""
    bare = RoadClip(speed=lambda at: 20 * at, painted=False)
    assert sure(watched(bare).marks) == []
    assert sure(watched(bare, noise=25).marks) == []


def test_standing_and_moving_are_told_apart() -> None:
    """Passing by is moving, a vehicle that drives off is not, and in the dark nothing is told."""
    assert watched(RoadClip(speed=lambda at: 20 * at), 30).still is False
    assert watched(RoadClip(), 30, noise=2).still is True
    leaving = RoadClip(gap=lambda at: 6 + 4 * at)
    assert watched(leaving, 30).still is True
    lanes = Lanes(0.5, 0.5, 1.0)
    dark = [lanes.look(np.full((270, 480), 5, np.uint8), at / 10) for at in range(10)]
    assert dark[-1] == Road((), None)


def test_another_size_begins_anew() -> None:
    """A stream that changes its size is no fault."""
    lanes = Lanes(0.5, 0.5, 1.0)
    for size in (640, 320):
        clip = RoadClip(width=size, height=size * 9 // 16)
        assert lanes.look(clip.picture(0)[..., 1], 0.0).still is None
