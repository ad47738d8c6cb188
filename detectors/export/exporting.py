"""Exports an Ultralytics model and reads the result back. Runs where torch is, never in the daemon.

The work is Ultralytics' own exporter's, which knows its heads and writes names, task and size into
the file. What stands around it: the bytes that were hashed are the bytes that are opened, nothing
is written outside the folder given, nothing is fetched or installed, and nothing is called exported
before our own reader has found in it what it finds in the source.
"""

import hashlib
import importlib.util
import shutil
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from detectors.errors import DetectorRejected
from detectors.export.agreement import (
    FAINT,
    HALF_IOU,
    LEAST_IOU,
    Array,
    compare_boxes,
    compare_outputs,
    judged,
    pictures,
)
from detectors.export.message import Agreement, Export, Exported
from detectors.model import ModelFile, class_numbers, open_model
from detectors.openvino import OpenvinoConfig, OpenvinoDetector
from detectors.picture import Picture
from detectors.torch.checkpoint import open_checkpoint
from detectors.torch.config import UltralyticsConfig
from detectors.torch.detector import UltralyticsDetector
from detectors.torch.program import look
from detectors.torch.runtime import Foreign, first_line, import_torch

_NAMED = {"onnx": "onnx", "openvino": "openvino", "tensorrt": "engine"}
"""What Ultralytics calls a format."""

ROOM = 5
"""Times the size of the source that must be free on the disk: copies on the way, and 32 bits."""


def export(order: Export, told: Callable[[str], None]) -> Exported:
    """Write a model in another format.

    Args:
        order: What to turn into what.
        told: Called with what is being done.

    Raises:
        DetectorRejected: It cannot be done; what was written is worth nothing.
    """
    told(f"reading {order.model.name}")
    if order.model.suffix.lower() == ".pt" and order.model.is_file() and not order.allow_pickle:
        raise DetectorRejected(
            f"{order.model}: a .pt runs code when it is opened; give --allow-pickle if you trust "
            "where it came from"
        )
    file = open_model(order.model, allow_pickle=order.allow_pickle)
    if file.kind != "pt":
        raise DetectorRejected(f"{file.path}: is exported already; only a .pt can be exported")
    _require(order, len(file.data))
    told("loading torch")
    torch = import_torch()
    _require_cuda(torch, order)
    try:
        return _export(torch, file, order, told)
    except DetectorRejected as error:
        raise DetectorRejected(f"{file.path}: {error}") from error


def _require(order: Export, size: int) -> None:
    """See that what is needed is here, before minutes are spent."""
    if order.format == "onnx" and importlib.util.find_spec("onnx") is None:
        raise DetectorRejected(
            'an export to ONNX needs the package `onnx`; pip install "lookout-daemon[gpu]"'
        )
    if order.format == "tensorrt" and importlib.util.find_spec("tensorrt") is None:
        raise DetectorRejected(
            "an export to TensorRT needs the package `tensorrt`, on the machine and GPU that will "
            "run it; pip install tensorrt, or export to onnx"
        )
    free = shutil.disk_usage(order.folder).free
    if free < ROOM * size:
        raise DetectorRejected(
            f"{order.folder.parent}: {free // 10**6} MB are free, an export needs up to "
            f"{ROOM * size // 10**6 + 1}; make room, or name another place with --out"
        )


def _require_cuda(torch: Foreign, order: Export) -> None:
    if order.format == "tensorrt" and not torch.cuda.is_available():
        raise DetectorRejected(
            "TensorRT builds an engine for the GPU it is on, and torch sees none here; export on "
            "the machine that will run it, or export to onnx"
        )


def _export(
    torch: Foreign, file: ModelFile, order: Export, told: Callable[[str], None]
) -> Exported:
    model = open_checkpoint(torch, file)
    end_to_end = bool(getattr(model, "end2end", False))
    copy = order.folder / file.path.name
    copy.write_bytes(file.data)
    told(f"exporting to {order.format}")
    written = _write(copy, order, end_to_end=end_to_end)
    agreement = None
    if order.format != "tensorrt":
        told("reading it back")
        agreement = _checked(torch, copy, written, order)
    copy.unlink()
    beside = [written.with_suffix(".bin"), written.with_name("metadata.yaml")]
    return Exported(
        files=(written.name, *(path.name for path in beside if path.is_file())),
        source_sha256=hashlib.sha256(file.data).hexdigest(),
        family="end_to_end" if end_to_end else "yolov8",
        names=class_numbers(file.path, model.names),
        licence=None if order.format == "tensorrt" else open_model(written).licence,
        made_with=_versions(order),
        agreement=agreement,
    )


def _write(copy: Path, order: Export, *, end_to_end: bool) -> Path:
    """Let Ultralytics write beside the copy; return the model's file, moved into the folder."""
    from ultralytics import YOLO  # noqa: PLC0415 (imported by `import_torch`, or there is none)

    width, height = order.size
    options: dict[str, Any] = {"format": _NAMED[order.format], "imgsz": (height, width)}
    options |= {"verbose": False, "device": "0" if order.format == "tensorrt" else "cpu"}
    if order.format != "openvino":
        options["simplify"] = False  # needs one more package, and nothing that we can measure
    if order.half:
        options["quantize"] = 16
    if order.batch > 1:
        options |= {"dynamic": True, "batch": order.batch}
    if end_to_end:
        options["nms"] = False  # the exporter's word for: keep the head that needs no suppression
    try:
        with warnings.catch_warnings():
            # Of torch, to Ultralytics, about ways of exporting.
            warnings.simplefilter("ignore")
            made = Path(YOLO(copy).export(**options))
    except OSError:
        raise
    except Exception as error:
        # Whatever one of its many libraries did not like: it is the model or their version.
        raise DetectorRejected(f"ultralytics cannot export it: {first_line(error)}") from error
    if not made.is_dir():
        return made
    for file in list(made.iterdir()):
        file.rename(order.folder / file.name)
    made.rmdir()
    return order.folder / copy.with_suffix(".xml").name


def _checked(torch: Foreign, copy: Path, written: Path, order: Export) -> Agreement:
    """Look at the same pictures with the source and with what was written.

    Raises:
        DetectorRejected: They do not agree, or our reader cannot read it.
    """
    import openvino  # noqa: PLC0415 (the command line imports this room to check options)

    same = {"min_score": FAINT, "size": order.size}
    source = UltralyticsDetector(
        "source",
        UltralyticsConfig.model_validate(
            {"model": copy, "allow_pickle": True, "device": "cpu", **same}
        ),
    )
    other = OpenvinoDetector(
        "written",
        OpenvinoConfig.model_validate({"model": written, "precision": "full", **same}),
    )
    profile = source.load()
    if other.load().labels != profile.labels:
        raise DetectorRejected("the written model names other classes than the source")
    core = openvino.Core()
    raw = core.compile_model(
        _opened(core, written, order), "CPU", {"INFERENCE_PRECISION_HINT": "f32"}
    )
    parts = []
    for picture in pictures(order.size):
        pixels = torch.from_numpy(picture)[None]
        ours = look(torch, source.network, pixels, torch.float32)[0].numpy()
        blob = np.ascontiguousarray(picture.transpose(2, 0, 1)[None], np.float32) / 255
        theirs: Array = np.asarray(raw([blob])[0][0], np.float32)
        score, away = compare_outputs(ours, theirs)
        [seen], [seen_again] = (
            one.detect([Picture("export", 0, picture)]) for one in (source, other)
        )
        count, twins = compare_boxes(seen, seen_again, HALF_IOU if order.half else LEAST_IOU)
        parts.append(Agreement(boxes=count, twins=twins, score=score, pixels=away))
    return judged(parts, half=order.half)


def _opened(core: Foreign, written: Path, order: Export) -> Foreign:
    model = core.read_model(written)
    width, height = order.size
    model.reshape([1, 3, height, width])
    return model


def _versions(order: Export) -> dict[str, str]:
    names = ["ultralytics", "torch", {"onnx": "onnx"}.get(order.format, order.format)]
    return {name: version(name) for name in names}
