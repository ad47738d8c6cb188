"""Torch imported late, and its failures told apart."""

import os
from typing import Any

import pytest

from detectors.errors import DetectorRejected
from detectors.torch.runtime import choose_device, first_line, import_torch, is_short

pytestmark = pytest.mark.torch
torch: Any = pytest.importorskip("torch", reason='needs pip install "lookout-daemon[gpu]"')


def test_ultralytics_is_kept_at_home() -> None:
    """After the import its switches say: install nothing, ask nobody."""
    assert import_torch() is torch
    assert os.environ["YOLO_AUTOINSTALL"] == "false"
    assert os.environ["YOLO_OFFLINE"] == "true"


def test_a_shortage_of_memory_is_not_any_failure() -> None:
    """Only what less memory would mend counts as a shortage."""
    assert is_short(torch, torch.OutOfMemoryError("CUDA out of memory. Tried"))
    assert is_short(torch, RuntimeError("CUDA error: out of memory"))
    assert is_short(torch, RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"))
    assert not is_short(torch, RuntimeError("CUDA error: an illegal memory access"))
    assert not is_short(torch, ValueError("out of memory"))


def test_a_device_that_is_not_there_is_refused() -> None:
    """The number of those that are there is said."""
    with pytest.raises(DetectorRejected, match=r"`device: cuda:99`: torch sees \d+ CUDA"):
        choose_device(torch, "cuda:99")
    assert choose_device(torch, "cpu") == "cpu"


def test_messages_are_cut_to_one_line() -> None:
    """What follows the first line is for developers; no message is the name of the error."""
    assert first_line(RuntimeError("CUDA error: x\nCompile with")) == "CUDA error: x"
    assert first_line(ValueError()) == "ValueError"
