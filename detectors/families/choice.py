"""Which family a model belongs to: by its own metadata where it has some, else by its shape."""

from functools import partial

from detectors.errors import DetectorRejected
from detectors.families import end_to_end, ssd, yolov8, yolox
from detectors.families.candidates import Numbers
from detectors.families.family import Family, FamilyName

_BOX = 4
_LAYERS = ((8, 16, 32), (8, 16, 32, 64), (4, 8, 16, 32))
"""Strides of the usual heads, of those for large pictures, and of those for small objects."""


def choose(
    shapes: list[tuple[int, ...]], size: tuple[int, int], wanted: FamilyName | None = None
) -> Family:
    """Choose the family of a model.

    Args:
        shapes: Shapes of all outputs, with the batch axis.
        size: Width and height of the input.
        wanted: The family the configuration names; None guesses by shape.

    Raises:
        DetectorRejected: No family, or not the wanted one, has such outputs.
    """
    guess = _by_shape(shapes, size)
    said = " + ".join("x".join(map(str, shape)) for shape in shapes)
    if guess is None:
        raise DetectorRejected(
            f"outputs {said} at input {size[0]}x{size[1]} are none we can read; supported: "
            "YOLOv8 and YOLO11 detection (1 x 4+classes x anchors), YOLOv10 and YOLO26 (1 x rows "
            "x 6), YOLOX (1 x anchors x 5+classes), SSD (1 x 1 x rows x 7); export a detection "
            "model"
        )
    if wanted is not None and wanted != guess:
        raise DetectorRejected(
            f"`family: {wanted}` does not fit: outputs {said} are of family {guess}; leave "
            "`family` out or name another model"
        )
    return _build(guess, shapes[0], size)


def settle(family: Family, output: Numbers, size: tuple[int, int]) -> Family:
    """Look at a first real output and settle what the shape alone leaves open.

    Args:
        family: As chosen.
        output: Of the warm-up picture, without the batch axis.
        size: Width and height of the input.
    """
    if family.name == "yolox" and yolox.is_decoded(output, yolox.Grid.over(*size)):
        decode = partial(yolox.decode, grid=None)
        return Family("yolox", family.classes, decode, family.rgb, family.divisor, family.fit, True)
    return family


def _by_shape(shapes: list[tuple[int, ...]], size: tuple[int, int]) -> FamilyName | None:
    if len(shapes) != 1:
        return None
    match shapes[0]:
        case (1, channels, anchors) if channels > _BOX and anchors in _anchors(size):
            return "yolov8"
        case (1, anchors, channels) if channels > _BOX + 1 and anchors == _anchors(size)[0]:
            return "yolox"
        case (1, _, 6):
            return "end_to_end"
        case (1, 1, _, 7):
            return "ssd"
    return None


def _anchors(size: tuple[int, int]) -> list[int]:
    width, height = size
    return [sum((width // s) * (height // s) for s in strides) for strides in _LAYERS]


def _build(name: FamilyName, shape: tuple[int, ...], size: tuple[int, int]) -> Family:
    match name:
        case "yolov8":
            return Family(name, shape[1] - _BOX, yolov8.decode, True, 255, "centred", True)
        case "end_to_end":
            return Family(name, 0, end_to_end.decode, True, 255, "centred", False)
        case "yolox":
            decode = partial(yolox.decode, grid=yolox.Grid.over(*size))
            return Family(name, shape[2] - _BOX - 1, decode, False, 1, "corner", True)
        case "ssd":
            return Family(name, 0, partial(ssd.decode, size=size), False, 1, "stretched", True)
