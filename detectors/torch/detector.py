"""A detector on Ultralytics' models and torch: CUDA where there is one.

Needs the extra `gpu`, which brings AGPL-3.0 code. A `.pt` file runs code when it is opened and is
accepted only with `allow_pickle: true`. The model is called directly: no predictor, no results
objects.
"""

import gc
from collections.abc import Sequence
from typing import ClassVar

from pydantic import BaseModel

from detectors.detection import Detections
from detectors.detector import Profile
from detectors.errors import DetectorExhausted, DetectorRejected, DetectorUnavailable
from detectors.model import ModelFile, open_model
from detectors.picture import Picture
from detectors.torch.bell import Bell
from detectors.torch.config import UltralyticsConfig
from detectors.torch.runtime import Foreign, choose_device, first_line, import_torch, is_short
from detectors.torch.stage import Stage, Ticket
from detectors.torch.upload import BEDS
from sources.slot import LARGEST_SIDE

_STRIDE = 32


class UltralyticsDetector:
    """Finds objects with an Ultralytics model; see `detectors.Overlapping`."""

    Config: ClassVar[type[BaseModel]] = UltralyticsConfig

    def __init__(self, name: str, config: UltralyticsConfig) -> None:
        self._name = name
        self._config = config
        self._torch: Foreign = None
        self._device = "cpu"
        self._loaded: Stage | None = None
        self._bell: Bell | None = None

    @property
    def network(self) -> Foreign:
        """The model itself, once loaded."""
        return self._stage.network

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
        self._torch.backends.cudnn.benchmark = self._config.tune
        if self._config.threads is not None:
            self._torch.set_num_threads(self._config.threads)
        try:
            self._loaded = self._load(file)
        except DetectorRejected as error:
            raise DetectorRejected(f"{file.path}: {error}") from error
        return self._loaded.profile

    def detect(self, pictures: Sequence[Picture]) -> Sequence[Detections]:
        """Look at all pictures, in as few calls as the device takes."""
        found: list[Detections] = []
        under_way: list[Ticket] = []
        batch = self._stage.batch
        for first in range(0, len(pictures), batch):
            under_way.append(self.begin(pictures[first : first + batch]))
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
        stage = self._stage
        try:
            ticket = stage.begin(pictures)
        except RuntimeError as error:
            raise self._failure(error) from error
        if self._bell is not None:
            self._bell.ring_after(ticket.mark)
        return ticket

    def done(self, ticket: Ticket) -> bool:
        """Tell whether the device is done with a batch."""
        return ticket.done

    def finish(self, ticket: Ticket) -> list[Detections]:
        """Wait for a batch and return what was found in it.

        Raises:
            DetectorExhausted: The device has no memory left, however small the batch.
            DetectorUnavailable: It failed in another way; the worker is started anew.
        """
        stage = self._stage
        try:
            return stage.finish(ticket)
        except RuntimeError as error:
            raise self._failure(error) from error

    def bell(self) -> int:
        """Return the event descriptor that is written to whenever a batch is done."""
        if self._bell is None:
            self._bell = Bell(BEDS)
        return self._bell.fd

    def close(self) -> None:
        """Drop the model."""
        if self._bell is not None:
            self._bell.close()
        if self._loaded is not None:
            self._loaded.close()
        self._bell = self._loaded = None

    @property
    def _stage(self) -> Stage:
        if self._loaded is None:
            raise RuntimeError("load() comes first")
        return self._loaded

    def _load(self, file: ModelFile) -> Stage:
        """Load for the device, with half the batch if there is not enough memory for the whole."""
        torch, config, device = self._torch, self._config, self._device
        if device == "cpu":
            return Stage(torch, file, config, device, 1)
        shortage = RuntimeError("no batch is small enough")
        for batch in dict.fromkeys((config.max_batch, max(1, config.max_batch // 2))):
            try:
                return Stage(torch, file, config, device, batch)
            except RuntimeError as error:
                if not is_short(torch, error):
                    raise DetectorUnavailable(f"{device} failed: {first_line(error)}") from error
                # Without its traceback, which holds what was loaded.
                shortage = error.with_traceback(None)
            gc.collect()
            torch.cuda.empty_cache()
        raise self._failure(shortage) from shortage

    def _failure(self, error: RuntimeError) -> Exception:
        """Say what a failure at work means; whatever the device, the worker starts anew."""
        if is_short(self._torch, error):
            told = f"{self._device} has not enough free memory: {first_line(error)}"
            return DetectorExhausted(told)
        if self._device == "cpu":
            return error
        return DetectorUnavailable(f"{self._device} failed: {first_line(error)}")


def _require_size(size: tuple[int, int]) -> None:
    for side in size:
        if side % _STRIDE or not _STRIDE <= side <= LARGEST_SIDE:
            raise DetectorRejected(
                f"`size`: {size[0]} x {size[1]}: sides must be multiples of {_STRIDE} up to "
                f"{LARGEST_SIDE}; choose e.g. [640, 384]"
            )
