"""The tracker's options."""

import pytest
from pydantic import ValidationError

from detectors.bytetrack import ByteConfig


def test_scores_are_refused_when_they_do_not_ascend() -> None:
    """The message names all three keys and their values."""
    with pytest.raises(ValidationError, match=r"low_score <= high_score <= start_score.*0\.9"):
        ByteConfig(high_score=0.9)


def test_unknown_option_is_refused() -> None:
    """A misspelt key does not pass silently."""
    with pytest.raises(ValidationError, match="kepe"):
        ByteConfig.model_validate({"kepe": 3})
