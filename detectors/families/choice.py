"""Which family a model belongs to: by its own metadata where it has some, else by its shape."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from detectors.errors import DetectorRejected
from detectors.families import detr, end_to_end, ssd, yolov8, yolox
from detectors.families.candidates import Numbers
from detectors.families.family import (
    IMAGENET_DEVIATION,
    IMAGENET_MEAN,
    Family,
    FamilyName,
    Pixels,
)

_BOX = 4
_FEWEST_QUERIES, _MOST_QUERIES = 100, 1000
_MOST_CHANNELS = 400
"""Boxes and the 365 classes of Objects365: no grid of anchors is so small at a usual size."""
_LAYERS = ((8, 16, 32), (8, 16, 32, 64), (4, 8, 16, 32))
"""Strides of the usual heads, of those for large pictures, and of those for small objects."""


def choose(
    shapes: Sequence[tuple[int, ...]],
    size: tuple[int, int],
    wanted: FamilyName | None = None,
    *,
    names: Sequence[str] = (),
    background: bool = True,
) -> Family:
    """Choose the family of a model.

    Args:
        shapes: Shapes of all outputs, with the batch axis; -1 for what is open.
        size: Width and height of the input.
        wanted: The family the configuration names; None guesses by shape.
        names: Names of all outputs, where the runtime has them.
        background: Whether class 0 of an SSD type is none, as far as the runtime knows.

    Raises:
        DetectorRejected: No family, or not the wanted one, has such outputs.
    """
    guesses = _by_shape(shapes, size)
    said = " + ".join("x".join(map(str, shape)) for shape in shapes) or "none"
    if not guesses:
        raise DetectorRejected(
            f"outputs {said} at input {size[0]}x{size[1]} are none we can read; supported: "
            "YOLOv8 and YOLO11 detection (1 x 4+classes x anchors), YOLOv10 and YOLO26 (1 x rows "
            "x 6), YOLOX (1 x anchors x 5+classes), DETR types (labels + boxes + scores, or logits "
            "+ boxes), SSD (1 x 1 x rows x 7, or boxes x 5 + labels); export a detection model"
        )
    if wanted is not None and wanted not in guesses:
        raise DetectorRejected(
            f"`family: {wanted}` does not fit: outputs {said} are of family {guesses[0]}; leave "
            "`family` out or name another model"
        )
    family = _build(wanted or guesses[0], shapes, size, names)
    if family.name == "ssd" and len(shapes) == 1 and not background:
        return replace(family, decode=partial(ssd.decode, size=size, first=0))
    return family


def with_pixels(family: Family, wanted: Pixels | None) -> Family:
    """Let pixels reach the model as the configuration wants; None leaves the family's own way."""
    match wanted:
        case None:
            return family
        case "scaled":
            return replace(family, divisor=255, mean=(0.0, 0.0, 0.0), deviation=(1.0, 1.0, 1.0))
        case "imagenet":
            return replace(
                family,
                divisor=255,
                mean=_in_order(IMAGENET_MEAN, family.rgb),
                deviation=_in_order(IMAGENET_DEVIATION, family.rgb),
            )


def settle(family: Family, output: Numbers, size: tuple[int, int]) -> Family:
    """Look at a first real output and settle what the shape alone leaves open.

    Args:
        family: As chosen.
        output: Of the warm-up picture, without the batch axis.
        size: Width and height of the input.
    """
    if family.name == "yolox" and yolox.is_decoded(output, yolox.Grid.over(*size)):
        return replace(family, decode=partial(yolox.decode, grid=None))
    return family


def _in_order(colours: tuple[float, float, float], rgb: bool) -> tuple[float, float, float]:
    red, green, blue = colours
    return colours if rgb else (blue, green, red)


def _by_shape(shapes: Sequence[tuple[int, ...]], size: tuple[int, int]) -> list[FamilyName]:
    """List the families that have such outputs, the likeliest first."""
    match shapes:
        case [(1, channels, anchors)] if channels > _BOX and anchors in _anchors(size):
            found: list[FamilyName] = ["yolov8"]
        case [(1, anchors, channels)] if channels > _BOX + 1 and anchors == _anchors(size)[0]:
            found = ["yolox"]
        case [(1, _, 6)]:
            found = ["end_to_end", "detr"]
        case [(1, queries, channels)] if _are_queries(queries, channels):
            found = ["detr"]
        case [(1, 1, _, 7)]:
            found = ["ssd"]
        case [_, _] if ssd_order(shapes):
            found = ["ssd"]
        case [_, _] | [_, _, _] if detr_order(shapes):
            found = ["detr"]
        case _:
            found = []
    return found


def _are_queries(queries: int, channels: int) -> bool:
    return _FEWEST_QUERIES <= queries <= _MOST_QUERIES and _BOX < channels <= _MOST_CHANNELS


def detr_order(
    shapes: Sequence[tuple[int, ...]], names: Sequence[str] = ()
) -> tuple[int, ...] | None:
    """Tell the outputs of a DETR type apart.

    Returns:
        Places of labels, boxes and scores, or of logits and boxes; None if it is no such model.
    """
    boxes = [place for place, shape in enumerate(shapes) if len(shape) > 1 and shape[-1] == _BOX]
    if len(boxes) != 1:
        return None
    [box] = boxes
    rows = shapes[box][:-1]
    rest = [place for place in range(len(shapes)) if place != box]
    if len(rest) == 1:
        classes = shapes[rest[0]]
        fits = len(rows) > 1 and classes[:-1] == rows and classes[-1] > 0
        return (rest[0], box) if fits else None
    if any(_differ(shapes[place], rows) for place in rest):
        return None
    first, second = rest
    if names and "label" in names[second].lower():
        first, second = second, first
    return first, box, second


def ssd_order(shapes: Sequence[tuple[int, ...]]) -> tuple[int, int] | None:
    """Tell boxes with scores and labels of the Open Model Zoo apart.

    Returns:
        Places of boxes and labels; None if it is no such model.
    """
    if len(shapes) != 2:  # noqa: PLR2004 (boxes and labels)
        return None
    for box, label in ((0, 1), (1, 0)):
        *rows, last = shapes[box] or (0,)
        if rows and last == _BOX + 1 and not _differ(shapes[label], tuple(rows)):
            return box, label
    return None


def _differ(shape: tuple[int, ...], rows: tuple[int, ...]) -> bool:
    return len(shape) != len(rows) or any(
        a != b and -1 not in {a, b} for a, b in zip(shape, rows, strict=True)
    )


def _anchors(size: tuple[int, int]) -> list[int]:
    width, height = size
    return [sum((width // s) * (height // s) for s in strides) for strides in _LAYERS]


def _build(
    name: FamilyName,
    shapes: Sequence[tuple[int, ...]],
    size: tuple[int, int],
    names: Sequence[str],
) -> Family:
    shape = shapes[0]
    match name:
        case "yolov8":
            return Family(name, shape[1] - _BOX, yolov8.decode, True, 255, "centred", True)
        case "end_to_end":
            return Family(name, 0, end_to_end.decode, True, 255, "centred", False)
        case "yolox":
            decode = partial(yolox.decode, grid=yolox.Grid.over(*size))
            return Family(name, shape[2] - _BOX - 1, decode, False, 1, "corner", True)
        case "ssd" if (order := ssd_order(shapes)) is not None:
            join = partial(ssd.join_boxes, order=order)
            return Family(
                name, 0, end_to_end.decode, False, 1, "stretched", True, join, agnostic=True
            )
        case "ssd":
            return Family(name, 0, partial(ssd.decode, size=size), False, 1, "stretched", True)
        case "detr":
            return _detr(shapes, size, names)


def _detr(shapes: Sequence[tuple[int, ...]], size: tuple[int, int], names: Sequence[str]) -> Family:
    """Build one of the three forms; RF-DETR is known by its output `dets`."""
    match detr_order(shapes, names):
        case (logits, boxes):
            family = Family(
                "detr",
                shapes[logits][-1],
                partial(detr.decode_queries, size=size),
                True,
                255,
                "stretched",
                False,
                partial(detr.join_queries, order=(logits, boxes)),
            )
            return with_pixels(family, "imagenet" if "dets" in names else None)
        case (labels, boxes, scores):
            join = partial(detr.join_found, order=(labels, boxes, scores))
            return Family("detr", 0, end_to_end.decode, True, 255, "stretched", False, join)
    decode = partial(detr.decode_scored, size=size)
    return Family("detr", shapes[0][2] - _BOX, decode, True, 255, "stretched", False)
