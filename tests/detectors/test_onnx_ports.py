"""Inputs of ONNX models."""

from dataclasses import dataclass

import numpy as np
import pytest

from detectors.errors import DetectorRejected
from detectors.onnx_ports import inputs_of

Shape = list[int | str]


@dataclass
class Port:
    """An input as ONNX Runtime describes it."""

    name: str
    shape: Shape
    type: str = "tensor(float)"


class Session:
    """What has inputs."""

    def __init__(self, *ports: Port) -> None:
        self._ports = ports

    def get_inputs(self) -> list[Port]:
        """List them."""
        return list(self._ports)


def test_the_picture_and_its_size_are_told_apart() -> None:
    """Whatever their order, names and types; an open batch is noticed."""
    target = Port("sizes", ["n", 2], "tensor(int64)")
    session = Session(target, Port("images", ["n", 3, 320, 640]))
    assert inputs_of(session, None) == ("images", ("sizes", np.int64), (640, 320), True)
    fixed = Session(Port("x", [1, 3, 416, 416]))
    assert inputs_of(fixed, (416, 416)) == ("x", None, (416, 416), False)
    free = Session(Port("x", ["n", 3, "h", "w"]))
    assert inputs_of(free, (640, 384))[2] == (640, 384)


@pytest.mark.parametrize(
    ("ports", "wanted", "told"),
    [
        ([Port("x", [1, 3, 416, 416])], (640, 640), "cannot take pictures of 640x640"),
        ([Port("x", ["n", 3, "h", "w"])], None, "set `size"),
        ([Port("x", [1, 3, 4096, 4096])], None, "outside 32 to"),
        ([Port("x", [1, 1, 64, 64])], None, "32-bit floats"),
        ([Port("x", [1, 3, 64, 64], "tensor(float16)")], None, "32-bit floats"),
        ([Port("x", [1, 3, 64, 64]), Port("y", [1, 7])], None, "2 inputs of other shapes"),
    ],
)
def test_other_inputs_are_refused(
    ports: list[Port], wanted: tuple[int, int] | None, told: str
) -> None:
    """One line says what it has and what to do."""
    with pytest.raises(DetectorRejected, match=told):
        inputs_of(Session(*ports), wanted)
