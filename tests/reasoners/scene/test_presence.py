"""The built-in rule and its defaults."""

import pytest
from pydantic import ValidationError

from reasoners import PresenceConfig
from reasoners.scene.presence import wanted


def test_default_labels_follow_what_the_detector_knows() -> None:
    """A detector that has no name for anything adds `object`; others do not."""
    named = PresenceConfig().labels
    assert named == ("person", "bicycle", "car", "motorcycle", "bus", "truck", "dog", "cat")
    assert wanted(PresenceConfig(), ("person", "car", "chair")) == {*named}
    assert wanted(PresenceConfig(), ("person", "object")) == {*named}
    assert wanted(PresenceConfig(), ("object",)) == {*named, "object"}


@pytest.mark.parametrize("labels", [(), ("person",), ("bicycle", "person")])
def test_labels_that_were_chosen_are_all_there_are(labels: tuple[str, ...]) -> None:
    """Whoever names some, or none at all, gets no others."""
    assert wanted(PresenceConfig(labels=labels), ("object",)) == {*labels}


@pytest.mark.parametrize(
    "wrong", [{"hold": -1}, {"hold": float("nan")}, {"severity": "red"}, {"ask": ""}, {"x": 1}]
)
def test_nonsense_is_refused(wrong: dict[str, object]) -> None:
    """Times below zero, unknown severities, empty questions and unknown keys are errors."""
    with pytest.raises(ValidationError):
        PresenceConfig.model_validate(wrong)
