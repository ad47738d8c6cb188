"""The gate."""

from sources.child.gate import Gate
from sources.testing.scripted import ScriptedPacket


def test_gate_lets_everything_through() -> None:
    """Packets that start a picture, continue one, or flush."""
    gate = Gate()
    for size, idr in ((100, True), (5, False), (0, False)):
        assert gate.admits(ScriptedPacket(0, 0.0, 0.0, size=size, idr=idr))
