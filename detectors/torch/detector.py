"""A detector on Ultralytics' models and torch: CUDA where there is one.

Needs the extra `gpu`, which brings AGPL-3.0 code. A `.pt` file runs code when it is opened and is
accepted only with `allow_pickle: true`. The model is called directly: no predictor, no results
objects. A picture goes up once, as it lies in its slot; everything from there to the finished rows
is one CUDA graph per batch size, and one small copy brings the rows of a batch back. While the
device looks at one batch the next goes up.
"""

import gc
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel

from detectors.detection import Detections
from detectors.detector import Profile
from detectors.errors import DetectorExhausted, DetectorRejected, DetectorUnavailable
from detectors.families.choice import choose
from detectors.families.family import Family
from detectors.families.letterbox import GRAY, Letterbox
from detectors.families.names import class_names
from detectors.families.reading import Reading, place_for
from detectors.model import ModelFile, open_model
from detectors.picture import Picture
from detectors.torch.answers import read
from detectors.torch.config import UltralyticsConfig
from detectors.torch.graph import Batches
from detectors.torch.network import Network, open_network
from detectors.torch.program import Program, Wishes, look
from detectors.torch.runtime import Foreign, choose_device, first_line, import_torch, is_short
from detectors.torch.stream import Streams
from detectors.torch.upload import BEDS, Landing
from sources.slot import LARGEST_SIDE

WINDOW = 0.004
"""Seconds a CUDA device waits for a fuller batch."""

_STRIDE = 32
_TOGETHER = 4
"""Pictures in one second look, whose overlaps take 100 MB of the device each."""

_ROW = 6


@dataclass(frozen=True, slots=True)
class Ticket:
    """A batch that is under way."""

    bed: int
    places: list[Letterbox]
    done: Foreign


class UltralyticsDetector:
    """Finds objects with an Ultralytics model; see `detectors.Detector`."""

    Config: ClassVar[type[BaseModel]] = UltralyticsConfig

    def __init__(self, name: str, config: UltralyticsConfig) -> None:
        self._name = name
        self._config = config
        self.network: Foreign = None
        """The model itself, once loaded."""
        self._torch: Foreign = None
        self._device = "cpu"
        self._batches: Batches | None = None
        self._landing: Landing | None = None
        self._program: Program | None = None
        self._streams: Streams | None = None
        self._rows: list[Foreign] = []
        self._batch = 1
        self._halved = False
        self._next_bed = 0

    def load(self) -> Profile:
        """Check, load, warm up and capture every batch size."""
        _require_size(self._config.size)
        file = open_model(
            self._config.model,
            sha256=self._config.sha256,
            allow_pickle=self._config.allow_pickle,
        )
        if file.kind not in {"pt", "engine"}:
            raise DetectorRejected(
                f"{file.path}: is no .pt file; use `type: openvino` for .onnx and .xml"
            )
        self._torch = import_torch()
        self._device = choose_device(self._torch, self._config.device)
        if self._config.threads is not None:
            self._torch.set_num_threads(self._config.threads)
        try:
            return self._load(file)
        except DetectorRejected as error:
            raise DetectorRejected(f"{file.path}: {error}") from error

    def detect(self, pictures: Sequence[Picture]) -> Sequence[Detections]:
        """Look at all pictures, in as few calls as the device takes."""
        found: list[Detections] = []
        under_way: list[Ticket] = []
        for first in range(0, len(pictures), self._batch):
            under_way.append(self.begin(pictures[first : first + self._batch]))
            if len(under_way) == BEDS:
                found.extend(self.finish(under_way.pop(0)))
        for ticket in under_way:
            found.extend(self.finish(ticket))
        return found

    def begin(self, pictures: Sequence[Picture]) -> Ticket:
        """Start looking at up to a batch; the pictures may go once this returns.

        At most `BEDS` batches may be under way, and they are finished in order.

        Raises:
            DetectorExhausted: The device has no memory left, however small the batch.
            DetectorUnavailable: It failed in another way; the worker is started anew.
        """
        if self._landing is None or self._streams is None:
            raise RuntimeError("load() comes first")
        bed = self._next_bed
        self._next_bed = (bed + 1) % BEDS
        places = [
            place_for(self._family, (p.rgb.shape[1], p.rgb.shape[0]), self._config.size)
            for p in pictures
        ]
        try:
            with self._streams.copying():
                pixels = self._landing.fill(bed, [picture.rgb for picture in pictures], places)
            with self._streams.computing():
                self._compute(pixels, len(pictures), self._rows[bed])
                done = self._streams.mark()
        except RuntimeError as error:
            raise self._failure(error) from error
        return Ticket(bed, places, done)

    def finish(self, ticket: Ticket) -> list[Detections]:
        """Wait for a batch and return what was found in it.

        Raises:
            DetectorExhausted: The device has no memory left, however small the batch.
            DetectorUnavailable: It failed in another way; the worker is started anew.
        """
        if self._landing is None or self._program is None:
            raise RuntimeError("load() comes first")
        try:
            if ticket.done is not None:
                ticket.done.synchronize()
            rows = self._rows[ticket.bed][: len(ticket.places)]
            unsettled = (rows[:, 0, 1] == 0).nonzero()[:, 0]
            for some in unsettled.split(_TOGETHER) if len(unsettled) else ():
                # More candidates, or longer chains of them, than the fixed program looks at.
                pixels = self._landing.beds[ticket.bed].pixels[some.to(self._device)]
                with self._torch.inference_mode():
                    rows[some] = self._program(pixels, patient=True).cpu()
        except RuntimeError as error:
            raise self._failure(error) from error
        return read(rows.numpy(), ticket.places, self._names)

    def close(self) -> None:
        """Drop the model."""
        if self._landing is not None:
            self._landing.close()
        if self._batches is not None:
            self._batches.close()
        self._batches = self._landing = self._program = self._streams = self.network = None
        self._rows = []

    def _load(self, file: ModelFile) -> Profile:
        """Load for the device, with half the batch if there is not enough memory for the whole."""
        wanted = self._device
        most = self._config.max_batch
        shortage: Exception | None = None
        for batch in dict.fromkeys((most, max(1, most // 2))) if wanted != "cpu" else ():
            try:
                return self._settle(file, batch)
            except RuntimeError as error:
                if not is_short(self._torch, error):
                    raise DetectorUnavailable(f"{wanted} failed: {first_line(error)}") from error
                shortage = error.with_traceback(None)
            self._free()
        if shortage is None:
            return self._settle(file, 1)
        told = f"{wanted} has not enough free memory: {first_line(shortage)}"
        raise DetectorExhausted(told) from shortage

    def _settle(self, file: ModelFile, batch: int) -> Profile:
        torch, config, device = self._torch, self._config, self._device
        torch.backends.cudnn.benchmark = device != "cpu"
        network = open_network(torch, file, config, device, batch)
        batch = network.sizes[-1]
        width, height = config.size
        self._family, names, self._reading = self._understand(network)
        self._names = tuple(names)
        kept = tuple(name in self._reading.labels for name in names)
        self.network = network.call
        self._program = Program(
            torch,
            network.call,
            "end_to_end" if self._family.name == "end_to_end" else "yolov8",
            Wishes(config.min_score, config.iou, kept),
            dtype=network.dtype,
            device=device,
        )
        self._landing = Landing(torch, device, batch, config.size)
        self._streams = Streams(torch, device)
        pinned = device != "cpu"
        pixels = torch.full((batch, height, width, 3), GRAY, dtype=torch.uint8, device=device)
        self._batches = Batches(torch, self._program, pixels, network.sizes)
        self._batches.prepare()
        rows = self._batches.run(batch).shape[1]
        self._rows = [torch.empty((batch, rows, _ROW), pin_memory=pinned) for _ in range(BEDS)]
        self._batch = batch
        return Profile(
            width,
            height,
            self._reading.labels,
            f"{file.path.name} ({self._family.name}, {width}x{height}) with torch "
            f"{torch.__version__} on {self._device_name(network)}",
            max_batch=batch,
            window=WINDOW if pinned else 0.0,
            parts=True,
        )

    def _understand(self, network: Network) -> tuple[Family, tuple[str, ...], Reading]:
        """Tell the family from a first look at nothing, and what its classes are called."""
        torch, config = self._torch, self._config
        width, height = config.size
        count = network.sizes[0]
        nothing = torch.full(
            (count, height, width, 3), GRAY, dtype=torch.uint8, device=self._device
        )
        output = look(torch, network.call, nothing, network.dtype)
        network.settle()
        family = choose([(1, *output.shape[1:])], config.size)
        if family.name not in {"yolov8", "end_to_end"}:
            raise DetectorRejected(f"its outputs are those of {family.name}, not of Ultralytics")
        if not bool(torch.isfinite(output).all()):
            raise DetectorRejected(
                "its output holds what is no number; set `half: false`, or fetch it again"
            )
        names = class_names(network.classes, network.names, family)
        reading = Reading(family, names, config.labels, config.min_score, config.iou)
        return family, names, reading

    def _device_name(self, network: Network) -> str:
        if self._device == "cpu":
            return "the CPU; `type: openvino` is several times faster there"
        torch = self._torch
        bits = 16 if network.dtype == torch.float16 else 32
        graphs = "CUDA graphs" if self._batches and self._batches.captured else "no CUDA graphs"
        return (
            f"{self._device} ({torch.cuda.get_device_name(self._device)}), {bits}-bit floats, "
            f"batches up to {network.sizes[-1]}, {graphs}"
        )

    def _compute(self, pixels: Foreign, count: int, rows: Foreign) -> None:
        """Look at the first `count` pictures of a bed, in as few steps as memory allows."""
        batches = self._batches
        if batches is None:
            raise RuntimeError("load() comes first")
        first = 0
        while first < count:
            last = min(count, first + batches.sizes[-1])
            try:
                batches.pixels[: last - first].copy_(pixels[first:last])
                rows[first:last].copy_(batches.run(last - first), non_blocking=True)
            except RuntimeError as error:
                if not is_short(self._torch, error) or not self._halve(batches):
                    raise
                continue
            first = last

    def _halve(self, batches: Batches) -> bool:
        """Go on with half the batch, once."""
        if self._halved or len(batches.sizes) == 1:
            return False
        self._halved = True
        batches.halve()
        if self._device != "cpu":
            self._torch.cuda.empty_cache()
        return True

    def _failure(self, error: RuntimeError) -> Exception:
        """Say what a failure at work means; whatever the device, the worker starts anew."""
        if is_short(self._torch, error):
            told = f"{self._device} has not enough free memory: {first_line(error)}"
            return DetectorExhausted(told)
        if self._device == "cpu":
            return error
        return DetectorUnavailable(f"{self._device} failed: {first_line(error)}")

    def _free(self) -> None:
        """Give back what a load took that came to nothing."""
        self.close()
        gc.collect()
        self._torch.cuda.empty_cache()


def _require_size(size: tuple[int, int]) -> None:
    for side in size:
        if side % _STRIDE or not _STRIDE <= side <= LARGEST_SIDE:
            raise DetectorRejected(
                f"`size`: {size[0]} x {size[1]}: sides must be multiples of {_STRIDE} up to "
                f"{LARGEST_SIDE}; choose e.g. [640, 384]"
            )
