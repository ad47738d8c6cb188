"""The built-in rule and its defaults."""

import pytest
from pydantic import ValidationError

from reasoners import PresenceConfig, default_labels


def test_default_labels_follow_what_the_detector_knows() -> None:
    """A detector without labels adds `object`; others do not."""
    named = PresenceConfig().labels
    assert named == ("person", "bicycle", "car", "motorcycle", "bus", "truck", "dog", "cat")
    assert default_labels(("person", "car", "chair")) == named
    assert default_labels(("object",)) == (*named, "object")


@pytest.mark.parametrize(
    "wrong", [{"hold": -1}, {"hold": float("nan")}, {"severity": "red"}, {"ask": ""}, {"x": 1}]
)
def test_nonsense_is_refused(wrong: dict[str, object]) -> None:
    """Times below zero, unknown severities, empty questions and unknown keys are errors."""
    with pytest.raises(ValidationError):
        PresenceConfig.model_validate(wrong)
