"""The ground: nearer is lower and larger."""

from sources.street.ground import CAMERA_HEIGHT, HORIZON, Ground


def test_nearer_lines_have_a_larger_scale_and_a_narrower_view() -> None:
    """Scale grows with the distance from the horizon; the edge is where the picture ends."""
    ground = Ground(960, 540)
    assert ground.scale(0.9) > ground.scale(0.6) > 0
    assert ground.edge(0.9) < ground.edge(0.6)
    assert ground.pixel(ground.edge(0.7), 0.7)[0] == 960
    assert ground.pixel(0, 0.7) == (480, 0.7 * 540)
    height = ground.scale(0.9) * CAMERA_HEIGHT
    assert abs(0.9 * 540 - height - HORIZON * 540) < 1e-6
