"""What may be said to us is a closed set."""

import pytest
from pydantic import ValidationError

from sinks import Feedback, Switch


@pytest.mark.parametrize(
    "told",
    [
        {"camera": "porch", "switch": "source", "on": True},
        {"camera": "../porch", "switch": "detect", "on": True},
        {"camera": "porch", "switch": "detect", "on": None},
        {"camera": "porch", "switch": "detect", "on": True, "url": "rtsp://x"},
        {"camera": "p" * 33, "switch": "detect", "on": True},
    ],
)
def test_a_switch_is_one_of_ours_and_nothing_more(told: dict[str, object]) -> None:
    """No other name, no path, no further field."""
    with pytest.raises(ValidationError):
        Switch.model_validate(told)


@pytest.mark.parametrize("event", ["", "../x", "a" * 65, "a b", "e1\n"])
def test_feedback_names_an_event_as_we_do(event: str) -> None:
    """Anything else is no id of ours."""
    with pytest.raises(ValidationError):
        Feedback.model_validate({"event": event, "verdict": "true_alarm"})
