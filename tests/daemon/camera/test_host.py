"""One decoder child seen from the daemon: real children, slow, dying and silent ones."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
from rig.hosted import QUICK, ask_on, failing, opening, watched
from rig.hostile import write
from rig.waiting import UNIT

from daemon.camera import CameraHost
from daemon.counters import CameraFigures
from daemon.errors import ChildRejected, ChildUnavailable
from daemon.slots import SlotPool
from daemon.starts import Starts
from sources import PictureRequest, SourceError, SourceRejected, SourceUnavailable


async def test_live_camera_gives_newest_pictures_in_order() -> None:
    """Indices and times rise, the state is online, the child's counts are known."""
    async with watched(opening(fps=50)) as found:
        given = [await found.next() for _ in range(5)]
        assert found.host.stream is not None
        assert found.host.stream.codec == "scripted"
    pictures = [picture for picture in given if picture is not None]
    indices = [picture.index for picture in pictures]
    assert len(pictures) == 5
    assert indices == sorted(set(indices))
    assert [state for state, _ in found.states] == ["connecting", "online"]
    assert found.figures.received == 5
    assert found.figures.child["handed_over"] == 5
    assert found.figures.lost_with_child == 0
    assert found.host.next_index > indices[-1]


async def test_recording_ends_with_none_and_every_picture() -> None:
    """Each picture of a recording is handed over in turn; then it is over."""
    async with watched(opening(live=False, frames=7), live=False) as found:
        given = [await found.next() for _ in range(8)]
    assert [picture.index for picture in given if picture] == list(range(7))
    assert given[-1] is None
    assert found.figures.child["decoded"] == 7


async def test_numbering_goes_on_where_the_last_child_stopped() -> None:
    """No index is used twice, though the first child died without a word."""
    used: list[int] = []
    first = 0
    for _ in range(2):
        order = opening(first, fps=50, faults=[{"action": "crash", "at": 4}])
        async with failing("yard: ", ChildUnavailable), watched(order) as found:
            while (given := await found.next()) is not None:
                used.append(given.index)
        first = found.host.next_index
        assert found.figures.lost_with_child == 1
    assert used == sorted(set(used))
    assert len(used) >= 2


@pytest.mark.parametrize(
    ("fault", "kind", "reason"),
    [
        # The kernel may take its time to say which signal it was.
        ({"action": "crash", "at": 2}, ChildUnavailable, "yard: "),
        ({"action": "exit", "at": 2}, ChildUnavailable, "ended with code 3"),
        ({"action": "unavailable", "at": 2}, SourceUnavailable, "as scripted, at picture 2"),
        ({"action": "rejected", "at": 2}, SourceRejected, "as scripted, at picture 2"),
        ({"action": "hang", "at": 2}, SourceUnavailable, "no picture for 1 s"),
    ],
)
async def test_failing_child_says_what_to_do(
    fault: dict[str, Any], kind: type[SourceError], reason: str
) -> None:
    """Whether to try again or to ask a person follows from how the child failed."""
    async with failing(reason, kind), watched(opening(fps=50, faults=[fault])) as found:
        await ask_on(found)


async def test_stopped_child_is_killed() -> None:
    """A child that says nothing at all is killed after `heartbeat`."""
    order, timing = opening(fps=50, live=False), QUICK.model_copy(update={"opening": 1})
    async with failing("has been silent"), watched(order, live=False, timing=timing) as found:
        await found.next()
        found.child().suspend()
        await asyncio.Event().wait()
    assert found.figures.lost_with_child == 1


async def test_live_camera_never_ends(hostile: Path) -> None:
    """A child that calls a live camera over is not believed: the camera is opened again."""
    module = write(hostile, "ends_live")
    async with failing("ended the stream"), watched(opening(), module=module) as found:
        await found.next()


async def test_pictures_are_of_the_frame_that_was_asked_for() -> None:
    """A recent frame gives a JPEG; one that is not kept any more gives None, counted."""
    async with watched(opening(fps=50)) as found:
        given = await found.next()
        assert given is not None
        jpeg = await found.host.take(PictureRequest(index=given.index))
        gone = await found.host.take(PictureRequest(index=given.index + 10**6))
    assert jpeg is not None
    assert jpeg.startswith(b"\xff\xd8\xff")
    assert gone is None
    assert (found.figures.pictures, found.figures.pictures_gone) == (2, 1)


async def test_picture_of_another_frame_is_nonsense(hostile: Path) -> None:
    """A JPEG that is not of the frame asked for is never shown as it."""
    module = write(hostile, "picture")
    async with failing("nonsense", ChildRejected), watched(opening(), module=module) as found:
        await found.next()
        await found.host.take(PictureRequest(index=0))


async def test_child_that_cannot_be_started_may_be_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """No process to be had is an outage, not the end of the daemon."""
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(SourceUnavailable, match="yard: cannot be started"):
        async with watched(opening()):
            pass


async def test_no_descriptor_is_left_over() -> None:
    """After a child has ended, however it did, as many descriptors are open as before."""
    before = psutil.Process().num_fds()
    for action in ("crash", "rejected"):
        order = opening(fps=50, faults=[{"action": action, "at": 1}])
        kind = SourceRejected if action == "rejected" else ChildUnavailable
        async with failing("", kind), watched(order) as found:
            await ask_on(found)
    assert psutil.Process().num_fds() == before


def slow(folder: Path, seconds: float) -> str:
    """Write a child that takes its time to load, and says in a file when it did; return its name.

    While it loads, nobody else may: what it finds locked ends it.
    """
    (folder / "slow_child.py").write_text(
        "import fcntl, runpy, sys, time\n"
        f"with open({str(folder / 'loading')!r}, 'a') as file:\n"
        "    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)\n"
        f"    time.sleep({seconds})\n"
        "runpy.run_module('sources.child', run_name='__main__', alter_sys=True)\n"
    )
    return "slow_child"


async def test_child_that_is_slow_to_start_is_not_killed_for_it(hostile: Path) -> None:
    """What it may take to open its camera counts from its first word on."""
    module, timing = slow(hostile, 1.5), QUICK.model_copy(update={"opening": 1.2})
    async with watched(opening(fps=50), timing=timing, module=module) as found:
        assert await found.next() is not None
    assert found.figures.spawns == 1


async def test_child_that_never_says_a_word_is_killed(hostile: Path) -> None:
    """A start has a deadline of its own."""
    module, timing = slow(hostile, 30), QUICK.model_copy(update={"start": 0.5})
    async with failing("silent"), watched(opening(), timing=timing, module=module):
        await asyncio.Event().wait()


async def test_children_start_one_after_the_other(hostile: Path) -> None:
    """With one place no child loads while another does, and all come to show pictures."""
    starts, module = Starts(1), slow(hostile, 0.1)

    async def one() -> None:
        with SlotPool(3) as pool:
            host = CameraHost(
                opening(fps=50),
                live=True,
                pool=pool,
                figures=CameraFigures(),
                timing=QUICK.model_copy(update={"opening": 20}),
                told=lambda *_: None,
                module=module,
                starts=starts,
            )
            async with host:
                assert await host.next(0, 320, 240) is not None

    async with asyncio.timeout(20 * UNIT), asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(one())
