"""What a configuration may say of budgets."""

import pytest
from pydantic import ValidationError

from reasoners.governor.budget import Budget, Price


def test_money_follows_from_tokens_and_price() -> None:
    """Prices are for a million tokens; question and answer have their own."""
    assert Price(input=2.0, output=10.0).of(500_000, 100_000) == pytest.approx(2.0)
    assert Price().of(500_000, 100_000) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"calls_per_hour": 0},
        {"tokens_per_hour": -1},
        {"burst": 0},
        {"reserve": 1},
        {"calls_a_day": 5},
        {"per_camera": {"burst": 0.5}},
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    """A limit of nothing is no limit; unknown keys are mistakes."""
    with pytest.raises(ValidationError):
        Budget.model_validate(wrong)
