"""What all do at once."""

from reasoners.driving.ego import common


def test_only_what_enough_agree_on_is_common() -> None:
    """Three that agree tell what they share; two, or some that differ, tell nothing."""
    assert common([0.03, 0.031, 0.029], 0.01) == 0.03
    assert common([0.03, 0.031], 0.01) == 0
    assert common([0.03, -0.02, 0.2], 0.01) == 0
    assert common([0.001, 0.002, 0.001], 0.01) == 0
