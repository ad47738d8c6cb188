"""Figures: as tall as they are, on their feet, in motion."""

import numpy as np
import pytest

from sources.street.figure import POSES, Look, Pose, draw_bag, draw_figure

LOOK = Look(1.8, (220, 180, 150), (50, 40, 30), (40, 60, 110), (50, 50, 60), (30, 30, 30))


@pytest.mark.parametrize("phase", range(0, POSES, 3))
def test_a_walker_is_as_tall_as_said_and_stands_on_the_ground(phase: int) -> None:
    """In every phase of a step, within what a step lowers the body."""
    made = draw_figure(LOOK, Pose(phase), 100)
    _, top, _, bottom = made.box(0, 0)
    assert 165 <= -top <= 185
    assert abs(bottom) <= 6


def test_every_phase_differs_and_facing_left_is_the_mirror() -> None:
    """Legs and arms swing."""
    shapes = {draw_figure(LOOK, Pose(phase), 60).color.tobytes() for phase in range(POSES)}
    assert len(shapes) == POSES
    right, left = (draw_figure(LOOK, Pose(3, left=side), 60) for side in (False, True))
    assert np.array_equal(left.color, right.color[:, ::-1])


def test_who_stoops_is_lower_and_a_bag_can_be_seen() -> None:
    """Putting something down takes the head down; a bag adds to the outline."""
    upright = draw_figure(LOOK, Pose(walking=False), 100)
    bent = draw_figure(LOOK, Pose(walking=False, stoop=6), 100)
    loaded = draw_figure(LOOK, Pose(walking=False, holds=(160, 90, 40)), 100)
    assert bent.color.shape[0] < 0.85 * upright.color.shape[0]
    assert loaded.covered().sum() > upright.covered().sum() + 300
    assert abs(draw_bag((160, 90, 40), 100).box(0, 0)[3]) <= 6


@pytest.mark.parametrize("extra", [{"coat": True}, {"hat": True}, {"pack": (40, 90, 60)}])
def test_looks_differ(extra: dict[str, object]) -> None:
    """Coat, hat and backpack show."""
    fields = {f: getattr(LOOK, f) for f in LOOK.__slots__}
    other = draw_figure(Look(**{**fields, **extra}), Pose(), 80)
    assert other.color.tobytes() != draw_figure(LOOK, Pose(), 80).color.tobytes()
