"""One frame's way to a detector."""

from collections import Counter

from daemon.detection.looking import Held, Look
from daemon.edges import Edge
from daemon.slots import SlotPool
from sources import Frame, Pixels


async def test_frame_is_taken_once_and_given_back_once() -> None:
    """However often it is asked for, and whoever leaves how often, one frame is accounted for."""
    lost: Counter[str] = Counter()
    edge: Edge[Held] = Edge("frames", 1)
    with SlotPool(2) as pool:
        for index in (1, 2):
            frame = Frame("yard", index, 0, 0, 0, 64, 48, Pixels(0, 0, 64, 48))
            await edge.put(Held(frame, await pool.lease()))
            look = Look("yard", edge, 2.0, lambda: lost.update(["yard"]))
            assert look.expires == 2.0
            first, second = await look.take(), await look.take()
            assert first is second is not None
            assert look.too_old
            look.leave()
            look.leave()
            assert await look.take() is None
            assert pool.free == 2
    assert lost == {"yard": 2}
