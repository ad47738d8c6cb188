"""One of the places in which OpenVINO's looks lie: input, request and answer of one picture.

While the device works on one bed the next picture is laid into the other, so that it never waits
for us. Beds of one model share its weights and, on a processor, its working memory.
"""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from detectors.families.family import Array
from detectors.families.letterbox import GRAY, Letterbox

BEDS = 2

_Foreign = Any
"""OpenVINO's module, models and requests, which have no types that a checker could use."""

_AXES = 4


class Bed:
    """Input tensor, request and outputs of one look.

    Args:
        openvino: The module.
        compiled: Reads one 8-bit picture, 1 x height x width x 3, and perhaps its size.
        size: Width and height of the input.
        swapped: Whether the input wants blue first. To swap colours here costs a hundredth of what
            it costs in the graph.
    """

    def __init__(
        self, openvino: _Foreign, compiled: _Foreign, size: tuple[int, int], *, swapped: bool
    ) -> None:
        self._swapped = swapped
        self._canvas = np.full((size[1], size[0], 3), GRAY, np.uint8)
        self._place: Letterbox | None = None
        self._rung = False
        self._request = compiled.create_infer_request()
        self._count = len(compiled.outputs)
        for number, port in enumerate(compiled.inputs):
            picture = len(port.partial_shape) == _AXES
            values = (
                self._canvas[np.newaxis]
                if picture
                else np.array([size], port.element_type.to_dtype())
            )
            tensor = openvino.Tensor(values, shared_memory=picture)
            self._request.set_input_tensor(number, tensor)

    def infer(self) -> None:
        """Look at what lies here, and wait."""
        self._request.infer()

    def ring(self, bell: int) -> None:
        """From now on write to an event descriptor whenever a look is done."""

        def over(_: object) -> None:
            self._rung = True
            os.eventfd_write(bell, 1)

        self._request.set_callback(over, None)

    def lay(self, rgb: npt.NDArray[np.uint8], place: Letterbox) -> None:
        """Write a picture (height x width x 3) to its place in the input."""
        if place != self._place:
            self._canvas[:] = GRAY
            self._place = place
        place.place(rgb, self._canvas, swapped=self._swapped)

    def start(self) -> None:
        """Let the device look as soon as it is free; raises RuntimeError if it cannot."""
        self._rung = False
        self._request.start_async()

    @property
    def done(self) -> bool:
        """Whether the look is over, well or not."""
        if self._rung:
            # The bell is rung just before the request itself says so.
            return True
        try:
            return bool(self._request.wait_for(0))
        except RuntimeError:
            return True

    def wait(self) -> None:
        """Wait until the look is over; raises RuntimeError if the device failed."""
        self._request.wait()

    def outputs(self) -> Sequence[Array]:
        """Return views of what came out; good until the next look here."""
        return [self._request.get_output_tensor(place).data for place in range(self._count)]
