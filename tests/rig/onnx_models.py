"""Small real ONNX models without weight files: they box the bright part of a picture.

Written byte by byte as `onnx/onnx.proto` says, for the package that writes ONNX is not among the
tests' needs. The batch is open. What the graph does is what `rig.models` does on OpenVINO.
"""

from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

OnnxLayout = Literal["yolov8", "end_to_end", "yolox", "ssd", "found", "queries", "scored"]

BRIGHT = 0.9
SCORE = 0.8
_FLOAT, _INT64 = 1, 7
_OPEN = "batch"
_KINDS = {np.dtype(np.float32): _FLOAT, np.dtype(np.int64): _INT64}


class Graph:
    """Collects nodes and constants and writes the model."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._constants: list[bytes] = []
        self._count = 0

    def constant(self, value: npt.ArrayLike, kind: type[np.generic] = np.float32) -> str:
        """Add a constant and return its name."""
        array = np.asarray(value, kind)
        name = self._next()
        dims = b"".join(_number(1, side) for side in array.shape)
        tensor = dims + _number(2, _KINDS[array.dtype]) + _text(8, name)
        self._constants.append(_bytes(5, tensor + _bytes(9, array.tobytes())))
        return name

    def op(self, kind: str, *inputs: str, output: str | None = None, **attributes: Any) -> str:
        """Add a node and return the name of its output."""
        name = output or self._next()
        body = b"".join(_text(1, value) for value in inputs) + _text(2, name) + _text(4, kind)
        for key, value in attributes.items():
            body += _bytes(5, _attribute(key, value))
        self._nodes.append(_bytes(1, body))
        return name

    def quantised(self, value: str) -> str:
        """Bring a value to 8 bits with a scale found at work, and back."""
        parts = [self._next() for _ in range(3)]
        body = _text(1, value) + b"".join(_text(2, part) for part in parts)
        self._nodes.append(_bytes(1, body + _text(4, "DynamicQuantizeLinear")))
        return self.op("DequantizeLinear", *parts)

    def write(
        self,
        path: Path,
        inputs: dict[str, tuple[int, tuple[int | str, ...]]],
        outputs: dict[str, tuple[int, tuple[int | str, ...]]],
        metadata: dict[str, str],
    ) -> Path:
        """Write the model: names of inputs and outputs with their type and shape."""
        graph = b"".join(self._nodes) + _text(2, "bright") + b"".join(self._constants)
        graph += b"".join(_bytes(11, _value(name, *kind)) for name, kind in inputs.items())
        graph += b"".join(_bytes(12, _value(name, *kind)) for name, kind in outputs.items())
        model = _number(1, 8) + _bytes(8, _text(1, "") + _number(2, 13)) + _bytes(7, graph)
        for key, value in metadata.items():
            model += _bytes(14, _text(1, key) + _text(2, value))
        path.write_bytes(model)
        return path

    def _next(self) -> str:
        self._count += 1
        return f"v{self._count}"


def bright_onnx(  # noqa: PLR0913 (every way in which exports differ)
    path: Path,
    layout: OnnxLayout,
    *,
    width: int = 128,
    height: int = 96,
    classes: int = 80,
    number: int = 2,
    metadata: dict[str, str] | None = None,
    batch: int | str = _OPEN,
    quantised: bool = False,
) -> Path:
    """Save a model that boxes what is bright, as class `number` with score `SCORE`.

    A `quantised` one works on pixels whose scale it finds at work.
    """
    graph = Graph()
    white = 255 if layout in {"yolox", "ssd"} else 1
    picture = graph.quantised("images") if quantised else "images"
    corners, there = _bright(graph, picture, (width, height), white * BRIGHT)
    anchors = sum((width // stride) * (height // stride) for stride in (8, 16, 32))
    inputs: dict[str, tuple[int, tuple[int | str, ...]]] = {
        "images": (_FLOAT, (batch, 3, height, width))
    }
    score = graph.op("Mul", there, graph.constant([[SCORE]]))
    nothing = graph.op("Mul", there, graph.constant([[0]]))
    scores = [score if index == number else nothing for index in range(classes)]
    outputs: dict[str, tuple[int, tuple[int | str, ...]]]
    match layout:
        case "yolov8":
            whole = _rows(graph, [*_middle(graph, corners), *scores], anchors)
            graph.op("Transpose", whole, output="output0", perm=[0, 2, 1])
            outputs = {"output0": (_FLOAT, (batch, 4 + classes, anchors))}
        case "end_to_end":
            label = graph.op("Add", nothing, graph.constant([[number]]))
            _rows(graph, [*corners, score, label], 300, output="output0")
            outputs = {"output0": (_FLOAT, (batch, 300, 6))}
        case "yolox":
            raw = [graph.op("Div", v, graph.constant([[8]])) for v in _middle(graph, corners)]
            least = graph.constant([[1e-6]])
            raw[2:] = [graph.op("Log", graph.op("Max", v, least)) for v in raw[2:]]
            _rows(graph, [*raw, there, *scores], anchors, output="output")
            outputs = {"output": (_FLOAT, (batch, anchors, 5 + classes))}
        case "ssd":
            label = graph.op("Add", nothing, graph.constant([[number + 1]]))
            places = _relative(graph, corners, width, height)
            rows = _rows(graph, [nothing, label, score, *places], 200)
            shape = graph.constant([-1, 1, 200, 7], np.int64)
            graph.op("Reshape", rows, shape, output="detection_out")
            outputs = {"detection_out": (_FLOAT, (batch, 1, 200, 7))}
        case "found":
            inputs["orig_target_sizes"] = (_INT64, (batch, 2))
            _found(graph, _relative(graph, corners, width, height), score, number)
            outputs = {
                "labels": (_INT64, (batch, 300)),
                "boxes": (_FLOAT, (batch, 300, 4)),
                "scores": (_FLOAT, (batch, 300)),
            }
        case "queries":
            middle = _relative(graph, _middle(graph, corners), width, height)
            _rows(graph, middle, 300, output="pred_boxes")
            sure, unsure = np.log(SCORE / (1 - SCORE)), -9.0
            logit = graph.op("Add", graph.op("Mul", there, graph.constant([[sure - unsure]])),
                             graph.constant([[unsure]]))  # fmt: skip
            off = graph.op("Add", nothing, graph.constant([[unsure]]))
            row = [logit if index == number else off for index in range(classes)]
            _rows(graph, row, 300, output="logits", rest=unsure)
            outputs = {
                "logits": (_FLOAT, (batch, 300, classes)),
                "pred_boxes": (_FLOAT, (batch, 300, 4)),
            }
        case "scored":
            middle = _relative(graph, _middle(graph, corners), width, height)
            _rows(graph, [*middle, *scores], 300, output="output0")
            outputs = {"output0": (_FLOAT, (batch, 300, 4 + classes))}
    return graph.write(path, inputs, outputs, metadata or {})


def _bright(
    graph: Graph, picture: str, size: tuple[int, int], threshold: float
) -> tuple[list[str], str]:
    """Reduce a picture to left, top, right, bottom of its bright part and whether there is one."""
    width, height = size
    weakest = graph.op("ReduceMin", picture, axes=[1], keepdims=0)
    mask = graph.op(
        "Cast", graph.op("GreaterOrEqual", weakest, graph.constant(threshold)), to=_FLOAT
    )
    columns = graph.op("ReduceMax", mask, axes=[1], keepdims=0)
    rows = graph.op("ReduceMax", mask, axes=[2], keepdims=0)
    ends = []
    for marks, length in ((columns, width), (rows, height)):
        after = graph.op("Mul", marks, graph.constant([np.arange(1, length + 1)]))
        before = graph.op("Mul", marks, graph.constant([np.arange(length, 0, -1)]))
        last = graph.op("ReduceMax", after, axes=[1], keepdims=1)
        first = graph.op("ReduceMax", before, axes=[1], keepdims=1)
        ends.append((graph.op("Sub", graph.constant([[length]]), first), last))
    there = graph.op("ReduceMax", columns, axes=[1], keepdims=1)
    return [ends[0][0], ends[1][0], ends[0][1], ends[1][1]], there


def _middle(graph: Graph, corners: list[str]) -> list[str]:
    left, top, right, bottom = corners
    half = graph.constant([[0.5]])
    return [
        graph.op("Mul", graph.op("Add", left, right), half),
        graph.op("Mul", graph.op("Add", top, bottom), half),
        graph.op("Sub", right, left),
        graph.op("Sub", bottom, top),
    ]


def _relative(graph: Graph, values: list[str], width: int, height: int) -> list[str]:
    sides = (width, height, width, height)
    return [
        graph.op("Div", value, graph.constant([[side]]))
        for value, side in zip(values, sides, strict=True)
    ]


def _found(graph: Graph, relative: list[str], score: str, number: int) -> None:
    """Scale boxes to the size the second input says, as RT-DETR's post-processing does."""
    size = graph.op("Cast", "orig_target_sizes", to=_FLOAT)
    twice = graph.op("Unsqueeze", graph.op("Concat", size, size, axis=1),
                     graph.constant([1], np.int64))  # fmt: skip
    graph.op("Mul", _rows(graph, relative, 300), twice, output="boxes")
    shape = graph.constant([-1, 300], np.int64)
    scores = graph.op("Reshape", _rows(graph, [score], 300), shape, output="scores")
    every = graph.op("Mul", scores, graph.constant([[0]]))
    numbers = graph.op("Add", every, graph.constant([[number]]))
    graph.op("Cast", numbers, output="labels", to=_INT64)


def _rows(
    graph: Graph, values: list[str], count: int, *, output: str | None = None, rest: float = 0
) -> str:
    """Put one row of values before rows that say nothing: pictures x count x values."""
    row = graph.op("Concat", *values, axis=1)
    first = graph.op("Unsqueeze", row, graph.constant([1], np.int64))
    none = graph.op("Mul", first, graph.constant([[[0]]]))
    others = graph.op("Add", graph.constant(np.full((1, count - 1, len(values)), rest)), none)
    return graph.op("Concat", first, others, output=output, axis=1)


def _attribute(name: str, value: Any) -> bytes:
    if isinstance(value, list):
        return _text(1, name) + b"".join(_number(8, v) for v in value) + _number(20, 7)
    return _text(1, name) + _number(3, value) + _number(20, 2)


def _value(name: str, kind: int, shape: tuple[int | str, ...]) -> bytes:
    dims = b"".join(
        _bytes(1, _number(1, side) if isinstance(side, int) else _text(2, side)) for side in shape
    )
    return _text(1, name) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, dims)))


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())
