"""A model file: found, checked against its hash before anything parses it, and described.

The bytes that were hashed are the bytes that are parsed: nobody can exchange the file in between.
"""

import ast
import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import yaml

from detectors import onnx_file
from detectors.errors import DetectorRejected

LARGEST = 2 * 1024**3
"""Bytes. A larger file is no detector for live video, and would fill the memory."""

_KINDS: dict[str, Literal["onnx", "ir", "pt", "engine"]] = {
    ".onnx": "onnx",
    ".xml": "ir",
    ".pt": "pt",
    ".engine": "engine",
}
_AT_WORK = frozenset({"DynamicQuantizeLinear", "ConvInteger", "MatMulInteger"})
"""Operators of dynamic quantisation (`onnxruntime.quantization.quantize_dynamic`)."""

_FOLDER_ORDER = (".xml", ".onnx", ".pt")
_MOST_CLASSES = 4096


@dataclass(frozen=True, slots=True)
class ModelFile:
    """The checked bytes of a model."""

    path: Path
    kind: Literal["onnx", "ir", "pt", "engine"]
    data: bytes = field(repr=False)
    weights: bytes = field(default=b"", repr=False)
    """The `.bin` beside an OpenVINO `.xml`."""

    names: tuple[str, ...] = ()
    """Class names as the model's own metadata has them; empty if it has none."""

    task: str | None = None
    """What Ultralytics' metadata says the model is for."""

    size: tuple[int, int] | None = None
    """Width and height its metadata says it was exported for."""

    licence: str | None = None
    """What its metadata says of its licence."""

    operators: frozenset[str] = frozenset()
    """Of an ONNX model: what it computes with."""

    @property
    def quantised_at_work(self) -> bool:
        """Whether it finds the scales of its whole numbers anew for every picture.

        ONNX Runtime has kernels for that; OpenVINO computes such a model in floats, which takes
        half as long again, or more (`python -m benchmarks runtimes`).
        """
        return not self.operators.isdisjoint(_AT_WORK)


def open_model(
    path: Path,
    *,
    sha256: str | None = None,
    weights_sha256: str | None = None,
    allow_pickle: bool = False,
) -> ModelFile:
    """Read a model file or the one model in a folder.

    Args:
        path: `.onnx`, OpenVINO's `.xml` with its `.bin` beside it, `.pt`, or a folder with one.
        sha256: What the file's hash must be; None accepts any.
        weights_sha256: The same for the `.bin`.
        allow_pickle: Whether a `.pt`, which runs code when it is opened, is accepted.

    Raises:
        DetectorRejected: It is missing, not what it should be, or not allowed.
    """
    file = _in_folder(path) if path.is_dir() else path
    kind = _KINDS.get(file.suffix.lower())
    if kind is None:
        raise DetectorRejected(
            f"{file}: {file.suffix or 'no file type'} is no model we read; use .onnx, or .xml "
            "with its .bin"
        )
    if kind == "pt" and not allow_pickle:
        raise DetectorRejected(
            f"{file}: a .pt file runs code when it is opened; export it to ONNX, or set "
            "`allow_pickle: true` if you trust where it came from"
        )
    if kind == "engine" and sha256 is None and not allow_pickle:
        raise DetectorRejected(
            f"{file}: an .engine is machine code; pin it with `sha256`, so that only the one you "
            "exported is run"
        )
    data = _read(file, sha256, "sha256")
    match kind:
        case "onnx":
            return _onnx(file, data)
        case "ir":
            return _ir(file, data, weights_sha256)
        case "pt":
            return _pt(file, data)
        case "engine":
            return ModelFile(file, "engine", data)


def require_detection(task: str | None) -> None:
    """Refuse a model that says it is for something else.

    Raises:
        DetectorRejected: It is for segmentation, poses, classification or the like.
    """
    if task not in {None, "detect"}:
        raise DetectorRejected(
            f"it is a model for `{task}`, not for detection; export a detection model"
        )


def class_numbers(path: Path, raw: object) -> tuple[str, ...]:
    """Read class names as Ultralytics keeps them: a mapping from number to name, or a list.

    Raises:
        DetectorRejected: The numbers have gaps, or there are too many.
    """
    if isinstance(raw, list):
        raw = dict(enumerate(raw))
    if not isinstance(raw, dict) or not raw:
        return ()
    if set(raw) != set(range(len(raw))) or len(raw) > _MOST_CLASSES:
        raise DetectorRejected(
            f"{path}: its class names are not numbered 0 to {len(raw) - 1}; name them in `classes`"
        )
    return tuple(str(raw[number])[:80] for number in range(len(raw)))


def _in_folder(folder: Path) -> Path:
    for suffix in _FOLDER_ORDER:
        found = sorted(folder.glob(f"*{suffix}"))
        if len(found) > 1:
            raise DetectorRejected(
                f"{folder}: holds several models ({', '.join(f.name for f in found[:5])}); name one"
            )
        if found:
            return found[0]
    raise DetectorRejected(f"{folder}: no .xml, .onnx or .pt inside; name the folder of a model")


def _read(file: Path, wanted: str | None, key: str) -> bytes:
    try:
        size = file.stat().st_size
        if size > LARGEST:
            raise DetectorRejected(
                f"{file}: {size} bytes are too many for a detector; name another"
            )
        data = file.read_bytes()
    except OSError as error:
        raise DetectorRejected(
            f"{file}: {(error.strerror or 'cannot be read').lower()}; put the model there or "
            "correct `model`"
        ) from error
    seen = hashlib.sha256(data).hexdigest()
    if wanted is not None and seen != wanted.lower():
        raise DetectorRejected(
            f"{file}: has sha256 {seen}, but `{key}` says {wanted.lower()}; fetch the file again, "
            f"or correct `{key}` if you trust this one"
        )
    if not data:
        raise DetectorRejected(f"{file}: is empty; fetch it again")
    if data.startswith(b"version https://git-lfs"):
        raise DetectorRejected(f"{file}: is a Git LFS pointer, not the model; run `git lfs pull`")
    return data


def _onnx(file: Path, data: bytes) -> ModelFile:
    try:
        summary = onnx_file.scan(data)
    except onnx_file.NoModel as error:
        raise DetectorRejected(
            f"{file}: no ONNX model ({error}): truncated or another kind of file; fetch it again"
        ) from error
    if summary.external:
        raise DetectorRejected(
            f"{file}: keeps tensors outside the file ({summary.external}), which could read any "
            "file of this machine; save the model with its data inside"
        )
    model = ModelFile(file, "onnx", data, operators=summary.operators)
    return _described(model, dict(summary.metadata))


def _ir(file: Path, data: bytes, weights_sha256: str | None) -> ModelFile:
    if b"<net" not in data[:4096]:
        raise DetectorRejected(f"{file}: no OpenVINO model: it has no <net>; fetch it again")
    if not data.rstrip().endswith(b"</net>"):
        raise DetectorRejected(f"{file}: is truncated: </net> is missing; fetch it again")
    weights = _read(file.with_suffix(".bin"), weights_sha256, "weights_sha256")
    model = ModelFile(file, "ir", data, weights)
    beside = file.with_name("metadata.yaml")
    if not beside.is_file():
        return model
    try:
        metadata = yaml.safe_load(_read(beside, None, ""))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DetectorRejected(f"{beside}: no valid YAML; fetch it again or remove it") from error
    return _described(model, metadata if isinstance(metadata, dict) else {})


def _pt(file: Path, data: bytes) -> ModelFile:
    if not data.startswith(b"PK\x03\x04"):
        raise DetectorRejected(f"{file}: no PyTorch checkpoint; fetch it again")
    return ModelFile(file, "pt", data)


def _described(model: ModelFile, metadata: dict[str, Any]) -> ModelFile:
    """Add what Ultralytics' export wrote down; every value may be text or already a value."""
    task, licence = metadata.get("task"), metadata.get("license")
    return replace(
        model,
        names=class_numbers(model.path, _value(metadata.get("names"))),
        task=task if isinstance(task, str) else None,
        size=_size(_value(metadata.get("imgsz"))),
        licence=licence[:200] if isinstance(licence, str) else None,
    )


def _value(raw: object) -> object:
    if not isinstance(raw, str):
        return raw
    try:
        return ast.literal_eval(raw)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def _size(raw: object) -> tuple[int, int] | None:
    match raw:
        case int(side):
            return side, side
        case [int(height), int(width)]:
            return width, height
    return None
