"""What a child is asked to show closely."""

import asyncio

import numpy as np
import pytest
from rig.walkers import detections

from daemon.closely import Closely, closely, fits
from detectors import Attention, Detections, Glance
from detectors.message import Loaded
from sources import Frame, Pixels
from sources import Part as Seen
from sources.child.convert import Size
from sources.child.regions import Need, Planner
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


def crowd(clusters: int, people: int, at: float) -> list[tuple[float, float, float, float]]:
    """Let groups of small people mill about below the middle of the picture."""
    random = np.random.default_rng(5)
    out = []
    for place in range(clusters):
        for who in range(people):
            x = 0.06 + 0.88 / clusters * place + random.uniform(-0.06, 0.06)
            x, y = x + 0.01 * np.sin(at + who), 0.55 + random.uniform(-0.1, 0.25)
            out.append((float(x), y, float(x) + 0.012, y + 0.05))
    return out


@pytest.mark.parametrize("most", [2, 4])
@pytest.mark.parametrize(("clusters", "people"), [(4, 12), (8, 20)])
def test_what_stands_is_looked_at_within_ten_seconds(clusters: int, people: int, most: int) -> None:
    """Beside a crowd of up to 160 that never rests, each of six parked cars gets its look in time.

    Two looks a second for half a minute; the child plans, the daemon remembers, in turn.
    """
    model, planner, attention = (416, 416), Planner(Size(416, 416)), Attention()
    parked = [(0.03 + 0.16 * k, 0.05, 0.045 + 0.16 * k, 0.09) for k in range(6)]
    seen_at, longest = [0.0] * 6, 0.0
    for at in np.arange(0, 30, 0.5).tolist():
        moved = tuple(crowd(clusters, people, at)[:64])
        parts = planner.plan(Size(1920, 1080), Need(moved, attention.wanted()), most)
        rows = []
        for number, car in enumerate(parked):
            if at < 1 or any(shows(part, car) for part in parts):
                longest, seen_at[number] = max(longest, at - seen_at[number]), at
                rows.append((car, 0.8, "car"))
        rows += [(box, 0.7, "person") for box in moved if any(shows(part, box) for part in parts)]
        attention.settle(Glance(at, parts, moved, 1080, 1920, model), detections(*rows))
    assert max(longest, *(30 - at for at in seen_at)) <= 10


def shows(part: tuple[float, float, float, float], box: tuple[float, float, float, float]) -> bool:
    """Tell whether a part shows a small thing closely enough."""
    inside = part[0] <= box[0] and part[1] <= box[1] and part[2] >= box[2] and part[3] >= box[3]
    return inside and (part[2] - part[0]) * 1920 <= 2 * 416
