"""TensorRT engines as Ultralytics exports them: a length, a description as JSON, the plan.

An engine is machine code for one kind of GPU, one driver and one version of TensorRT.
"""

import json
from dataclasses import dataclass
from typing import Any

from detectors.errors import DetectorRejected
from detectors.torch.runtime import Foreign, first_line

_LENGTH = 4
_LONGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class Plan:
    """The two parts of an engine file."""

    described: dict[str, Any]
    """As Ultralytics wrote it down: names, task, imgsz."""

    code: bytes


def parse(data: bytes) -> Plan:
    """Part an engine file.

    Raises:
        DetectorRejected: It does not begin with Ultralytics' description.
    """
    length = int.from_bytes(data[:_LENGTH], "little", signed=True)
    if not 0 < length <= min(_LONGEST, len(data) - _LENGTH):
        raise DetectorRejected("it lacks the description that Ultralytics' export puts in front")
    try:
        described = json.loads(data[_LENGTH : _LENGTH + length])
    except ValueError as error:
        raise DetectorRejected("its description is no JSON; export it again") from error
    if not isinstance(described, dict):
        raise DetectorRejected("its description is no JSON object; export it again")
    names = described.get("names")
    if isinstance(names, dict) and all(str(number).isdigit() for number in names):
        described["names"] = {int(number): name for number, name in names.items()}
    return Plan(described, data[_LENGTH + length :])


class Engine:
    """A deserialized engine: a function from one tensor to one.

    Raises:
        DetectorRejected: TensorRT is not installed, or cannot use the engine here.
    """

    def __init__(self, torch: Foreign, plan: Plan, device: str) -> None:
        if device == "cpu":
            raise DetectorRejected("an engine runs on CUDA only; name the .pt or an .onnx instead")
        try:
            import tensorrt  # noqa: PLC0415 (a gigabyte that only engines need)
        except ImportError as error:
            raise DetectorRejected(
                f"an engine needs TensorRT ({first_line(error)}); install the `tensorrt` it was "
                "exported with, or name the .pt"
            ) from error
        self._torch = torch
        torch.cuda.set_device(device)
        quiet = tensorrt.Logger(tensorrt.Logger.ERROR)
        self._engine = tensorrt.Runtime(quiet).deserialize_cuda_engine(plan.code)
        if self._engine is None or self._engine.num_io_tensors != 2:  # noqa: PLR2004 (in and out)
            raise DetectorRejected(
                f"TensorRT {tensorrt.__version__} cannot use it on this device; export it here, "
                "as a detection model"
            )
        names = [self._engine.get_tensor_name(number) for number in range(2)]
        first_in = self._engine.get_tensor_mode(names[0]) == tensorrt.TensorIOMode.INPUT
        self._in, self._out = names if first_in else reversed(names)
        half = self._engine.get_tensor_dtype(self._in) == tensorrt.float16
        self.dtype = torch.float16 if half else torch.float32
        half = self._engine.get_tensor_dtype(self._out) == tensorrt.float16
        self._out_dtype = torch.float16 if half else torch.float32
        self._device = device
        self._context = self._engine.create_execution_context()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the largest input it takes."""
        shape = self._largest()
        return shape[3], shape[2]

    @property
    def batches(self) -> tuple[int, int]:
        """Fewest and most pictures of one call."""
        if self._engine.get_tensor_shape(self._in)[0] > 0:
            fixed = self._largest()[0]
            return fixed, fixed
        shapes = self._engine.get_tensor_profile_shape(self._in, 0)
        return int(shapes[0][0]), int(shapes[2][0])

    def __call__(self, pixels: Foreign) -> Foreign:
        """Run on torch's current stream; may be captured."""
        pixels = pixels.contiguous()
        self._context.set_input_shape(self._in, tuple(pixels.shape))
        shape = tuple(self._context.get_tensor_shape(self._out))
        output = self._torch.empty(shape, dtype=self._out_dtype, device=self._device)
        self._context.set_tensor_address(self._in, pixels.data_ptr())
        self._context.set_tensor_address(self._out, output.data_ptr())
        stream = self._torch.cuda.current_stream(self._device).cuda_stream
        if not self._context.execute_async_v3(stream):
            raise RuntimeError("TensorRT could not start the engine")
        return output

    def _largest(self) -> tuple[int, ...]:
        shape = tuple(self._engine.get_tensor_shape(self._in))
        if min(shape) > 0:
            return shape
        return tuple(self._engine.get_tensor_profile_shape(self._in, 0)[2])
