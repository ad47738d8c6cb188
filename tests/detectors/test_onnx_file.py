"""A look into ONNX files, made here byte by byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.onnx_file import NoModel, scan


def varint(value: int) -> bytes:
    """Encode a number as protocol buffers do."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def field(number: int, payload: bytes) -> bytes:
    """Encode a field of bytes."""
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def flag(number: int, value: int) -> bytes:
    """Encode a field of a number."""
    return varint(number << 3) + varint(value)


def entry(key: str, value: str) -> bytes:
    """Encode a key and a value."""
    return field(1, key.encode()) + field(2, value.encode())


INSIDE = field(8, b"weight") + field(9, b"\x00" * 40)
LOCATED = field(8, b"weight") + field(13, entry("location", "../../etc/passwd")) + flag(14, 1)
UNNAMED = field(8, b"weight") + flag(14, 1)


def model(graph: bytes, *rest: bytes) -> bytes:
    """Encode a model of IR version 8 with a graph."""
    return flag(1, 8) + field(7, graph) + b"".join(rest)


def test_metadata_is_read() -> None:
    """Keys and values that an exporter left are returned in order."""
    data = model(
        field(5, INSIDE), field(14, entry("task", "detect")), field(14, entry("stride", "32"))
    )
    summary = scan(data)
    assert summary.metadata == (("task", "detect"), ("stride", "32"))
    assert summary.external is None


def test_operators_are_read() -> None:
    """Their names come out wherever the nodes lie; endless names and lists are cut."""
    inner = field(5, field(6, field(1, field(4, b"MatMulInteger"))))
    graph = field(1, field(4, b"Conv")) + field(1, field(4, b"If") + inner)
    function = field(25, field(7, field(4, b"Mul")))
    assert scan(model(graph, function)).operators == {"Conv", "If", "MatMulInteger", "Mul"}
    assert scan(model(field(1, field(4, b"x" * 500)))).operators == {"x" * 64}
    many = b"".join(field(1, field(4, str(number).encode())) for number in range(2000))
    assert len(scan(model(many)).operators) == 512


@pytest.mark.parametrize(
    "data",
    [
        model(field(5, LOCATED)),
        model(field(1, field(5, field(5, LOCATED)))),
        model(field(1, field(5, field(6, field(5, LOCATED))))),
        model(field(1, field(5, field(11, field(1, field(5, field(10, LOCATED))))))),
        model(field(15, field(1, LOCATED))),
        model(field(1, field(5, field(22, field(2, LOCATED))))),
        model(field(5, INSIDE), field(25, field(7, field(5, field(5, LOCATED))))),
    ],
    ids=["weight", "constant", "branch", "nested", "sparse", "sparse-attribute", "function"],
)
def test_data_kept_elsewhere_is_found(data: bytes) -> None:
    """Wherever a tensor may stand, one that lies outside the file is named with its place."""
    assert scan(data).external == "../../etc/passwd"


def test_data_kept_nowhere_named_is_found() -> None:
    """A tensor marked as external without a place is external all the same."""
    assert scan(model(field(5, UNNAMED))).external == "an unnamed file"


def test_truncation_shows() -> None:
    """A model that ends early is no model, wherever it was cut."""
    data = model(field(5, INSIDE))
    for end in range(len(data)):
        with pytest.raises(NoModel):
            scan(data[:end])


def test_nesting_is_bounded() -> None:
    """A file of boxes in boxes is refused instead of exhausting the stack."""
    graph = b""
    for _ in range(200):
        graph = field(1, field(5, field(6, graph)))
    with pytest.raises(NoModel, match="nested"):
        scan(model(graph))


@given(st.binary(max_size=400))
def test_garbage_is_no_model(data: bytes) -> None:
    """Whatever the bytes are, the answer is a summary or `NoModel`."""
    try:
        summary = scan(data)
    except NoModel:
        return
    assert summary.external is None or isinstance(summary.external, str)
