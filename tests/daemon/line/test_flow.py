"""What those who ask for frames and those who look at them share."""

from typing import Any

import pytest

from daemon.camera import CameraHost
from daemon.counters import CameraFigures
from daemon.detection import Held
from daemon.line.flow import DEFAULT_FPS, Flow
from daemon.line.wiring import Manner
from daemon.slots import SlotPool
from daemon.timing import Timing
from detectors.message import Loaded
from sources import Frame, Pixels
from sources.message import Open, StreamInfo


def flow(pool: SlotPool, figures: CameraFigures, *, batch: int = 1, **manner: Any) -> Flow:
    """Make the flow of a child that was not started."""
    wanted = {"live": True, "fps": None, "rate": "fixed", "carry": 0, "regions": "off"}
    how = Manner(**{**wanted, "rehearsed": False, **manner})
    host = CameraHost(
        Open(camera="yard", backend="sources.testing:ScriptedSource", config={}, slots=3),
        live=how.live,
        pool=pool,
        figures=figures,
        timing=Timing(),
        told=lambda *_: None,
    )
    host.heard.stream = StreamInfo(codec="h264", width=640, height=360, fps=20)
    profile = Loaded(
        width=64, height=64, labels=(), description="", max_batch=batch, window=0, seconds=0
    )
    return Flow(host, pool, how, profile, figures)


@pytest.mark.parametrize(
    ("manner", "interval", "wanted"),
    [
        ({}, 1 / DEFAULT_FPS, DEFAULT_FPS),
        ({"batch": 8}, None, 20),
        ({"batch": 8, "carry": 3}, None, 5),
        ({"fps": 2.0}, 0.5, 2),
        ({"fps": "every"}, None, 20),
    ],
)
async def test_rate_is_what_was_asked_or_what_the_detector_can(
    manner: dict[str, Any], interval: float | None, wanted: float
) -> None:
    """A detector of batches looks at every frame, one of single pictures at five a second."""
    with SlotPool(3) as pool:
        one = flow(pool, CameraFigures(), **manner)
        assert one.interval == interval
        assert one.wanted == wanted


async def test_what_waits_is_let_go_of_and_counted() -> None:
    """A newer frame takes the place of a waiting one; what waits when the child is gone is lost."""
    with SlotPool(3) as pool:
        figures = CameraFigures()
        one = flow(pool, figures)
        for index in (1, 2):
            figures.receive()
            lease = await pool.lease()
            frame = Frame("yard", index, 0.0, 0.0, 0.0, 64, 64, Pixels(lease.number, 2, 64, 64))
            one.needed.add(index)
            await one.edge.put(Held(frame, lease, False))
        assert one.needed == {2}
        assert pool.free == 2
        await one.drain()
        assert pool.free == 3
        assert not one.needed
    assert (figures.dropped["superseded"], figures.dropped["lost_with_camera"]) == (1, 1)
    assert figures.balanced
    assert figures.in_hand == 0
