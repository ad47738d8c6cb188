"""ONNX Runtime itself: whether it is there, what it can run on, and what its errors mean."""

from collections.abc import Sequence
from typing import Any, Literal

from detectors.errors import DetectorRejected

Provider = Literal["auto", "cpu", "cuda", "tensorrt", "rocm", "coreml"]

PROVIDERS: dict[str, tuple[str, ...]] = {
    "cpu": ("CPUExecutionProvider",),
    "cuda": ("CUDAExecutionProvider",),
    "tensorrt": ("TensorrtExecutionProvider",),
    "rocm": ("MIGraphXExecutionProvider", "ROCMExecutionProvider"),
    "coreml": ("CoreMLExecutionProvider",),
}
"""What ONNX Runtime calls them; of several the first that is there."""

_BEST_FIRST = ("cuda", "rocm", "coreml", "cpu")
"""What `auto` tries. TensorRT is not among them: it builds its engine for minutes."""

Foreign = Any
"""ONNX Runtime's module and sessions; the base install has none to check types against."""


def import_extra() -> Foreign:
    """Import ONNX Runtime.

    Raises:
        DetectorRejected: The extra is not installed.
    """
    try:
        import onnxruntime  # noqa: PLC0415 (an extra that only this detector needs)
    except ImportError as error:
        raise DetectorRejected(
            f"`type: onnx` needs the extra `onnx` ({error}); install it with "
            '`pip install "lookout-daemon[onnx]"`, or use `type: openvino`, which reads .onnx too'
        ) from error
    return onnxruntime


def error_classes(runtime: Foreign) -> tuple[type[Exception], ...]:
    """List what ONNX Runtime raises: its classes have no ancestor of their own."""
    kinds = vars(runtime.capi.onnxruntime_pybind11_state).values()
    own = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Exception)]
    return (*own, RuntimeError, ValueError)


def choose_provider(available: Sequence[str], wanted: Provider) -> str:
    """Translate a provider's short name into the one that is installed.

    Raises:
        DetectorRejected: None of that name is.
    """
    for short in _BEST_FIRST if wanted == "auto" else (wanted,):
        for provider in PROVIDERS[short]:
            if provider in available:
                return provider
    known = [short for short, names in PROVIDERS.items() if set(names) & set(available)]
    raise DetectorRejected(
        f"`provider: {wanted}`: the installed ONNX Runtime has only {', '.join(known)}; install "
        "the build for that device (such as onnxruntime-gpu), or choose another"
    )


def is_shortage(error: Exception) -> bool:
    """Tell a lack of memory; the runtime has no class for it, only words."""
    said = str(error).lower()
    return any(words in said for words in ("failed to allocate memory", "out of memory"))


def reason(error: Exception) -> str:
    """Pick what of ONNX Runtime's message is meant for people, in one line."""
    text = " ".join(str(error).split())
    return text.rpartition(" : ")[2][:300].rstrip(".") or type(error).__name__
