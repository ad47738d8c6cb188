"""What hostile neighbours and bad moments must not do to the daemon."""

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from rig.faulty_sinks import PATH
from rig.lookout import Lookout
from rig.waiting import UNIT, until

from daemon.board import Board
from daemon.camera import CameraHost
from daemon.clock import Clock
from daemon.counters import CameraFigures
from daemon.detection import DetectorHost
from daemon.exits import Exit
from daemon.identity import live_id
from daemon.line import Line, Wiring
from daemon.recorder import Recorder
from daemon.slots import SlotPool
from daemon.supervisor import reasons
from daemon.timing import Timing
from detectors import Track
from detectors.bytetrack import ByteConfig, ByteTracker
from reasoners import Asking, Chronicle, SceneConfig, Verdict, View
from sinks.journal import Journal
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


@asynccontextmanager
async def busy(recorder: Recorder) -> AsyncIterator[threading.Event]:
    """Keep the journal's thread busy, as a slow disk does, until told or left."""
    begun, free = threading.Event(), threading.Event()

    def occupy() -> None:
        begun.set()
        free.wait(10)

    async with asyncio.TaskGroup() as group:
        group.create_task(recorder.run(occupy))
        await until(begun.is_set)
        try:
            yield free
        finally:
            free.set()


def asking_line(recorder: Recorder, clock: Clock) -> tuple[Line, Chronicle]:
    """Make one camera's line that asks about every object, and the chronicle within it."""
    chronicle = Chronicle(
        node="box1",
        camera="porch",
        config=SceneConfig(),
        new_id=live_id,
        clock="synced",
        ask=Asking(model="m", deadline=10.0),
    )
    detector = DetectorHost(
        "detector", "a:b", {}, timing=Timing(), told=lambda *_: None, beat=lambda: None
    )
    wiring = Wiring(
        detector=detector,
        recorder=recorder,
        board=Board(),
        clock=clock,
        timing=Timing(),
        thinking=None,
        beat=lambda: None,
    )
    opening = Open(camera="porch", backend="a:b", config={}, slots=3)
    tracker: Any = ByteTracker("porch", ByteConfig())
    line = Line(opening, live=True, fps=None, tracker=tracker, chronicle=chronicle, wiring=wiring)
    return line, chronicle


async def test_answer_is_written_though_its_bringer_is_cancelled() -> None:
    """A verdict that waits for its turn while a camera tells survives the one who brought it."""
    async with Recorder(Journal(None), None) as recorder:
        clock = Clock()
        line, chronicle = asking_line(recorder, clock)
        at = clock.now()
        track = Track(1, "person", 0.9, (0.4, 0.4, 0.6, 0.9), (0.0, 0.0), at, at, 3)
        (new,) = chronicle.observe(View(0, at, at, 640, 480, (track,)))
        await recorder.commit(new.event)
        assert new.event.reasoning.state == "pending"
        async with asyncio.TaskGroup() as group, busy(recorder) as free:
            telling = group.create_task(line.close("camera_lost"))
            await asyncio.sleep(0)
            bringer = group.create_task(line.conclude(new.event.id, Verdict("verified")))
            await asyncio.sleep(0)
            bringer.cancel()
            await asyncio.wait([bringer])
            assert not telling.done()
            free.set()
        story = [entry.event for entry in await recorder.after(0, 10)]
    assert [(event.revision, event.type) for event in story] == [(1, "new"), (2, "end"), (3, "end")]
    assert [event.reasoning.state for event in story] == ["pending", "pending", "verified"]
    assert chronicle.pending() == ()


def test_held_up_loop_does_not_keep_the_process(tmp_path: Path, visits_clip: Path) -> None:
    """SIGTERM ends the daemon in time though its event loop is held up for much longer."""
    trigger = tmp_path / "block"
    odd = {
        "type": "rig.faulty_sinks:BlockingSink",
        "path": str(tmp_path / "out.jsonl"),
        "trigger": str(trigger),
        "seconds": 60.0,
    }
    config = {
        "sinks": {"odd": odd},
        "cameras": {
            "yard": {
                "source": {"type": "file", "path": str(visits_clip), "pace": "clip", "loop": True}
            }
        },
        "timing": {"drain": 1.0, "stop": 3.0},
    }
    with Lookout(tmp_path / "d", config, env=PATH) as lookout:
        lookout.wait_for_log("detector ready")
        trigger.touch()
        lookout.wait(lambda: not trigger.exists(), what="the sink blocks")
        lookout.signal(signal.SIGTERM)
        assert lookout.wait_end(5 * UNIT) == Exit.BEHIND
        assert "leaving now" in lookout.text()


def test_sink_stuck_in_its_thread_does_not_keep_the_process(
    tmp_path: Path, visits_clip: Path
) -> None:
    """SIGTERM ends the daemon in time though a sink's thread hangs, as on a stopped terminal."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    end = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
    with contextlib.suppress(BlockingIOError):
        while os.write(end, bytes(4096)):
            pass
    config = {
        "sinks": {"full": {"type": "jsonl", "path": str(pipe), "sync": False}},
        "cameras": {
            "yard": {
                "source": {"type": "file", "path": str(visits_clip), "pace": "clip", "loop": True}
            }
        },
        "timing": {"drain": 1.0, "stop": 3.0},
    }
    with Lookout(tmp_path / "d", config) as lookout:
        lookout.wait_for_log("detector ready")
        lookout.wait(lookout.events, what="an event is committed")
        lookout.signal(signal.SIGTERM)
        assert lookout.wait_end(5 * UNIT) == Exit.BEHIND
        assert "leaving now" not in lookout.text()
    os.close(end)
