"""Torch and ultralytics: imported late, kept at home, and their failures told apart."""

import os
import tempfile
from typing import Any

from detectors.errors import DetectorRejected

Foreign = Any
"""Torch's modules, models and tensors; the base install has no torch to check types against."""

SWITCHES = {"YOLO_AUTOINSTALL": "false", "YOLO_OFFLINE": "true", "YOLO_VERBOSE": "false"}
"""Ultralytics reads these once, while it is imported: it installs nothing and asks nobody."""

_SHORT = ("out of memory", "ALLOC_FAILED")


def import_torch() -> Foreign:
    """Import torch and ultralytics, keeping ultralytics' settings out of the user's folders.

    Raises:
        DetectorRejected: The extra `gpu` is not installed.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="lookout-ultralytics-") as folder:
            os.environ.update(SWITCHES)
            os.environ["YOLO_CONFIG_DIR"] = folder
            import torch  # noqa: PLC0415 (several GB that only this detector needs)
            import ultralytics  # noqa: F401, PLC0415 (a checkpoint names its classes)
    except ImportError as error:
        raise DetectorRejected(
            f"`type: ultralytics` needs the extra `gpu` ({first_line(error)}); install it with "
            '`pip install "lookout-daemon[gpu]"`'
        ) from error
    return torch


def choose_device(torch: Foreign, wanted: str) -> str:
    """Settle `auto`, `cpu`, `cuda` or `cuda:1` to a device that is there.

    Raises:
        DetectorRejected: It is not there.
    """
    there = torch.cuda.is_available()
    if wanted == "auto":
        return "cuda:0" if there else "cpu"
    count = torch.cuda.device_count() if there else 0
    device = "cuda:0" if wanted == "cuda" else wanted
    if device != "cpu" and int(device.partition(":")[2]) >= count:
        raise DetectorRejected(
            f"`device: {wanted}`: torch sees {count} CUDA devices; install the driver, give "
            "this user access, or choose `cpu`"
        )
    return device


def is_short(torch: Foreign, error: Exception) -> bool:
    """Tell a shortage of device memory, which a smaller batch may mend, from other failures."""
    if isinstance(error, torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(word in str(error) for word in _SHORT)


def first_line(error: Exception) -> str:
    """Return the line of a foreign message that is meant for people, shortened."""
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__
