"""Small real models without weight files: OpenVINO graphs that box the bright part of a picture.

The graph finds rows and columns with a bright pixel by maximum, turns them into left, top, right,
bottom by arithmetic, and writes them into the first row of an output that looks like a family's.
Deterministic; made of pictures, not of training.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import openvino
from openvino import opset13 as ops

Layout = Literal["yolov8", "end_to_end", "yolox", "yolox_decoded", "ssd", "ssd_last", "boxes"]
Node = Any
"""A node of the graph; OpenVINO has no types that a checker could use."""

BRIGHT = 0.9
"""Part of white from which a pixel is bright."""

SCORE = 0.8
"""What the model says of the bright box."""


@dataclass(frozen=True)
class Bright:
    """What the graph reads off the picture; all nodes hold one number, in input pixels."""

    left: Node
    top: Node
    right: Node
    bottom: Node
    there: Node
    """1 where there is something bright, else 0."""


def bright_model(
    path: Path,
    layout: Layout,
    *,
    width: int = 128,
    height: int = 96,
    classes: int = 80,
    number: int = 2,
    names: tuple[str, ...] = (),
) -> Path:
    """Save a model that boxes what is bright, as class `number` with score `SCORE`.

    Args:
        path: The `.xml` to write; its `.bin` goes beside it.
        layout: Shape of its output.
        width: Of the input in pixels; a multiple of 32.
        height: Of the input in pixels; a multiple of 32.
        classes: How many classes its output has.
        number: The class of what is bright.
        names: Class names; written to metadata.yaml beside the model if there are any.
    """
    picture = ops.parameter([1, 3, height, width], np.float32, name="images")
    white = 1 if layout in {"yolov8", "end_to_end"} else 255
    bright = _bright(picture, width, height, white * BRIGHT)
    anchors = sum((width // stride) * (height // stride) for stride in (8, 16, 32))
    made: dict[Layout, Callable[[], list[Node]]] = {
        "yolov8": lambda: [_yolov8(bright, anchors, classes, number)],
        "end_to_end": lambda: [_end_to_end(bright, number)],
        "yolox": lambda: [_yolox(bright, anchors, classes, number)],
        "yolox_decoded": lambda: [_yolox_decoded(bright, width, height, classes, number)],
        "ssd": lambda: [_ssd(bright, width, height, number)],
        "ssd_last": lambda: [_ssd_last(bright, width, height, classes, number)],
        "boxes": lambda: _boxes(bright, number),
    }
    graph = openvino.Model(made[layout](), [picture], layout)
    openvino.save_model(graph, path, compress_to_fp16=False)
    if names:
        lines = "".join(f"  {index}: {name}\n" for index, name in enumerate(names))
        path.with_name("metadata.yaml").write_text(f"task: detect\nnames:\n{lines}")
    return path


def number(value: float) -> Node:
    """Make a constant of one number."""
    return ops.constant(np.array([value], np.float32))


def _bright(picture: Node, width: int, height: int, threshold: float) -> Bright:
    """Reduce a picture to the corners of its bright part."""
    weakest = ops.reduce_min(picture, ops.constant(np.array([0, 1])), keep_dims=False)
    mask = ops.convert(ops.greater_equal(weakest, number(threshold)), np.float32)
    columns = ops.reduce_max(mask, ops.constant(np.array([0])), keep_dims=False)
    rows = ops.reduce_max(mask, ops.constant(np.array([1])), keep_dims=False)
    left, right = _ends(columns, width)
    top, bottom = _ends(rows, height)
    there = ops.reduce_max(columns, ops.constant(np.array([0])), keep_dims=True)
    return Bright(left, top, right, bottom, there)


def _ends(marks: Node, length: int) -> tuple[Node, Node]:
    """Give the first marked place and the one after the last."""
    axis = ops.constant(np.array([0]))
    after = ops.constant(np.arange(1, length + 1, dtype=np.float32))
    before = ops.constant(np.arange(length, 0, -1, dtype=np.float32))
    last = ops.reduce_max(ops.multiply(marks, after), axis, keep_dims=True)
    first = ops.reduce_max(ops.multiply(marks, before), axis, keep_dims=True)
    return ops.subtract(number(length), first), last


def _centre_size(bright: Bright) -> list[Node]:
    half = number(0.5)
    return [
        ops.multiply(ops.add(bright.left, bright.right), half),
        ops.multiply(ops.add(bright.top, bright.bottom), half),
        ops.subtract(bright.right, bright.left),
        ops.subtract(bright.bottom, bright.top),
    ]


def _score(bright: Bright) -> Node:
    return ops.multiply(bright.there, number(SCORE))


def _scores(bright: Bright, classes: int, chosen: int) -> list[Node]:
    return [_score(bright) if index == chosen else number(0) for index in range(classes)]


def _row(values: list[Node]) -> Node:
    return ops.concat(values, 0)


def _first_of(row: Node, length: int, rest: Node, shape: tuple[int, ...]) -> Node:
    """Put one row of `length` numbers before rows that say nothing."""
    first = ops.reshape(row, ops.constant(np.array([1, 1, length])), special_zero=False)
    whole = ops.concat([first, rest], 1)
    return ops.reshape(whole, ops.constant(np.array(shape)), special_zero=False)


def _nothing(rows: int, length: int) -> Node:
    return ops.constant(np.zeros((1, rows, length), np.float32))


def _yolov8(bright: Bright, anchors: int, classes: int, chosen: int) -> Node:
    length = 4 + classes
    row = _row(_centre_size(bright) + _scores(bright, classes, chosen))
    whole = _first_of(row, length, _nothing(anchors - 1, length), (1, anchors, length))
    return ops.transpose(whole, ops.constant(np.array([0, 2, 1])))


def _end_to_end(bright: Bright, chosen: int) -> Node:
    corners = [bright.left, bright.top, bright.right, bright.bottom]
    row = _row([*corners, _score(bright), number(chosen)])
    return _first_of(row, 6, _nothing(299, 6), (1, 300, 6))


def _yolox(bright: Bright, anchors: int, classes: int, chosen: int) -> Node:
    """Undo what grid decoding does in the first cell: stride 8, column 0, row 0."""
    stride = number(8)
    x, y, width, height = (ops.divide(value, stride) for value in _centre_size(bright))
    least = number(1e-6)
    size = [ops.log(ops.maximum(value, least)) for value in (width, height)]
    length = 5 + classes
    row = _row([x, y, *size, bright.there, *_scores(bright, classes, chosen)])
    return _first_of(row, length, _nothing(anchors - 1, length), (1, anchors, length))


def _yolox_decoded(bright: Bright, width: int, height: int, classes: int, chosen: int) -> Node:
    """Put the box first; the other rows stay where their cells are, as in a real export."""
    cells = [
        ((column + 0.5) * stride, (row + 0.5) * stride, stride, stride)
        for stride in (8, 16, 32)
        for row in range(height // stride)
        for column in range(width // stride)
    ]
    length = 5 + classes
    rest = np.zeros((1, len(cells) - 1, length), np.float32)
    rest[0, :, :4] = cells[1:]
    row = _row([*_centre_size(bright), bright.there, *_scores(bright, classes, chosen)])
    return _first_of(row, length, ops.constant(rest), (1, len(cells), length))


def _ssd(bright: Bright, width: int, height: int, chosen: int) -> Node:
    across, down = number(width), number(height)
    corners = [
        ops.divide(bright.left, across),
        ops.divide(bright.top, down),
        ops.divide(bright.right, across),
        ops.divide(bright.bottom, down),
    ]
    row = _row([number(0), number(chosen + 1), _score(bright), *corners])
    rest = np.zeros((1, 199, 7), np.float32)
    rest[0, 0, 0] = -1
    return _first_of(row, 7, ops.constant(rest), (1, 1, 200, 7))


def _ssd_last(bright: Bright, width: int, height: int, classes: int, chosen: int) -> Node:
    """Let the zoo's own operation write the rows, its background behind the last class."""
    across, down = number(width), number(height)
    corners = [
        ops.divide(bright.left, across),
        ops.divide(bright.top, down),
        ops.divide(bright.right, across),
        ops.divide(bright.bottom, down),
    ]
    variances = ops.constant(np.full((1, 1, 4), 0.1, np.float32))
    place = ops.reshape(_row(corners), ops.constant(np.array([1, 1, 4])), special_zero=False)
    rest = ops.subtract(number(1), _score(bright))
    scores = _row([*_scores(bright, classes, chosen), rest])
    return ops.detection_output(
        ops.constant(np.zeros((1, 4), np.float32)),
        ops.reshape(scores, ops.constant(np.array([1, classes + 1])), special_zero=False),
        ops.concat([place, variances], 1),
        {
            "background_label_id": classes,
            "top_k": 10,
            "keep_top_k": [10],
            "code_type": "caffe.PriorBoxParameter.CENTER_SIZE",
            "share_location": True,
            "nms_threshold": 0.45,
            "confidence_threshold": 0.05,
            "normalized": True,
            "num_classes": classes + 1,
        },
    )


def _boxes(bright: Bright, chosen: int) -> list[Node]:
    """Write boxes with scores beside labels, a hundred rows of each."""
    corners = [bright.left, bright.top, bright.right, bright.bottom, _score(bright)]
    boxes = _first_of(_row(corners), 5, _nothing(99, 5), (100, 5))
    labels = ops.constant(np.full(100, chosen, np.int64))
    named = []
    for node, name in ((boxes, "boxes"), (labels, "labels")):
        result = ops.result(node)
        result.output(0).set_names({name})
        named.append(result)
    return named
