"""Checkpoints that hold something else than a detection model."""

import io
from pathlib import Path
from typing import Any

import pytest

from detectors.errors import DetectorRejected
from detectors.model import ModelFile
from detectors.torch.checkpoint import open_checkpoint

pytestmark = pytest.mark.torch
torch: Any = pytest.importorskip("torch", reason='needs pip install "lookout-daemon[gpu]"')


def opened(saved: object) -> Any:
    """Save something as a checkpoint and open it."""
    data = io.BytesIO()
    torch.save(saved, data)
    return open_checkpoint(torch, ModelFile(Path("m.pt"), "pt", data.getvalue()))


def test_weights_without_a_model_are_refused() -> None:
    """A file of mere tensors cannot be run."""
    for saved in ({"model": {"weight": torch.zeros(1)}}, [1, 2], {}):
        with pytest.raises(DetectorRejected, match="no Ultralytics model"):
            opened(saved)


def test_a_model_for_something_else_is_refused() -> None:
    """What the model itself says it is for decides."""
    model = torch.nn.Identity()
    model.task = "segment"
    with pytest.raises(DetectorRejected, match="`segment`"):
        opened({"model": model})


def test_averaged_weights_come_first() -> None:
    """A checkpoint from within a training holds both; the averaged ones are meant for use."""
    better = torch.nn.Identity()
    better.task = "detect"
    better.which = "ema"
    model = opened({"model": torch.nn.Identity(), "ema": better})
    assert model.which == "ema"
    assert not model.training
