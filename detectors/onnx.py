"""A detector on ONNX Runtime: processors, NVIDIA (CUDA, TensorRT), AMD (ROCm), Apple (Core ML).

Needs the extra `onnx`; a build for another device, such as `onnxruntime-gpu`, takes its place. The
bytes that were hashed are the bytes that are loaded. Pixels go as planes of floats into one
persistent array: on a processor that takes a hundredth of the time of the smallest model. Threads
that wait do not spin, for the decoders need the cores.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from detectors.detection import Detections
from detectors.detector import Profile
from detectors.errors import DetectorExhausted, DetectorRejected, DetectorUnavailable
from detectors.families.choice import choose, settle, with_pixels
from detectors.families.family import Array, Family, FamilyName, Pixels, is_sound, of_picture
from detectors.families.letterbox import GRAY, Letterbox
from detectors.families.names import class_names
from detectors.families.reading import Reading, place_for
from detectors.model import ModelFile, open_model, require_detection
from detectors.onnx_ports import inputs_of
from detectors.onnx_runtime import (
    PROVIDERS,
    Foreign,
    Provider,
    choose_provider,
    error_classes,
    import_extra,
    is_shortage,
    reason,
)
from detectors.picture import Picture

_MOST_THREADS = 8
_WARM_UPS = 2
_BATCHES = (1, 2, 4, 8, 16)
_USUAL_BATCH = 8
_WINDOW = 0.004
"""Seconds an accelerator waits for a fuller batch."""


class OnnxConfig(BaseModel):
    """Options of a detector on ONNX Runtime."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: Path
    """An `.onnx` file, or a folder with one."""

    sha256: str | None = Field(default=None, pattern="^[0-9a-fA-F]{64}$")
    """What the hash of the model file must be; default none, which accepts any file."""

    family: FamilyName | None = None
    """How outputs are read: `yolov8` (also YOLO11), `end_to_end` (YOLOv10, YOLO26), `yolox`, `detr`
    (RT-DETR, D-FINE, RF-DETR, DEIM), `ssd`; default: found out from the model."""

    pixels: Pixels | None = None
    """What the model wants of its pixels: `scaled` to 0..1, or centred by `imagenet`'s mean and
    deviation, as DETR types with a pretrained backbone do; default: the family's way."""

    classes: tuple[str, ...] | Literal["coco"] | None = None
    """Names of the model's classes in their order, or `coco` for those of COCO; default: as the
    model's metadata has them, and COCO's for a model of 80 classes without any."""

    labels: tuple[str, ...] | None = Field(default=None, min_length=1)
    """Class names to report; default all. Fewer make tracking and rules cheaper."""

    min_score: float = Field(default=0.1, gt=0, lt=1)
    """Objects with a lower score are not reported; default 0.1, because the tracker uses weak
    detections to hold on to an object. Raising it loses objects that are half hidden."""

    iou: float = Field(default=0.6, gt=0, lt=1)
    """Overlap above which the weaker of two boxes of one class is dropped; default 0.6. Raising it
    keeps more neighbours in crowds and more duplicates."""

    size: tuple[int, int] | None = None
    """Width and height in pixels for a model that leaves its input open; default: as exported."""

    provider: Provider = "auto"
    """Where the model runs: `cpu`, `cuda`, `tensorrt`, `rocm`, `coreml`, or `auto`, which takes the
    best that the installed ONNX Runtime has; default `auto`."""

    max_batch: int | None = Field(default=None, ge=1, le=_BATCHES[-1])
    """Pictures in one call, where the model leaves its batch open; default 8, and 1 on the CPU,
    which gains nothing. Lowering it takes less of the device's memory."""

    threads: int | None = Field(default=None, ge=1, le=256)
    """CPU threads; default: half as many as this process has cores, at most 8. Raising it makes one
    picture faster on an idle machine and leaves less for decoding."""


class OnnxDetector:
    """Finds objects with a model on ONNX Runtime; see `detectors.Detector`."""

    Config: ClassVar[type[BaseModel]] = OnnxConfig

    def __init__(self, name: str, config: OnnxConfig) -> None:
        self._name = name
        self._config = config
        self._session: Foreign = None
        self._errors: tuple[type[Exception], ...] = ()
        self._batch = 1
        self._places: list[Letterbox | None] = []

    def load(self) -> Profile:
        """Check, load and warm up."""
        file = open_model(self._config.model, sha256=self._config.sha256)
        try:
            return self._load(file)
        except DetectorRejected as error:
            raise DetectorRejected(f"{file.path}: {error}") from error

    def detect(self, pictures: Sequence[Picture]) -> Sequence[Detections]:
        """Look at all pictures, in as few calls as the model takes."""
        found: list[Detections] = []
        while len(found) < len(pictures):
            some = pictures[len(found) : len(found) + self._batch]
            found.extend(self._look([picture.rgb for picture in some]))
        return found

    def close(self) -> None:
        """Drop the session."""
        self._session = None

    def _load(self, file: ModelFile) -> Profile:
        require_detection(file.task)
        if file.kind != "onnx":
            raise DetectorRejected("is no .onnx file; use `type: openvino` for .xml")
        runtime = import_extra()
        self._errors = error_classes(runtime)
        provider = choose_provider(runtime.get_available_providers(), self._config.provider)
        self._session = self._open(runtime, file.data, provider)
        used = self._session.get_providers()[0]
        if used != provider and self._config.provider != "auto":
            raise DetectorRejected(
                f"`provider: {self._config.provider}`: {provider} is installed but does not start "
                "here (a driver or library is missing); install it, or choose another"
            )
        self._picture, self._target, size, free = inputs_of(
            self._session, self._config.size or file.size
        )
        if free:
            best = 1 if used == PROVIDERS["cpu"][0] else _USUAL_BATCH
            self._batch = self._config.max_batch or best
        self._size = size
        outputs = self._warm_up()
        family = choose(
            [output.shape for output in outputs],
            size,
            self._config.family,
            names=[output.name for output in self._session.get_outputs()],
        )
        family = with_pixels(family, self._config.pixels)
        first = family.join(of_picture(outputs, 0, 1))
        self._family = settle(family, first, size)
        self._prepare(family)
        names = class_names(self._config.classes, file.names, family)
        self._reading = Reading(
            self._family, names, self._config.labels, self._config.min_score, self._config.iou
        )
        self._look([np.full((size[1], size[0], 3), GRAY, np.uint8)] * self._batch)
        note = "" if used == provider else f" ({provider} does not start here)"
        return Profile(
            *size,
            labels=self._reading.labels,
            description=f"{file.path.name} ({family.name}, {size[0]}x{size[1]}) with ONNX Runtime "
            f"{runtime.__version__} on {used.removesuffix('ExecutionProvider')}{note}",
            max_batch=self._batch,
            window=_WINDOW if self._batch > 1 else 0.0,
            parts=True,
        )

    def _open(self, runtime: Foreign, data: bytes, provider: str) -> Foreign:
        options = runtime.SessionOptions()
        cores = len(os.sched_getaffinity(0))
        options.intra_op_num_threads = self._config.threads or max(
            1, min(cores // 2, _MOST_THREADS)
        )
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.add_session_config_entry("session.inter_op.allow_spinning", "0")
        options.log_severity_level = 4
        providers = list(dict.fromkeys((provider, *PROVIDERS["cpu"])))
        try:
            return runtime.InferenceSession(data, options, providers=providers)
        except self._errors as error:
            raise DetectorRejected(
                f"ONNX Runtime cannot use it ({reason(error)}); fetch or export it again"
            ) from error

    def _warm_up(self) -> list[Array]:
        """Run a gray picture through the model, before anything is known of its pixels."""
        width, height = self._size
        blob = np.full((1, 3, height, width), GRAY, np.float32)
        try:
            for _ in range(_WARM_UPS):
                outputs: list[Array] = self._session.run(None, self._feed(blob))
        except self._errors as error:
            raise DetectorRejected(
                f"it cannot look at a picture of {width}x{height} ({reason(error)}); leave `size` "
                "out or export it again"
            ) from error
        if not all(is_sound(output) for output in outputs):
            raise DetectorRejected(
                "its output is not made of finite 32-bit numbers; export it again in FP32"
            )
        return outputs

    def _prepare(self, family: Family) -> None:
        """Make the arrays that pictures are written into."""
        width, height = self._size
        self._canvas = np.full((self._batch, height, width, 3), GRAY, np.uint8)
        self._blob = np.empty((self._batch, 3, height, width), np.float32)
        self._places = [None] * self._batch
        scale = 1 / (np.float32(family.divisor) * np.array(family.deviation, np.float32))
        shift = -np.array(family.mean, np.float32) / np.array(family.deviation, np.float32)
        order = (0, 1, 2) if family.rgb else (2, 1, 0)
        self._planes = [
            (plane, float(scale[number]), float(shift[number]))
            for number, plane in enumerate(order)
        ]

    def _feed(self, blob: Array) -> dict[str, Array]:
        feed = {self._picture: blob}
        if self._target is not None:
            name, kind = self._target
            feed[name] = np.array([self._size] * len(blob), kind)
        return feed

    def _look(self, pictures: Sequence[npt.NDArray[np.uint8]]) -> list[Detections]:
        places = [self._place(number, rgb) for number, rgb in enumerate(pictures)]
        # Sizes the device knows: others are filled up, so that nothing is tuned at work.
        count = next(size for size in (*_BATCHES, self._batch) if len(pictures) <= size)
        count = min(count, self._batch)
        try:
            outputs = self._session.run(None, self._feed(self._blob[:count]))
        except self._errors as error:
            kind = DetectorExhausted if is_shortage(error) else DetectorUnavailable
            raise kind(f"ONNX Runtime failed at work: {reason(error)}") from error
        return [
            self._reading.read(self._family.join(of_picture(outputs, number, count)), place)
            for number, place in enumerate(places)
        ]

    def _place(self, number: int, rgb: npt.NDArray[np.uint8]) -> Letterbox:
        """Write a picture into the canvas and its planes into the input."""
        import cv2  # noqa: PLC0415 (the daemon imports backends to check options, never OpenCV)

        place = place_for(self._family, (rgb.shape[1], rgb.shape[0]), self._size)
        canvas = self._canvas[number]
        if place != self._places[number]:
            canvas[:] = GRAY
            self._places[number] = place
        place.place(rgb, canvas)
        colours = cv2.split(canvas)
        for target, (plane, scale, shift) in zip(self._blob[number], self._planes, strict=True):
            np.multiply(colours[plane], np.float32(scale), out=target)
            if shift:
                np.add(target, np.float32(shift), out=target)
        return place
