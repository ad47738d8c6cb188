"""One load of a model onto a device: all that lies there, and batches on their way through it.

A picture goes up once, as it lies in its slot; everything from there to the finished rows is one
CUDA graph per batch size, and one small copy brings the rows of a batch back. While the device
looks at one batch the next goes up.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from detectors.detection import Detections
from detectors.detector import Profile
from detectors.errors import DetectorRejected
from detectors.families.choice import choose
from detectors.families.family import Family
from detectors.families.letterbox import GRAY, Letterbox
from detectors.families.names import class_names
from detectors.families.reading import Reading, place_for
from detectors.model import ModelFile
from detectors.picture import Picture
from detectors.torch.answers import read
from detectors.torch.config import UltralyticsConfig
from detectors.torch.graph import Batches
from detectors.torch.network import Network, open_network
from detectors.torch.program import Program, Wishes, look
from detectors.torch.runtime import Foreign, is_short
from detectors.torch.stream import Streams
from detectors.torch.upload import BEDS, Landing

WINDOW = 0.004
"""Seconds a CUDA device waits for a fuller batch."""

_TOGETHER = 4
"""Pictures in one second look, whose overlaps take 100 MB of the device each."""

_ROW = 6


@dataclass(frozen=True, slots=True)
class Ticket:
    """A batch that is under way."""

    bed: int
    places: list[Letterbox]
    mark: Foreign
    """Can be waited for; None if the batch is done already."""

    @property
    def done(self) -> bool:
        """Whether the device is done with it, well or not."""
        try:
            return self.mark is None or bool(self.mark.query())
        except RuntimeError:
            return True


class Stage:
    """A model on its device, warmed up, with every batch size captured.

    Args:
        torch: The module.
        file: The model.
        config: What is wished for.
        device: `cpu`, `cuda:0` or another.
        batch: Most pictures of one call.

    Raises:
        DetectorRejected: The model is none, or none for this device.
        RuntimeError: The device failed, or has not enough memory.
    """

    def __init__(
        self, torch: Foreign, file: ModelFile, config: UltralyticsConfig, device: str, batch: int
    ) -> None:
        self._torch = torch
        self._config = config
        self._device = device
        self._halved = False
        self._next_bed = 0
        self._streams = Streams(torch, device)
        with ExitStack() as stack, self._streams.computing():
            self._build(file, batch, stack)
            self._streams.settle()
            self._open = stack.pop_all()

    @property
    def network(self) -> Foreign:
        """The model itself."""
        return self._network.call

    def begin(self, pictures: Sequence[Picture]) -> Ticket:
        """Start looking at up to a batch; the pictures may go once this returns.

        At most `BEDS` batches may be under way, and they are finished in order.

        Raises:
            RuntimeError: The device failed, or has no memory left.
        """
        bed = self._next_bed
        self._next_bed = (bed + 1) % BEDS
        places = [
            place_for(self._family, (p.rgb.shape[1], p.rgb.shape[0]), self._config.size)
            for p in pictures
        ]
        with self._streams.copying():
            pixels = self._landing.fill(bed, [picture.rgb for picture in pictures], places)
        with self._streams.computing():
            self._compute(pixels, len(pictures), self._rows[bed])
            mark = self._streams.mark()
        return Ticket(bed, places, mark)

    def finish(self, ticket: Ticket) -> list[Detections]:
        """Wait for a batch and return what was found in it.

        Raises:
            RuntimeError: The device failed, or has no memory left.
        """
        if ticket.mark is not None:
            ticket.mark.synchronize()
        rows = self._rows[ticket.bed][: len(ticket.places)]
        unsettled = (rows[:, 0, 1] == 0).nonzero()[:, 0]
        for some in unsettled.split(_TOGETHER) if len(unsettled) else ():
            # More candidates, or longer chains of them, than the fixed program looks at.
            rows[some] = self._look_again(self._landing.beds[ticket.bed].pixels, some)
        return read(rows.numpy(), ticket.places, self._names)

    def close(self) -> None:
        """Give everything back."""
        self._open.close()

    def _build(self, file: ModelFile, batch: int, stack: ExitStack) -> None:
        torch, config, device = self._torch, self._config, self._device
        network = self._network = open_network(torch, file, config, device, batch)
        self.batch = batch = network.sizes[-1]
        width, height = config.size
        self._family, names, reading = self._understand(network)
        self._names = tuple(names)
        self._program = Program(
            torch,
            network.call,
            "end_to_end" if self._family.name == "end_to_end" else "yolov8",
            Wishes(config.min_score, config.iou, tuple(name in reading.labels for name in names)),
            dtype=network.dtype,
            device=device,
        )
        self._landing = Landing(torch, device, batch, config.size)
        stack.callback(self._landing.close)
        pixels = torch.full((batch, height, width, 3), GRAY, dtype=torch.uint8, device=device)
        self._batches = Batches(torch, self._program, pixels, network.sizes)
        stack.callback(self._batches.close)
        self._batches.prepare()
        count = self._batches.run(batch).shape[1]
        pinned = device != "cpu"
        self._rows = [torch.empty((batch, count, _ROW), pin_memory=pinned) for _ in range(BEDS)]
        self.profile = Profile(
            width,
            height,
            reading.labels,
            f"{file.path.name} ({self._family.name}, {width}x{height}) with torch "
            f"{torch.__version__} on {self._device_name(network)}",
            max_batch=batch,
            window=WINDOW if pinned else 0.0,
            under_way=BEDS if pinned else 1,
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
        graphs = "CUDA graphs" if self._batches.captured else "no CUDA graphs"
        return (
            f"{self._device} ({torch.cuda.get_device_name(self._device)}), {bits}-bit floats, "
            f"batches up to {network.sizes[-1]}, {graphs}"
        )

    def _compute(self, pixels: Foreign, count: int, rows: Foreign) -> None:
        """Look at the first `count` pictures of a bed, in as few steps as memory allows."""
        batches = self._batches
        first = 0
        while first < count:
            last = min(count, first + batches.sizes[-1])
            try:
                batches.pixels[: last - first].copy_(pixels[first:last])
                rows[first:last].copy_(batches.run(last - first), non_blocking=True)
            except RuntimeError as error:
                if not is_short(self._torch, error) or not self._halve():
                    raise
                continue
            first = last

    def _look_again(self, pixels: Foreign, some: Foreign) -> Foreign:
        """Look at some pictures of a bed without a limit, in a batch size the model knows."""
        spare = self._batches.padded(len(some)) - len(some)
        chosen = self._torch.cat((some, some[:1].expand(spare))).to(self._device)
        with self._streams.computing():
            return self._program.patiently(pixels[chosen], len(some)).cpu()

    def _halve(self) -> bool:
        """Go on with half the batch, once."""
        if self._halved or len(self._batches.sizes) == 1:
            return False
        self._halved = True
        self._batches.halve()
        if self._device != "cpu":
            self._torch.cuda.empty_cache()
        return True
