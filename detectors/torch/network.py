"""A model of either kind, ready to look: what it is called with, and what it is said to find."""

from collections.abc import Callable
from dataclasses import dataclass

from detectors.errors import DetectorRejected
from detectors.model import ModelFile, class_numbers, require_detection
from detectors.torch.checkpoint import open_checkpoint
from detectors.torch.config import BUCKETS, UltralyticsConfig
from detectors.torch.engine import Engine, parse
from detectors.torch.program import settle_anchors
from detectors.torch.runtime import Foreign
from detectors.torch.words import is_open, speak


@dataclass(frozen=True, slots=True)
class Network:
    """A model on its device."""

    call: Callable[[Foreign], Foreign]
    dtype: Foreign
    """Of the floats it takes."""

    names: tuple[str, ...]
    """Class names as it has them; empty if it has none."""

    classes: tuple[str, ...] | None
    """Class names as configured, unless the model was taught them."""

    sizes: tuple[int, ...]
    """Batch sizes it takes, ascending."""

    settle: Callable[[], None]
    """To be called once after the first look."""


def open_network(
    torch: Foreign, file: ModelFile, config: UltralyticsConfig, device: str, batch: int
) -> Network:
    """Open a model for a device and batches of up to `batch`.

    Raises:
        DetectorRejected: It is none, or not for this device.
    """
    if file.kind == "engine":
        return _engine(torch, file, config, device, batch)
    model = open_checkpoint(torch, file)
    classes = config.classes
    if classes is not None and is_open(model):
        speak(torch, model, classes, config.text_encoder)
        classes = None
    names = class_numbers(file.path, getattr(model, "names", None))
    dtype = torch.float32
    model = model.fuse().eval().to(device)
    if device != "cpu":
        model = model.to(memory_format=torch.channels_last)
        if config.half:
            dtype = torch.float16
            model = model.half()
    return Network(model, dtype, names, classes, sizes_up_to(batch), lambda: settle_anchors(model))


def _engine(
    torch: Foreign, file: ModelFile, config: UltralyticsConfig, device: str, batch: int
) -> Network:
    plan = parse(file.data)
    require_detection(plan.described.get("task"))
    names = class_numbers(file.path, plan.described.get("names"))
    engine = Engine(torch, plan, device)
    if engine.size != config.size:
        width, height = engine.size
        raise DetectorRejected(
            f"it was exported for {width} x {height}; set `size: [{width}, {height}]`"
        )
    least, most = engine.batches
    sizes = tuple(size for size in sizes_up_to(min(batch, most)) if size >= least) or (least,)
    return Network(engine, engine.dtype, names, config.classes, sizes, lambda: None)


def sizes_up_to(batch: int) -> tuple[int, ...]:
    """Return the batch sizes below, and `batch` itself."""
    return (*(size for size in BUCKETS if size < batch), batch)
