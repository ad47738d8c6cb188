"""Looks into an ONNX file without running or loading it: metadata, operators, data kept elsewhere.

ONNX is a protocol buffer (github.com/onnx/onnx, `onnx/onnx.proto`). Only lengths are followed and
only the few fields named here are read, so that a hostile file costs no more than a walk over it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_DEEPEST = 32

_MODEL_GRAPH = 7
_MODEL_METADATA = 14
_MODEL_FUNCTIONS = 25
_NODE_OPERATOR = 4
_TENSOR_EXTERNAL_DATA = 13
_TENSOR_DATA_LOCATION = 14
_ENTRY_KEY, _ENTRY_VALUE = 1, 2

_CHILDREN: dict[str, dict[int, str]] = {
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
}
"""Which fields of a message lead to tensors, and what kind of message they hold."""


_MOST_OPERATORS, _LONGEST_OPERATOR = 512, 64
"""ONNX has some two hundred; a file that claims more, or longer names, is not humoured."""


class NoModel(Exception):  # noqa: N818 (what the bytes are)
    """The bytes are no whole ONNX model."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a look into the file tells."""

    metadata: tuple[tuple[str, str], ...]
    external: str | None
    """Where the first tensor that lies outside the file is kept; None if all lie inside."""

    operators: frozenset[str] = frozenset()
    """Names of the operators used, as far as the walk went: to the first tensor outside."""


def scan(data: bytes) -> Summary:
    """Walk over a model.

    Raises:
        NoModel: The bytes end early or are something else.
    """
    whole = memoryview(data)
    metadata: list[tuple[str, str]] = []
    operators: set[str] = set()
    external: str | None = None
    graphs = 0
    for number, value in _fields(whole):
        if not isinstance(value, memoryview):
            continue
        if number == _MODEL_METADATA:
            metadata.append(_entry(value))
        elif number == _MODEL_GRAPH:
            graphs += 1
            external = external or _outside(value, "graph", operators)
        elif number == _MODEL_FUNCTIONS:
            external = external or _outside(value, "function", operators)
    if not graphs:
        raise NoModel("it has no graph")
    return Summary(tuple(metadata), external, frozenset(operators))


def _outside(message: memoryview, kind: str, operators: set[str], depth: int = 0) -> str | None:
    """Return where the first tensor outside is kept; note the operators met on the way."""
    if depth > _DEEPEST:
        raise NoModel("it is nested too deeply")
    if kind == "tensor":
        return _tensor_outside(message)
    for number, value in _fields(message):
        if not isinstance(value, memoryview):
            continue
        if kind == "node" and number == _NODE_OPERATOR and len(operators) < _MOST_OPERATORS:
            operators.add(bytes(value[:_LONGEST_OPERATOR]).decode(errors="replace"))
        child = _CHILDREN[kind].get(number)
        if child is None:
            continue
        if (external := _outside(value, child, operators, depth + 1)) is not None:
            return external
    return None


def _tensor_outside(message: memoryview) -> str | None:
    for number, value in _fields(message):
        if number == _TENSOR_EXTERNAL_DATA and isinstance(value, memoryview):
            return _entry(value)[1][:200]
        if number == _TENSOR_DATA_LOCATION and value == 1:
            return "an unnamed file"
    return None


def _entry(message: memoryview) -> tuple[str, str]:
    texts = {
        number: bytes(value).decode(errors="replace")
        for number, value in _fields(message)
        if isinstance(value, memoryview)
    }
    return texts.get(_ENTRY_KEY, ""), texts.get(_ENTRY_VALUE, "")


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    at = 0
    end = len(message)
    while at < end:
        tag, at = _varint(message, at)
        number, wire = tag >> 3, tag & 7
        if wire == _VARINT:
            value, at = _varint(message, at)
            yield number, value
            continue
        if wire == _BYTES:
            length, at = _varint(message, at)
        elif wire in {_FIXED64, _FIXED32}:
            length = 8 if wire == _FIXED64 else 4
        else:
            raise NoModel(f"wire type {wire} at byte {at}")
        if number == 0 or at + length > end:
            raise NoModel("a field goes beyond its end")
        yield number, message[at : at + length]
        at += length


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(message):
            raise NoModel("it ends within a number")
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004 (the highest bit says that more follows)
            return value, at
    raise NoModel("a number has no end")
