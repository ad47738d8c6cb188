"""What a decoder child says: hostile ones, growing ones, ones with something to remark."""

import asyncio
from pathlib import Path

import psutil
import pytest
from rig.hosted import QUICK, ask_on, failing, opening, watched
from rig.hostile import ACTS, write
from rig.waiting import UNIT, until

from daemon.camera import Outgrown, hearing
from daemon.errors import ChildRejected
from daemon.supervisor import flatten

PATIENT = QUICK.model_copy(update={"silence": 10.0})
"""For children that take memory by the hundred megabytes: a busy machine needs seconds for it."""


@pytest.mark.parametrize("act", sorted(ACTS))
@pytest.mark.fault("F62")
async def test_f62_hostile_child_is_killed(hostile: Path, act: str) -> None:
    """Nonsense ends the child and parks the camera; memory stays flat and nothing is executed."""
    process, module = psutil.Process(), write(hostile, act)
    before = process.memory_info().rss
    async with (
        asyncio.timeout(10),
        failing("yard: its decoder child sent nonsense", ChildRejected),
        watched(opening(10), module=module) as found,
    ):
        await ask_on(found)
    assert process.memory_info().rss - before < 5 * 1024 * 1024
    assert max(len(reason) for _, reason in found.states) <= 400


@pytest.mark.parametrize("act", ["flood", "flood_of_states"])
@pytest.mark.fault("F62")
async def test_f62_flood_leaves_time_for_others(hostile: Path, act: str) -> None:
    """While one child floods, everything else on the loop goes on."""
    longest, loop = 0.0, asyncio.get_running_loop()

    async def flooded() -> None:
        module = write(hostile, act)
        async with failing("nonsense", ChildRejected), watched(opening(), module=module) as found:
            await ask_on(found)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(flooded())
        while not task.done():
            began = loop.time()
            await asyncio.sleep(0)
            longest = max(longest, loop.time() - began)
    assert longest < 0.5 * UNIT


async def test_last_word_cannot_forge_a_log(hostile: Path) -> None:
    """A reason stays on its line and steers no terminal."""
    module = write(hostile, "crlf")
    async with failing("gone <0>lookout:  [2Jall is well"), watched(opening(), module=module):
        await asyncio.Event().wait()


@pytest.mark.fault("F45")
async def test_child_that_needs_more_memory_than_its_share_is_unavailable(tmp_path: Path) -> None:
    """Above its share from the start: replacing it would not help, so the reason names the key."""
    order = opening(fps=50, faults=[{"action": "grow", "at": n} for n in range(3, 9)])
    order = order.model_copy(update={"memory": 128 * 2**20})
    async with (
        failing("more than `memory` allows; raise it"),
        watched(order, timing=PATIENT) as found,
    ):
        await ask_on(found)
    assert found.figures.recycled == 1


async def test_child_that_grew_slowly_is_outgrown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child above its share after a long life is replaced, not reported as a fault."""
    monkeypatch.setattr(hearing, "SETTLED", 0.0)
    order = opening(fps=50, faults=[{"action": "grow", "at": n} for n in range(3, 9)])
    order = order.model_copy(update={"memory": 128 * 2**20})
    causes: list[BaseException] = []
    try:
        async with watched(order, timing=PATIENT) as found:
            await ask_on(found)
    except* Outgrown as group:
        causes += flatten(group)
    assert len(causes) == 1
    assert found.figures.recycled == 1


@pytest.mark.fault("F08")
async def test_change_of_size_is_remarked_once() -> None:
    """F08: `stream_changed` names what was and what is."""
    async with watched(opening(fps=50, faults=[{"action": "resize", "at": 5}])) as found:
        await until(lambda: found.remarks)
        for _ in range(5):
            await found.next()
    assert found.remarks == ["stream_changed: scripted 320x240 became scripted 160x120"]


async def test_file_that_is_no_picture_is_named_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Which and why, on one line, whatever the file is called."""
    (tmp_path / "dock\nERROR.jpg").write_bytes(b"\xff\xd8\xff rubbish")
    config = {"path": str(tmp_path), "begin": "all", "interval": 0.05}
    folder = {"backend": "sources.folder:FolderSource", "config": config}
    async with watched(opening(10).model_copy(update=folder), live=False):
        await until(lambda: "passed over" in caplog.text)
    (line,) = (one for one in caplog.messages if "passed over" in one)
    assert line == "yard: no picture, passed over: dock ERROR.jpg: a JPEG that is cut short"
