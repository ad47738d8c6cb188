"""The inputs of an ONNX model: which one takes the picture, and how large."""

import numpy as np

from detectors.errors import DetectorRejected
from detectors.onnx_runtime import Foreign
from sources.slot import LARGEST_SIDE

_AXES = 4
_SMALLEST_SIDE = 32
_WHOLE: dict[str, type[np.generic]] = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}


def inputs_of(
    session: Foreign, wanted: tuple[int, int] | None
) -> tuple[str, tuple[str, type[np.generic]] | None, tuple[int, int], bool]:
    """Tell the inputs apart.

    Returns:
        Name of the picture's input; name and type of the input for the size that boxes are scaled
        to, if there is one; width and height; whether the batch is open.

    Raises:
        DetectorRejected: It has other inputs than those, or sizes that nobody can give it.
    """
    pictures = [port for port in session.get_inputs() if len(port.shape) == _AXES]
    targets = [
        port
        for port in session.get_inputs()
        if port.type in _WHOLE and len(port.shape) == 2 and port.shape[1] == 2  # noqa: PLR2004
    ]
    if len(pictures) != 1 or len(session.get_inputs()) != len(pictures) + len(targets):
        raise DetectorRejected(
            f"it has {len(session.get_inputs())} inputs of other shapes than one picture; export a "
            "detection model"
        )
    [picture] = pictures
    batch, colours, height, width = picture.shape
    if colours != 3 or picture.type != "tensor(float)":  # noqa: PLR2004 (red, green, blue)
        raise DetectorRejected(
            f"its input {picture.shape} of {picture.type} is not 1 x 3 x height x width of 32-bit "
            "floats; export it so"
        )
    size = _size((width, height), wanted)
    target = (targets[0].name, _WHOLE[targets[0].type]) if targets else None
    return picture.name, target, size, not isinstance(batch, int)


def _size(
    exported: tuple[int | str | None, int | str | None], wanted: tuple[int, int] | None
) -> tuple[int, int]:
    fixed = tuple(side for side in exported if isinstance(side, int))
    if len(fixed) == len(exported):
        size = (fixed[0], fixed[1])
        if wanted is not None and wanted != size:
            raise DetectorRejected(
                f"it cannot take pictures of {wanted[0]}x{wanted[1]}, only {size[0]}x{size[1]}; "
                "leave `size` out or export it so"
            )
    elif wanted is None:
        raise DetectorRejected(
            "it leaves the size of its input open; set `size: [width, height]`, e.g. [640, 384]"
        )
    else:
        size = wanted
    if not all(_SMALLEST_SIDE <= side <= LARGEST_SIDE for side in size):
        raise DetectorRejected(
            f"an input of {size[0]}x{size[1]} is outside {_SMALLEST_SIDE} to {LARGEST_SIDE} "
            "pixels; export it smaller, or set `size` if it leaves the size open"
        )
    return size
