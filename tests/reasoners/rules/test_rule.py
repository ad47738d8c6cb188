"""Rules as they are written."""

import pytest
from pydantic import ValidationError

from reasoners import PROFILES, RuleConfig, SharedRuleConfig


def test_a_rule_needs_only_its_conditions() -> None:
    """Everything else has a default that suits."""
    rule = RuleConfig.model_validate({"when": {"label": "person"}})
    assert (rule.severity, rule.notify, rule.per, rule.hold, rule.cooldown) == (
        "info",
        "at_once",
        "object",
        2.0,
        0.0,
    )
    assert PROFILES == ("home", "away", "night")


@pytest.mark.parametrize(
    "more", [{"timezone": "Mars/Olympus"}, {"hold": "soon"}, {"severity": "bad"}, {"zone": "a"}]
)
def test_what_no_rule_says_is_refused(more: dict[str, object]) -> None:
    """Unknown keys, words and time zones."""
    with pytest.raises(ValidationError):
        SharedRuleConfig.model_validate({"when": {"label": "person"}, **more})
