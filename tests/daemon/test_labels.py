"""Labels that are watched for against those that a model knows."""

import pytest

from daemon.config import CameraConfig
from daemon.labels import unknown

COCO = ("person", "bicycle", "car", "dog")


def camera(**presence: object) -> CameraConfig:
    """Make a camera."""
    return CameraConfig.model_validate({"source": {"type": "synthetic"}, "presence": presence})


@pytest.mark.parametrize(
    ("presence", "known", "told"),
    [
        ({}, COCO, ""),
        ({}, ("object",), ""),
        ({"labels": ["person"]}, COCO, ""),
        ({"labels": []}, COCO, ""),
        ({"labels": ["persson"]}, COCO, "no 'persson' (did you mean 'person'?); it knows"),
        ({"labels": ["person", "zebra"]}, COCO, "no 'zebra'; it knows bicycle, car, dog, person"),
        ({}, ("ship",), "of the usual labels its detector knows none; choose of ship"),
        ({"labels": ["x"]}, tuple(f"y{n}" for n in range(20)), "and 12 more"),
    ],
)
def test_label_that_can_never_be_seen_is_told(
    presence: dict[str, object], known: tuple[str, ...], told: str
) -> None:
    """A chosen label must be known; of the usual ones it is enough that one is."""
    found = unknown(camera(**presence), known)
    assert told in found
    assert bool(found) == bool(told)
