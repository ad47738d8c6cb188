"""What is in flight, in order per camera."""

import asyncio

import pytest
from rig.revisions import revision

from daemon.window import WINDOW, Lane, Window
from sinks.journal import Entry


def entry(position: int, camera: str = "porch") -> Entry:
    """Make the entry of a position."""
    return Entry(position, revision(position, camera=camera))


async def enters(window: Window, position: int, camera: str = "porch") -> Lane | None:
    """Enter if there is room at once."""
    try:
        async with asyncio.timeout(0.001):
            return await window.enter(entry(position, camera))
    except TimeoutError:
        return None


@pytest.mark.parametrize("ahead", [1, 3])
async def test_a_camera_has_its_share_and_all_together_the_window(ahead: int) -> None:
    """One camera never takes more than it may, and all of them no more than the window."""
    window = Window(0, ahead)
    for position in range(1, ahead + 1):
        assert await enters(window, position)
    assert await enters(window, ahead + 1) is None
    for position in range(ahead + 1, WINDOW + 1):
        assert await enters(window, position, f"cam{position}")
    assert await enters(window, WINDOW + 1, "another") is None


async def test_low_is_below_the_oldest_that_is_left() -> None:
    """Whoever leaves out of order moves nothing; with nobody left all is done."""
    window = Window(4, 2)
    first, second = await window.enter(entry(5)), await window.enter(entry(7, "yard"))
    window.leave(second, second.entries[7])
    assert window.low == 4
    third = await window.enter(entry(9, "yard"))
    window.leave(first, first.entries[5])
    assert window.low == 8
    window.leave(third, third.entries[9])
    assert window.low == 9


async def test_a_refusal_closes_its_lane_and_no_other() -> None:
    """Nothing new goes out behind a refused one; other cameras go on; then one at a time."""
    window = Window(0, 4)
    lane = await window.enter(entry(1))
    await window.enter(entry(2))
    lane.answers |= {1: "taken", 2: "refused"}
    assert [done.position for done in lane.done] == [1]
    assert lane.answered
    assert await enters(window, 3) is None
    assert await enters(window, 4, "yard")
    lane.cautious = True
    window.leave(lane, lane.entries[1])
    window.leave(lane, lane.entries[2])
    assert await enters(window, 3)
    assert await enters(window, 5) is None
