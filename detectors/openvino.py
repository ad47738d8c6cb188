"""A detector on OpenVINO: any x86 or ARM processor, Intel's graphics and neural units.

Float conversion, scaling and layout happen inside the compiled graph, which reads an
8-bit picture straight from a persistent tensor. On a CPU batches bring nothing, so pictures are
looked at one by one; there are two beds for them, so that the next lies ready when one is done.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from detectors.detection import Detections
from detectors.detector import Profile
from detectors.errors import DetectorRejected, DetectorUnavailable
from detectors.families.choice import choose, settle, with_pixels
from detectors.families.family import Array, Family, FamilyName, Pixels, is_sound, of_picture
from detectors.families.letterbox import Letterbox
from detectors.families.names import class_names
from detectors.families.reading import Reading, place_for
from detectors.model import ModelFile, open_model, require_detection
from detectors.openvino_bed import BEDS, Bed
from detectors.picture import Picture
from sources.slot import LARGEST_SIDE

_MOST_THREADS = 8
"""Beyond this nano models gain nothing, and the decoders need cores too."""

_Foreign = Any
"""OpenVINO's modules, models and requests, which have no types that a checker could use."""

_WARM_UPS = 2
_AXES = 4
_SMALLEST_SIDE = 32


class OpenvinoConfig(BaseModel):
    """Options of a detector on OpenVINO."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: Path
    """An `.onnx` file, an `.xml` file with its `.bin` beside it, or a folder with one of them."""

    sha256: str | None = Field(default=None, pattern="^[0-9a-fA-F]{64}$")
    """What the hash of the model file must be; default none, which accepts any file."""

    weights_sha256: str | None = Field(default=None, pattern="^[0-9a-fA-F]{64}$")
    """The same for the `.bin` beside an `.xml`."""

    family: FamilyName | None = None
    """How outputs are read: `yolov8` (also YOLO11), `end_to_end` (YOLOv10, YOLO26), `yolox`, `detr`
    (RT-DETR, D-FINE, RF-DETR, DEIM), `ssd`; default: found out from the model."""

    pixels: Pixels | None = None
    """What the model wants of its pixels: `scaled` to 0..1, or centred by `imagenet`'s mean and
    deviation, as DETR types with a pretrained backbone do; default: the family's way."""

    classes: tuple[str, ...] | Literal["coco"] | None = Field(default=None)
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

    device: str = Field(default="CPU", pattern="^[A-Z]+(\\.[0-9]+)?$")
    """`CPU`, `GPU`, `GPU.1`, `NPU`, or `AUTO`, which takes the best there is; default CPU."""

    precision: Literal["auto", "full"] = "auto"
    """`auto` computes in 16-bit floats where the device is faster with them, as processors with
    AVX-512 BF16 or AMX and GPUs are: boxes move by about a hundredth of their size. `full` computes
    in 32 bits as the model was trained, at up to twice the time. Default auto."""

    threads: int | None = Field(default=None, ge=1, le=256)
    """CPU threads; default: half as many as this process has cores, at most 8. Raising it makes one
    picture faster on an idle machine, costs more processor time in all, since threads wait for each
    other, and leaves less for decoding."""

    cache_dir: Path | None = None
    """Folder for compiled models, which makes GPUs and NPUs start faster; default none."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A look that is under way."""

    bed: Bed
    place: Letterbox


class OpenvinoDetector:
    """Finds objects with a model on OpenVINO; see `detectors.Overlapping`."""

    Config: ClassVar[type[BaseModel]] = OpenvinoConfig

    def __init__(self, name: str, config: OpenvinoConfig) -> None:
        self._name = name
        self._config = config
        self._beds: list[Bed] = []
        self._next = 0
        self._bell: int | None = None

    def load(self) -> Profile:
        """Check, compile and warm up."""
        file = open_model(
            self._config.model,
            sha256=self._config.sha256,
            weights_sha256=self._config.weights_sha256,
        )
        try:
            return self._load(file)
        except DetectorRejected as error:
            raise DetectorRejected(f"{file.path}: {error}") from error

    def detect(self, pictures: Sequence[Picture]) -> Sequence[Detections]:
        """Look at each picture in turn."""
        found: list[Detections] = []
        under_way: list[Ticket] = []
        for picture in pictures:
            under_way.append(self.begin([picture]))
            if len(under_way) == BEDS:
                found.extend(self.finish(under_way.pop(0)))
        for ticket in under_way:
            found.extend(self.finish(ticket))
        return found

    def begin(self, pictures: Sequence[Picture]) -> Ticket:
        """Start looking at one picture."""
        [picture] = pictures
        height, width, _ = picture.rgb.shape
        bed = self._beds[self._next]
        self._next = (self._next + 1) % BEDS
        place = place_for(self._family, (width, height), self._size)
        bed.lay(picture.rgb, place)
        try:
            bed.start()
        except RuntimeError as error:
            raise self._failure(error) from error
        return Ticket(bed, place)

    def done(self, ticket: Ticket) -> bool:
        """Tell whether the look is over."""
        return ticket.bed.done

    def finish(self, ticket: Ticket) -> Sequence[Detections]:
        """Wait for the look and read what came out."""
        try:
            ticket.bed.wait()
        except RuntimeError as error:
            raise self._failure(error) from error
        found = self._family.join(of_picture(ticket.bed.outputs(), 0, 1))
        return [self._reading.read(found, ticket.place)]

    def bell(self) -> int:
        """Return the event descriptor that every finished look writes to."""
        if self._bell is None:
            self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
            for bed in self._beds:
                bed.ring(self._bell)
        return self._bell

    def close(self) -> None:
        """Drop the compiled model."""
        self._beds = []
        if self._bell is not None:
            os.close(self._bell)
            self._bell = None

    def _failure(self, error: RuntimeError) -> DetectorUnavailable:
        return DetectorUnavailable(
            f"{self._config.device} failed during inference: {_reason(error)}"
        )

    def _load(self, file: ModelFile) -> Profile:
        require_detection(file.task)
        import openvino  # noqa: PLC0415 (the daemon imports this file only to check options)

        core = openvino.Core()
        _require_device(core.available_devices, self._config.device)
        try:
            model = _read(core, file)
            size = _settle_input(model, self._config.size or file.size)
            family = choose(
                [_shape(output.partial_shape) for output in model.outputs],
                size,
                self._config.family,
                names=[_name(output) for output in model.outputs],
                background=_has_background(model),
            )
            family = with_pixels(family, self._config.pixels)
            model = _with_preprocessing(openvino, model, family)
            compiled = core.compile_model(model, self._config.device, self._options())
            outputs = self._prepare(openvino, compiled, size, swapped=not family.rgb)
        except RuntimeError as error:
            raise DetectorRejected(
                f"OpenVINO cannot use it ({_reason(error)}); fetch or export it again"
            ) from error
        self._size = size
        first = family.join(of_picture(outputs, 0, 1))
        self._family = settle(family, first, size)
        names = class_names(self._config.classes, file.names or _labels(model), family)
        self._reading = Reading(
            self._family, names, self._config.labels, self._config.min_score, self._config.iou
        )
        self._reading.read(first, Letterbox.stretch(size))
        device = _device_name(core, compiled, self._config.device)
        version = openvino.__version__.split("-")[0]
        note = "; quantised at work: `type: onnx` is faster" if file.quantised_at_work else ""
        return Profile(
            *size,
            labels=self._reading.labels,
            description=f"{file.path.name} ({family.name}, {size[0]}x{size[1]}) with OpenVINO "
            f"{version} on {self._config.device}: {device}{note}",
            under_way=BEDS,
            parts=True,
        )

    def _options(self) -> dict[str, str | int | bool]:
        options: dict[str, str | int | bool] = {"PERFORMANCE_HINT": "LATENCY"}
        if self._config.precision == "full":
            options["INFERENCE_PRECISION_HINT"] = "f32"
        if self._config.cache_dir is not None:
            options["CACHE_DIR"] = str(self._config.cache_dir)
        if self._config.device == "CPU":
            cores = len(os.sched_getaffinity(0))
            threads = self._config.threads or max(1, min(cores // 2, _MOST_THREADS))
            options |= {
                "INFERENCE_NUM_THREADS": threads,
                "NUM_STREAMS": 1,
                "ENABLE_CPU_PINNING": False,
            }
        return options

    def _prepare(
        self, openvino: _Foreign, compiled: _Foreign, size: tuple[int, int], *, swapped: bool
    ) -> Sequence[Array]:
        """Make the beds and look at a gray picture; return what comes out."""
        self._beds = [Bed(openvino, compiled, size, swapped=swapped) for _ in range(BEDS)]
        for bed in self._beds * _WARM_UPS:
            bed.infer()
        outputs = self._beds[0].outputs()
        if not all(is_sound(output) for output in outputs):
            raise DetectorRejected(
                "its output is not made of finite 32-bit numbers; export it again in FP32"
            )
        return outputs


def _require_device(available: Sequence[str], wanted: str) -> None:
    """Refuse a device that is not there; `GPU` also stands for `GPU.0`."""
    if wanted == "AUTO":
        return
    if not any(device in {wanted, f"{wanted}.0"} for device in available):
        raise DetectorRejected(
            f"`device: {wanted}`: OpenVINO sees no such device here, only {', '.join(available)}; "
            "install its driver, give this user access, or choose another"
        )


def _shape(partial: _Foreign) -> tuple[int, ...]:
    return tuple(-1 if axis.is_dynamic else axis.get_length() for axis in partial)


def _name(output: _Foreign) -> str:
    return min(output.names, default="")


def _read(core: _Foreign, file: ModelFile) -> _Foreign:
    return core.read_model(file.data, file.weights) if file.weights else core.read_model(file.data)


def _settle_input(model: _Foreign, wanted: tuple[int, int] | None) -> tuple[int, int]:
    """Fix the input's shape and return its width and height."""
    pictures = [port for port in model.inputs if len(port.partial_shape) == _AXES]
    sizes = [port for port in model.inputs if _is_target_size(port)]
    if len(pictures) != 1 or len(model.inputs) != len(pictures) + len(sizes):
        raise DetectorRejected(
            f"it has {len(model.inputs)} inputs of other shapes than one picture; export a "
            "detection model"
        )
    [picture] = pictures
    shape = picture.partial_shape
    if shape[1] != 3:  # noqa: PLR2004 (red, green, blue)
        raise DetectorRejected(
            f"its input {shape} is not 1 x 3 x height x width; export it with channels first"
        )
    if wanted is None and shape.is_dynamic and (shape[2].is_dynamic or shape[3].is_dynamic):
        raise DetectorRejected(
            "it leaves the size of its input open; set `size: [width, height]`, e.g. [640, 384]"
        )
    width, height = wanted or (shape[3].get_length(), shape[2].get_length())
    if not all(_SMALLEST_SIDE <= side <= LARGEST_SIDE for side in (width, height)):
        raise DetectorRejected(
            f"an input of {width}x{height} is outside {_SMALLEST_SIDE} to {LARGEST_SIDE} pixels; "
            "export it smaller, or set `size` if it leaves the size open"
        )
    try:
        model.reshape({picture: [1, 3, height, width], **{port: [1, 2] for port in sizes}})
    except RuntimeError as error:
        raise DetectorRejected(
            f"it cannot take pictures of {width}x{height}; leave `size` out or export it so"
        ) from error
    return width, height


def _is_target_size(port: _Foreign) -> bool:
    """Tell the second input of a DETR type: width and height that boxes are scaled to."""
    shape = port.partial_shape
    whole = port.element_type.get_type_name() in {"i64", "i32"}
    return whole and len(shape) == 2 and shape[1] == 2  # noqa: PLR2004 (pictures x 2)


def _with_preprocessing(openvino: _Foreign, model: _Foreign, family: Family) -> _Foreign:
    steps = openvino.preprocess.PrePostProcessor(model)
    [place] = [n for n, port in enumerate(model.inputs) if len(port.partial_shape) == _AXES]
    source = steps.input(place)
    source.tensor().set_element_type(openvino.Type.u8).set_layout(openvino.Layout("NHWC"))
    source.model().set_layout(openvino.Layout("NCHW"))
    pixels = source.preprocess()
    pixels.convert_element_type(openvino.Type.f32)
    if family.divisor != 1:
        pixels.scale(family.divisor)
    if any(family.mean):
        pixels.mean(list(family.mean)).scale(list(family.deviation))
    return steps.build()


def _has_background(model: _Foreign) -> bool:
    """Tell whether class 0 of an SSD type is the background: its last operation says so."""
    for operation in model.get_ops():
        if operation.get_type_name() == "DetectionOutput":
            said = operation.get_attributes()
            return said.get("background_label_id", 0) == 0 and not said.get("decrease_label_id")
    return True


def _labels(model: _Foreign) -> tuple[str, ...]:
    """Read class names that an Open Model Zoo style export left in the graph, if any."""
    if not model.has_rt_info(["model_info", "labels"]):
        return ()
    said = model.get_rt_info(["model_info", "labels"]).astype(str)
    return tuple(name.replace("_", " ") for name in said.split())


def _device_name(core: _Foreign, compiled: _Foreign, wanted: str) -> str:
    if wanted != "AUTO":
        return str(core.get_property(wanted, "FULL_DEVICE_NAME"))
    chosen = compiled.get_property("EXECUTION_DEVICES")
    return ", ".join(chosen) if isinstance(chosen, (list, tuple)) else str(chosen)


def _reason(error: RuntimeError) -> str:
    """Pick the one line of OpenVINO's message that is meant for people."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = [line for line in lines if not line.startswith(("Exception from ", "Check '"))]
    return (told or lines or ["no reason given"])[0].rstrip(".!")[:300]
