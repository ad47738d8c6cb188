"""What a child is asked to show closely."""

import asyncio

from rig.walkers import detections

from daemon.closely import Closely, closely, fits
from detectors import Detections
from detectors.message import Loaded
from sources import Frame, Pixels
from sources import Part as Seen
from sources.message import Part


def frame(at: float, *regions: tuple[float, float, float, float]) -> Frame:
    """Make a frame that was looked at in parts."""
    parts = tuple(Seen(region, (0, 0, 100, 100)) for region in regions)
    return Frame("yard", 1, at, at, at, 1920, 1080, Pixels(0, 2, 100, 100), parts)


def profile(*, parts: bool) -> Loaded:
    """Say what a detector says of itself."""
    return Loaded(
        width=416,
        height=416,
        labels=("person",),
        description="d",
        max_batch=1,
        window=0,
        parts=parts,
        seconds=0,
    )


def part(left: int, top: int, width: int, height: int) -> Part:
    """Make a part of a place."""
    return Part(region=(0, 0, 1, 1), place=(left, top, width, height))


async def test_a_recording_waits_for_the_look_before() -> None:
    """The next wish of a recording comes only after the frame before was looked at."""
    close = Closely((416, 416), live=False)
    assert (await close.wish()).wanted == ()
    async with asyncio.TaskGroup() as group:
        wish = group.create_task(close.wish())
        await asyncio.sleep(0)
        assert not wish.done()
        found = detections(((0.2, 0.2, 0.21, 0.25), 0.8, "person"))
        close.look(frame(0.0, (0, 0, 1, 1)), found)
        close.done()
    assert len(wish.result().wanted) == 1


async def test_a_live_camera_does_not_wait() -> None:
    """A camera's next picture is asked for while the last is being looked at."""
    close = Closely((416, 416), live=True)
    await close.wish()
    await asyncio.wait_for(close.wish(), 5)


def test_what_stands_goes_on_through_a_quiet_look() -> None:
    """A frame in which nothing was due still holds what was known."""
    close = Closely((416, 416), live=False)
    found = detections(((0.2, 0.2, 0.3, 0.5), 0.8, "person"))
    assert len(close.look(frame(0.0, (0, 0, 1, 1)), found)) == 1
    assert len(close.look(frame(0.2), Detections.none())) == 1


def test_only_who_wants_it_and_can_looks_closely() -> None:
    """A detector that remembers pictures is shown whole ones, and so is who says `off`."""
    assert closely("off", profile(parts=True), live=True) is None
    assert closely("auto", profile(parts=False), live=True) is None
    assert closely("auto", profile(parts=True), live=True) is not None


def test_parts_must_be_as_asked() -> None:
    """More parts than asked for, larger ones, or ones beyond the slot's picture are refused."""
    model, slot = (416, 416), (832, 416)
    good = (part(0, 0, 416, 416), part(416, 0, 416, 416))
    assert fits(good, 2, model, slot)
    assert fits((), 2, model, (1, 1))
    assert not fits(good, 1, model, slot)
    assert not fits((part(417, 0, 416, 416),), 2, model, slot)
    assert not fits((part(0, 0, 417, 416),), 2, model, slot)
