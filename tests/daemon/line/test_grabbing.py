"""Which frame waits to be looked at."""

from pathlib import Path

from rig.street import alive, street
from rig.waiting import until

from sinks import FrameReport


async def test_frames_between_never_take_the_place_of_one_to_look_at(tmp_path: Path) -> None:
    """With a detector slower than the camera looks go on, frames between are dropped, counted."""
    script = street(tmp_path, carry=3, fps=5, slow=0.3, goes=10**6)
    async with script as one, alive(one):
        await until(lambda: one.line.figures.detected >= 5)
        await until(lambda: one.line.figures.dropped["superseded"] >= 8)
        await until(lambda: one.latest(FrameReport))
    assert one.line.figures.balanced
    assert one.line.figures.in_hand == 0
