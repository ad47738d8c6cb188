"""ONNX Runtime: there or not, with which providers, and what it says when something fails."""

import sys

import pytest

from detectors.errors import DetectorRejected
from detectors.onnx_runtime import (
    choose_provider,
    error_classes,
    import_extra,
    is_shortage,
    reason,
)

CPU, CUDA, ROCM = "CPUExecutionProvider", "CUDAExecutionProvider", "ROCMExecutionProvider"


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without ONNX Runtime the remedy is one line."""
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(DetectorRejected, match=r"lookout-daemon\[onnx\]"):
        import_extra()


def test_best_provider_is_found_and_a_missing_one_named() -> None:
    """`auto` takes a GPU before the processor; a name that is not there says what is."""
    assert choose_provider([CUDA, CPU], "auto") == CUDA
    assert choose_provider([ROCM, CPU], "rocm") == ROCM
    assert choose_provider([CPU], "auto") == CPU
    with pytest.raises(DetectorRejected, match=r"provider: cuda`.*only cpu;"):
        choose_provider([CPU], "cuda")


def test_what_it_raises_is_told_apart() -> None:
    """Bytes that are no model raise one of the known classes; only a lack of memory is one."""
    runtime = pytest.importorskip("onnxruntime", reason="needs the extra onnx")
    with pytest.raises(error_classes(runtime)) as caught:
        runtime.InferenceSession(b"no model", providers=[CPU])
    assert not is_shortage(caught.value)
    assert "\n" not in reason(caught.value)
    assert is_shortage(RuntimeError("BFCArena: Failed to allocate memory for requested buffer"))
    assert reason(RuntimeError("")) == "RuntimeError"
