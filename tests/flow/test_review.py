"""What hostile neighbours and bad moments must not do to the daemon."""

import asyncio
from pathlib import Path

import pytest
from rig.waiting import UNIT

from daemon.camera import CameraHost
from daemon.counters import CameraFigures
from daemon.slots import SlotPool
from daemon.supervisor import reasons
from daemon.timing import Timing
from sources import SourceRejected
from sources.message import CameraState, Open

HOSTILE = """
import socket, sys, time
from pydantic import BaseModel
from sources.channel import pack
from sources.message import Counts, Gone, Pulse, Taken

class Options(BaseModel):
    pass

class Hostile:
    Config = Options
    live = True

    def __init__(self, name, config):
        control = socket.socket(fileno=int(sys.argv[sys.argv.index("--control") + 1]))
        control.setblocking(True)
        attack = {attack}
        while True:
            control.sendall(attack)
            time.sleep({pause})
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder whose modules a child can import."""
    root = Path(__file__).resolve().parents[2]
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{root}")
    return tmp_path


@pytest.mark.parametrize(
    ("attack", "pause"),
    [
        pytest.param("pack(Gone(id=0, index=0)) * 1000", 0, id="late answers"),
        pytest.param(
            "pack(Taken(id=0, index=0, width=1, height=1), bytes(8 << 20))", 0, id="late pictures"
        ),
        pytest.param("pack(Pulse(counts=Counts()), b'x')", 0.1, id="bytes beside a pulse"),
        pytest.param(
            "pack(Pulse(decoded_at=time.monotonic() + 60, counts=Counts()))", 0.1, id="the future"
        ),
    ],
)
async def test_child_that_floods_or_lies_is_killed(folder: Path, attack: str, pause: float) -> None:
    """A child that says what no honest one says is gone at once, whatever else it answers."""
    (folder / "hostile.py").write_text(HOSTILE.format(attack=attack, pause=pause))
    figures = CameraFigures()
    states: list[CameraState] = []
    with SlotPool() as pool:
        host = CameraHost(
            Open(camera="porch", backend="hostile:Hostile", config={}, slots=pool.count),
            live=True,
            pool=pool,
            figures=figures,
            timing=Timing(),
            told=lambda state, _: states.append(state),
        )
        with pytest.RaisesGroup(SourceRejected) as raised:
            async with asyncio.timeout(8 * UNIT), host:
                await host.next(0, 64, 64)
    assert "nonsense" in reasons(raised.value)
    assert "online" not in states
    assert figures.received == 0
