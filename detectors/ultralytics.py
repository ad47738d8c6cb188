"""A detector on Ultralytics' models and torch: CUDA where there is one.

Needs the extra `gpu`, which brings AGPL-3.0 code. A `.pt` file runs code when it is opened and is
accepted only with `allow_pickle: true`. The model is called directly: no predictor, no results
objects, nothing kept between calls. Pictures of a batch lie in one static tensor of 8-bit numbers;
the float conversion and the first choice among the boxes happen on the device.
"""

import io
import os
import pickle
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from detectors.detection import Detections
from detectors.detector import Profile
from detectors.errors import DetectorRejected, DetectorUnavailable
from detectors.families import end_to_end
from detectors.families.candidates import Numbers
from detectors.families.choice import choose
from detectors.families.family import Family
from detectors.families.letterbox import GRAY, Letterbox
from detectors.families.names import class_names
from detectors.families.reading import Reading, place_for
from detectors.model import ModelFile, class_numbers, open_model, require_detection
from detectors.picture import Picture
from sources.slot import LARGEST_SIDE

BATCHES = (1, 2, 4, 8, 16)
"""Sizes the device sees; others are filled up, so that nothing is tuned or allocated at work."""

WINDOW = 0.004
"""Seconds a CUDA device waits for a fuller batch."""

_MOST_CANDIDATES = 1000
_STRIDE = 32
_Foreign = Any
"""Torch's modules, models and tensors; the base install has no torch to check types against."""


class UltralyticsConfig(BaseModel):
    """Options of a detector on Ultralytics' models."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: Path
    """A `.pt` file of a detection model, such as yolo11n.pt or yolo26s.pt. Nothing is fetched."""

    sha256: str | None = Field(default=None, pattern="^[0-9a-fA-F]{64}$")
    """What the hash of the model file must be; default none. The only guard of a `.pt` file."""

    allow_pickle: bool = False
    """Whether to open a `.pt` file, which runs the code inside it; default false."""

    classes: tuple[str, ...] | None = Field(default=None, max_length=4096)
    """Names of the model's classes in their order; default: as the model has them."""

    labels: tuple[str, ...] | None = Field(default=None, min_length=1)
    """Class names to report; default all. Fewer make tracking and rules cheaper."""

    min_score: float = Field(default=0.1, gt=0, lt=1)
    """Objects with a lower score are not reported; default 0.1, because the tracker uses weak
    detections to hold on to an object. Raising it loses objects that are half hidden."""

    iou: float = Field(default=0.6, gt=0, lt=1)
    """Overlap above which the weaker of two boxes of one class is dropped; default 0.6. Raising it
    keeps more neighbours in crowds and more duplicates."""

    size: tuple[int, int] = (640, 640)
    """Width and height of the input in pixels, multiples of 32; default 640 x 640. Wide pictures
    lose nothing at 640 x 384 and cost 40 % less; raising it finds smaller objects."""

    device: str = Field(default="auto", pattern="^(auto|cpu|cuda(:[0-9]+)?)$")
    """`auto` (CUDA where there is one), `cpu`, `cuda` or `cuda:1`; default auto."""

    max_batch: int = Field(default=16, ge=1, le=BATCHES[-1])
    """Pictures in one call on CUDA; default 16. Lowering it takes less of the device's memory."""

    threads: int | None = Field(default=None, ge=1, le=256)
    """Threads on the CPU; default: as torch chooses."""


class UltralyticsDetector:
    """Finds objects with an Ultralytics model; see `detectors.Detector`."""

    Config: ClassVar[type[BaseModel]] = UltralyticsConfig

    def __init__(self, name: str, config: UltralyticsConfig) -> None:
        self._name = name
        self._config = config
        self._torch: _Foreign = None
        self._net: _Foreign = None
        self._batch = 1
        self._halved = False
        self._canvas = np.empty((0, 0, 0, 3), np.uint8)
        self._places: list[Letterbox | None] = []

    def load(self) -> Profile:
        """Check, load and warm up every batch size."""
        _require_size(self._config.size)
        file = open_model(
            self._config.model,
            sha256=self._config.sha256,
            allow_pickle=self._config.allow_pickle,
        )
        if file.kind != "pt":
            raise DetectorRejected(
                f"{file.path}: is no .pt file; use `type: openvino` for .onnx and .xml"
            )
        self._torch = _import_extra()
        self._device = self._choose_device()
        try:
            return self._load(file)
        except DetectorRejected as error:
            raise DetectorRejected(f"{file.path}: {error}") from error

    def detect(self, pictures: Sequence[Picture]) -> Sequence[Detections]:
        """Look at all pictures, in as few calls as the device takes."""
        found: list[Detections] = []
        while len(found) < len(pictures):
            some = pictures[len(found) : len(found) + self._batch]
            try:
                found.extend(self._look(some))
            except self._torch.OutOfMemoryError as error:
                self._halve(error)
            except RuntimeError as error:
                if self._device == "cpu":
                    raise
                raise DetectorUnavailable(f"{self._device} failed: {_first_line(error)}") from error
        return found

    def close(self) -> None:
        """Drop the model."""
        self._net = None

    def _choose_device(self) -> str:
        wanted = self._config.device
        there = self._torch.cuda.is_available()
        if wanted == "auto":
            return "cuda:0" if there else "cpu"
        count = self._torch.cuda.device_count() if there else 0
        device = "cuda:0" if wanted == "cuda" else wanted
        if device != "cpu" and int(device.partition(":")[2]) >= count:
            raise DetectorRejected(
                f"`device: {wanted}`: torch sees {count} CUDA devices; install the driver, give "
                "this user access, or choose `cpu`"
            )
        return device

    def _load(self, file: ModelFile) -> Profile:
        model = _open(self._torch, file)
        require_detection(getattr(model, "task", None))
        fast = self._device != "cpu"
        if self._config.threads is not None:
            self._torch.set_num_threads(self._config.threads)
        self._batch = self._config.max_batch if fast else 1
        try:
            self._net = model.fuse().eval().to(self._device)
            if fast:
                self._net = self._net.half().to(memory_format=self._torch.channels_last)
            self._float = self._torch.float16 if fast else self._torch.float32
            self._allocate(fast)
            family = self._warm_up()
        except self._torch.OutOfMemoryError as error:
            raise DetectorUnavailable(
                f"{self._device} has not enough free memory: {_first_line(error)}"
            ) from error
        except RuntimeError as error:
            if not fast:
                raise
            raise DetectorUnavailable(f"{self._device} failed: {_first_line(error)}") from error
        described = class_numbers(file.path, getattr(model, "names", None))
        names = class_names(self._config.classes, described, family)
        self._family = family
        self._reading = Reading(
            family, names, self._config.labels, self._config.min_score, self._config.iou
        )
        width, height = self._config.size
        return Profile(
            width,
            height,
            self._reading.labels,
            f"{file.path.name} ({family.name}, {width}x{height}) with torch "
            f"{self._torch.__version__} on {self._device_name()}",
            max_batch=self._batch,
            window=WINDOW if fast else 0.0,
        )

    def _device_name(self) -> str:
        if self._device == "cpu":
            return "the CPU; `type: openvino` is several times faster there"
        name = self._torch.cuda.get_device_name(self._device)
        return f"{self._device} ({name}), 16-bit floats, batches up to {self._batch}"

    def _allocate(self, fast: bool) -> None:
        """Make the one tensor that pictures are written into, and its memory on the device."""
        width, height = self._config.size
        shape = (self._batch, height, width, 3)
        host = self._torch.full(shape, GRAY, dtype=self._torch.uint8, pin_memory=fast)
        self._host = host
        self._canvas = host.numpy()
        self._places = [None] * self._batch
        self._input = self._torch.empty(shape, dtype=self._torch.uint8, device=self._device)

    def _warm_up(self) -> Family:
        """Run every batch size once and tell the family from the first output."""
        outputs = [self._infer(size) for size in BATCHES if size <= self._batch]
        family = choose([(1, *outputs[0].shape[1:])], self._config.size)
        if family.name == "yolov8":
            # `_pick` leaves rows of six on the device, though they still overlap.
            return replace(family, decode=end_to_end.decode)
        if family.name == "end_to_end":
            return family
        raise DetectorRejected(f"its outputs are those of {family.name}, not of Ultralytics")

    def _padded(self, count: int) -> int:
        return min(next(size for size in BATCHES if size >= count), self._batch)

    def _look(self, pictures: Sequence[Picture]) -> list[Detections]:
        size = self._config.size
        places = []
        for number, picture in enumerate(pictures):
            shape = (picture.rgb.shape[1], picture.rgb.shape[0])
            place = place_for(self._family, shape, size)
            if place != self._places[number]:
                self._canvas[number] = GRAY
                self._places[number] = place
            place.place(picture.rgb, self._canvas[number])
            places.append(place)
        rows = self._pick(self._infer(self._padded(len(pictures))))
        return [self._reading.read(rows[number], place) for number, place in enumerate(places)]

    def _infer(self, size: int) -> _Foreign:
        """Run the first `size` pictures of the canvas; the output stays on the device."""
        pixels = self._input[:size]
        pixels.copy_(self._host[:size], non_blocking=True)
        channels_first = pixels.permute(0, 3, 1, 2)
        with self._torch.inference_mode():
            output = self._net(channels_first.to(self._float) / 255)
        return output[0] if isinstance(output, (tuple, list)) else output

    def _pick(self, output: _Foreign) -> Numbers:
        """Bring pictures x rows x 6 to the host: corners, score, class number.

        Of a head that does not suppress by itself, the strongest candidates only: the whole output
        would be forty times as much to move.
        """
        if self._family.overlaps:
            score, number = output[:, 4:].max(dim=1)
            score, rows = score.topk(min(_MOST_CANDIDATES, score.shape[1]), dim=1)
            boxes = output[:, :4].gather(2, rows[:, None].expand(-1, 4, -1)).float()
            half = boxes[:, 2:] / 2
            columns = (boxes[:, :2] - half, boxes[:, :2] + half, score[:, None].float())
            number = number.gather(1, rows)[:, None].float()
            output = self._torch.cat((*columns, number), dim=1).transpose(1, 2)
        rows_of_six: Numbers = output.float().cpu().numpy()
        return rows_of_six

    def _halve(self, error: Exception) -> None:
        """Go on with half the batch, once; a device that stays short of memory starts anew."""
        if self._halved or self._batch == 1:
            raise DetectorUnavailable(
                f"{self._device} has not enough free memory: {_first_line(error)}"
            ) from error
        self._halved = True
        self._batch //= 2
        self._torch.cuda.empty_cache()


def _require_size(size: tuple[int, int]) -> None:
    for side in size:
        if side % _STRIDE or not _STRIDE <= side <= LARGEST_SIDE:
            raise DetectorRejected(
                f"`size`: {size[0]} x {size[1]}: sides must be multiples of {_STRIDE} up to "
                f"{LARGEST_SIDE}; choose e.g. [640, 384]"
            )


def _import_extra() -> _Foreign:
    """Import torch and ultralytics, keeping ultralytics' settings out of the user's folders."""
    try:
        with tempfile.TemporaryDirectory(prefix="lookout-ultralytics-") as folder:
            os.environ["YOLO_CONFIG_DIR"] = folder
            import torch  # noqa: PLC0415 (several GB that only this detector needs)
            import ultralytics  # noqa: F401, PLC0415 (a checkpoint names its classes)
    except ImportError as error:
        raise DetectorRejected(
            f"`type: ultralytics` needs the extra `gpu` ({_first_line(error)}); install it with "
            '`pip install "lookout-daemon[gpu]"`'
        ) from error
    return torch


def _open(torch: _Foreign, file: ModelFile) -> _Foreign:
    """Unpickle the bytes that were hashed; this runs code, so the file must be allowed to."""
    try:
        checkpoint = torch.load(io.BytesIO(file.data), map_location="cpu", weights_only=False)
    except (RuntimeError, pickle.UnpicklingError, ImportError, AttributeError, EOFError) as error:
        raise DetectorRejected(
            f"torch cannot open it ({_first_line(error)}); fetch it again, or install the "
            "version of ultralytics it was made with"
        ) from error
    found = checkpoint if isinstance(checkpoint, dict) else {}
    model = found.get("ema") or found.get("model")
    if not isinstance(model, torch.nn.Module):
        raise DetectorRejected("it holds no Ultralytics model; name a detection model")
    return model.float()


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__
