"""What is accepted as calibration."""

import pytest
from pydantic import ValidationError

from reasoners.driving.config import DrivingConfig


def test_defaults_look_level_from_the_middle() -> None:
    """Without a word the horizon is half way up and the way leads to the middle."""
    config = DrivingConfig()
    assert (config.strip.heading, config.strip.horizon) == pytest.approx((0.5, 0.5))
    assert config.sees_road
    assert not DrivingConfig(warn=("collision",)).sees_road


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"path": ((0.7, 1), (0.52, 0.55), (0.48, 0.55), (0.3, 1))}, "near left, far left"),
        ({"path": ((0.3, 0.5), (0.48, 0.55), (0.52, 0.55), (0.7, 1))}, "above its near"),
        ({"path": ((0.3, 1), (0.2, 0.55), (0.8, 0.55), (0.7, 1))}, "nearer to each other"),
        ({"path": ((0.3, 1), (0.31, 0.55), (0.68, 0.55), (0.7, 1))}, "give `horizon`"),
        ({"horizon": 0.6}, "above the far edge"),
        ({"bonnet": 0.5}, "bonnet"),
        ({"closing": 1.0}, "closing"),
    ],
)
def test_a_path_that_cannot_be_is_refused(wrong: dict[str, object], says: str) -> None:
    """Each mistake is named with its remedy."""
    with pytest.raises(ValidationError, match=says):
        DrivingConfig.model_validate(wrong)
