"""A detector whose device breaks for good, as a wrong kernel breaks it."""

from collections.abc import Sequence
from typing import Final

from detectors.picture import Picture
from detectors.torch import UltralyticsConfig, UltralyticsDetector
from detectors.torch.stage import Ticket

BACKEND: Final = "rig.fatal:FatalDetector"


class FatalDetector(UltralyticsDetector):
    """Writes out of bounds on the device before its second batch; needs CUDA."""

    def __init__(self, name: str, config: UltralyticsConfig) -> None:
        super().__init__(name, config)
        self._begun = 0

    def begin(self, pictures: Sequence[Picture]) -> Ticket:
        """Begin, after the device was broken if it is time."""
        self._begun += 1
        if self._begun == 2:
            import torch  # noqa: PLC0415 (only where the extra is)

            torch.zeros(4, device="cuda")[torch.full((4,), 99, device="cuda")] = 1
        return super().begin(pictures)
