"""What the command line and an exporting process may say to each other."""

from typing import Any

import pytest
from pydantic import ValidationError

from detectors.export.message import Export, Exported, Step, from_export

ORDER = {"model": "a.pt", "format": "onnx", "folder": "/tmp/x", "size": (640, 384)}  # noqa: S108
DONE = {
    "kind": "exported",
    "files": ["a.onnx"],
    "source_sha256": "0" * 64,
    "family": "yolov8",
    "names": ["cat"],
    "made_with": {"torch": "2"},
    "agreement": {"boxes": 3, "twins": 3, "score": 0.0, "pixels": 0.1},
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": (640, 400)},
        {"size": (0, 64)},
        {"batch": 0},
        {"format": "coreml"},
        {"network": True},
    ],
)
def test_an_order_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    """Sides are multiples of 32, batches bounded, formats known, and nothing else may be said."""
    assert Export.model_validate(ORDER).batch == 1
    with pytest.raises(ValidationError):
        Export.model_validate({**ORDER, **wrong})


@pytest.mark.parametrize(
    "wrong", [{"files": []}, {"source_sha256": "x"}, {"agreement": {"boxes": -1}}, {"kind": "run"}]
)
def test_what_a_process_says_is_checked(wrong: dict[str, Any]) -> None:
    """An answer that is none is not believed."""
    assert isinstance(from_export.validate_python(DONE), Exported)
    assert isinstance(from_export.validate_python({"kind": "step", "doing": "x"}), Step)
    with pytest.raises(ValidationError):
        from_export.validate_python({**DONE, **wrong})
