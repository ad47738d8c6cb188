"""Picks the best detector that the machine and a folder of models allow; fetches nothing.

In this order, and within a step by file name:

1. a `.pt` model on Ultralytics, where there is an NVIDIA device, the extra `gpu`, and
   `allow_pickle: true`;
2. an OpenVINO `.xml`, then an `.onnx`, on OpenVINO, or on ONNX Runtime where that is installed and
   the model is quantised at work; what one of the two refuses is offered to the other;
3. the embedded detector, which needs no weights.

A model that is refused is passed over, with its reason in the profile. A device that fails for now
is not: the worker starts anew.
"""

import importlib.util
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, cast

from pydantic import BaseModel, ConfigDict, Field

from detectors.detection import Detections
from detectors.detector import Detector, Overlapping, Profile
from detectors.errors import DetectorRejected
from detectors.model import open_model
from detectors.onnx import OnnxDetector
from detectors.openvino import OpenvinoDetector
from detectors.picture import Picture
from detectors.torch import UltralyticsDetector

NVIDIA = Path("/dev/nvidiactl")
"""There where the NVIDIA driver is loaded and this process may see it."""


class AutoConfig(BaseModel):
    """Options of the detector that picks."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    models: Path | None = None
    """Folder with model files or with one folder per model; default none, which leaves the embedded
    detector."""

    labels: tuple[str, ...] | None = Field(default=None, min_length=1)
    """Class names to report; default all. The embedded detector has its own."""

    min_score: float = Field(default=0.1, gt=0, lt=1)
    """Objects with a lower score are not reported; default 0.1. Raising it loses objects that are
    half hidden."""

    allow_pickle: bool = False
    """Whether `.pt` files, which run code when they are opened, may be picked; default false."""

    threads: int | None = Field(default=None, ge=1, le=256)
    """CPU threads; default: the picked detector's."""


class AutoDetector:
    """Stands in for the detector it picked; see `detectors.Detector`."""

    Config: ClassVar[type[BaseModel]] = AutoConfig

    def __init__(self, name: str, config: AutoConfig) -> None:
        self._name = name
        self._config = config
        self._picked: Detector | None = None

    def load(self) -> Profile:
        """Pick, load, and say in the profile what was picked and why."""
        refused: list[str] = []
        for backend, model in self._candidates():
            detector = self._build(backend, model)
            try:
                profile = detector.load()
            except DetectorRejected as error:
                refused.append(f"passed over: {error}")
                continue
            self._picked = detector
            return _explained(profile, "picked", [*refused, *self._better(backend)])
        return self._embedded(refused)

    def detect(self, pictures: Sequence[Picture]) -> Sequence[Detections]:
        """Let the picked detector look."""
        if self._picked is None:
            raise RuntimeError("load() comes first")
        return self._picked.detect(pictures)

    def begin(self, pictures: Sequence[Picture]) -> Any:  # noqa: ANN401 (its own ticket)
        """Let the picked detector start looking, if it is one that can; see its profile."""
        return cast("Overlapping", self._picked).begin(pictures)

    def done(self, ticket: Any) -> bool:  # noqa: ANN401 (the picked one's)
        """Ask the picked detector."""
        return cast("Overlapping", self._picked).done(ticket)

    def finish(self, ticket: Any) -> Sequence[Detections]:  # noqa: ANN401 (the picked one's)
        """Wait for the picked detector."""
        return cast("Overlapping", self._picked).finish(ticket)

    def bell(self) -> int:
        """Return the picked detector's."""
        return cast("Overlapping", self._picked).bell()

    def close(self) -> None:
        """Close the picked detector."""
        if self._picked is not None:
            self._picked.close()

    def _embedded(self, refused: Sequence[str]) -> Profile:
        from detectors.embedded import (  # noqa: PLC0415 (the last choice; brings OpenCV)
            EmbeddedDetector,
        )

        backend: type[Any] = EmbeddedDetector
        detector: Detector = backend(self._name, backend.Config())
        profile = detector.load()
        self._picked = detector
        where = "no folder `models`" if self._config.models is None else "no usable model"
        return _explained(
            profile,
            f"picked because there is {where}",
            [*refused, "better: an ONNX model, such as YOLOX, in `models` of the state folder"],
        )

    def _candidates(self) -> Iterator[tuple[type[Any], Path]]:
        """Yield backends and models in order of preference."""
        folder = self._config.models
        if folder is None:
            return
        if not folder.is_dir():
            raise DetectorRejected(
                f"`models`: {folder} is no folder; create it or correct the path"
            )
        if not self._why_no_gpu():
            yield from ((UltralyticsDetector, path) for path in _files(folder, ".pt"))
        yield from ((OpenvinoDetector, path) for path in _files(folder, ".xml"))
        for path in _files(folder, ".onnx"):
            yield from ((backend, path) for backend in _runtimes(path))

    def _build(self, backend: type[Any], model: Path) -> Detector:
        options: dict[str, Any] = self._config.model_dump(exclude={"models", "allow_pickle"})
        if backend is UltralyticsDetector:
            options["allow_pickle"] = self._config.allow_pickle
        detector: Detector = backend(self._name, backend.Config(model=model, **options))
        return detector

    def _why_no_gpu(self) -> str:
        """Say what keeps a GPU from being used; empty if nothing does."""
        if not NVIDIA.exists():
            return "there is no NVIDIA device"
        if not all(_has(name) for name in ("torch", "ultralytics")):
            return 'the extra is missing: `pip install "lookout-daemon[gpu]"`'
        if not self._config.allow_pickle:
            return "`allow_pickle: true` is not set"
        return ""

    def _better(self, picked: type[Any]) -> list[str]:
        """Say what would be better than what was picked, where the machine could do it."""
        if picked is UltralyticsDetector or not NVIDIA.exists():
            return []
        reason = self._why_no_gpu() or "there is no .pt model in the folder `models`"
        return [f"better: the NVIDIA device here, but {reason}"]


def _runtimes(model: Path) -> Sequence[type[Any]]:
    """List what can run an ONNX model, the better first.

    The file alone decides, not a race: two runs on one machine must not find different things.
    """
    if not _has("onnxruntime"):
        return (OpenvinoDetector,)
    try:
        better = open_model(model).quantised_at_work
    except DetectorRejected:
        # Refused for the same reason by whoever is asked first.
        return (OpenvinoDetector,)
    return (OnnxDetector, OpenvinoDetector) if better else (OpenvinoDetector, OnnxDetector)


def _has(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except ValueError:
        # Hidden from imports.
        return False


def _files(folder: Path, suffix: str) -> list[Path]:
    return sorted([*folder.glob(f"*{suffix}"), *folder.glob(f"*/*{suffix}")])


def _explained(profile: Profile, why: str, notes: Sequence[str]) -> Profile:
    return replace(profile, description="; ".join([f"{profile.description} ({why})", *notes]))
