"""Options of the detector on Ultralytics' models."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from detectors.torch.config import BUCKETS, UltralyticsConfig


def test_nothing_is_allowed_by_default() -> None:
    """Without a word no pickle is opened, and a full device is not the end."""
    config = UltralyticsConfig(model=Path("m.pt"))
    assert not config.allow_pickle
    assert (config.device, config.fallback, config.max_batch) == ("auto", "cpu", BUCKETS[-1])


@pytest.mark.parametrize(
    "options",
    [{"device": "cuda:x"}, {"max_batch": 33}, {"classes": ()}, {"fallback": "gpu"}, {"n": 1}],
)
def test_what_makes_no_sense_is_refused(options: dict[str, object]) -> None:
    """Unknown keys and values are named before anything is opened."""
    with pytest.raises(ValidationError):
        UltralyticsConfig.model_validate({"model": "m.pt", **options})
