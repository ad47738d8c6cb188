"""What may be said about predictions in a configuration."""

import pytest
from pydantic import ValidationError

from reasoners.predictions.config import KINDS, PROVEN, PredictionConfig


def test_only_kinds_that_were_shown_to_have_skill_are_on_by_default() -> None:
    """The default is the proven ones, all of which exist."""
    assert PredictionConfig().kinds == PROVEN
    assert set(PROVEN) <= set(KINDS)


def test_a_horizon_may_be_written_as_people_do() -> None:
    """`3s` are three seconds; nothing beyond a minute is predicted."""
    assert PredictionConfig.model_validate({"horizon": "3s"}).horizon == 3
    with pytest.raises(ValidationError, match="less than or equal to 60"):
        PredictionConfig.model_validate({"horizon": "2m"})


def test_unknown_kinds_are_refused() -> None:
    """A kind that does not exist is a mistake, not a wish."""
    with pytest.raises(ValidationError, match="kinds"):
        PredictionConfig.model_validate({"kinds": ["explodes"]})
