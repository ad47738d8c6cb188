"""One decoder child seen from the daemon: real children, slow, dying, silent and hostile ones."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
from rig.hostile import ACTS, write
from rig.waiting import UNIT, until

from daemon import camera as camera_file
from daemon.camera import CameraHost
from daemon.counters import CameraFigures
from daemon.errors import ChildRejected, ChildUnavailable
from daemon.slots import SlotPool
from daemon.supervisor import flatten
from daemon.timing import Timing
from sources import PictureRequest, SourceError, SourceRejected, SourceUnavailable
from sources.message import CameraState, Given, Open

QUICK = Timing(silence=1.0, opening=5.0, heartbeat=1.5, request=2.0, picture=1.0, idr=1.0)


@dataclass
class Watched:
    """A host, and all that was said and counted while it ran."""

    host: CameraHost
    pool: SlotPool
    figures: CameraFigures
    states: list[tuple[CameraState, str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    async def next(self, not_before: float | None = None) -> Given | None:
        """Ask for a picture in slot 0 and let go of it."""
        given = await self.host.next(0, 320, 240, not_before)
        if given is not None:
            self.figures.detect()
        return given

    def child(self) -> psutil.Process:
        """Return the process."""
        return psutil.Process(self.host._process.pid)  # noqa: SLF001 (to see it die)


def opening(first_index: int = 0, **script: Any) -> Open:
    """Open the scripted source."""
    return Open(
        camera="yard",
        backend="sources.testing:ScriptedSource",
        config=script,
        slots=3,
        first_index=first_index,
    )


@asynccontextmanager
async def watched(
    order: Open, *, live: bool = True, timing: Timing = QUICK, module: str = "sources.child"
) -> AsyncIterator[Watched]:
    """Run a host for as long as the context lasts; no process outlives it."""
    with SlotPool(3) as pool:
        figures = CameraFigures()
        states: list[tuple[CameraState, str]] = []
        host = CameraHost(
            order,
            live=live,
            pool=pool,
            figures=figures,
            timing=timing,
            told=lambda state, reason: states.append((state, reason)),
            module=module,
        )
        found = Watched(host, pool, figures, states)
        host.remarked = lambda kind, text, _: found.remarks.append(f"{kind}: {text}")
        before = set(psutil.Process().children())
        try:
            async with host:
                yield found
        finally:
            assert set(psutil.Process().children()) <= before
            assert figures.balanced


@asynccontextmanager
async def failing(reason: str, kind: type[SourceError] = SourceUnavailable) -> AsyncIterator[None]:
    """Expect that what is inside fails as a whole for one reason."""
    causes: list[BaseException] = []
    try:
        yield
    except* SourceError as group:
        causes += flatten(group)
    assert {type(cause) for cause in causes} == {kind}, causes
    assert all(reason in str(cause) for cause in causes), causes


async def ask_on(found: Watched) -> None:
    """Ask for pictures until there are no more."""
    while await found.next() is not None:
        pass


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


async def test_silence_in_opening_has_its_own_deadline() -> None:
    """A source that never opens is given up after `opening`, though its child is alive."""
    timing = QUICK.model_copy(update={"opening": 1})
    order = opening(hang_in_open=True)
    async with failing("no picture within 1 s of connecting"), watched(order, timing=timing):
        await asyncio.Event().wait()


async def test_stopped_child_is_killed() -> None:
    """A child that says nothing at all is killed after `heartbeat`."""
    order, timing = opening(fps=50, live=False), QUICK.model_copy(update={"opening": 1})
    async with failing("has been silent"), watched(order, live=False, timing=timing) as found:
        await found.next()
        found.child().suspend()
        await asyncio.Event().wait()
    assert found.figures.lost_with_child == 1


async def test_recording_that_hangs_misses_its_deadline() -> None:
    """The next picture of a recording has `request` seconds."""
    timing = QUICK.model_copy(update={"request": 0.5})
    order = opening(live=False, faults=[{"action": "hang", "at": 1}])
    async with failing("no picture within"), watched(order, live=False, timing=timing) as found:
        await ask_on(found)


async def test_state_is_computed_from_the_last_decoded_picture(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Silence shows as stalled before the child is killed, whatever the child believes."""
    monkeypatch.setattr(camera_file, "ONLINE", 0.4)
    flag = tmp_path / "hang"
    order = opening(fps=50, faults=[{"action": "hang", "flag": str(flag)}])
    async with failing("no picture for 1 s"), watched(order) as found:
        await found.next()
        flag.touch()
        await asyncio.Event().wait()
    assert [state for state, _ in found.states] == ["connecting", "online", "stalled", "stalled"]


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


async def test_picture_in_hand_when_leaving_is_counted() -> None:
    """A frame that arrives in the moment of leaving is a counted drop, not a hole."""
    async with watched(opening(fps=200)) as found:
        for _ in range(20):
            received = found.figures.received
            async with asyncio.TaskGroup() as group:
                asking = group.create_task(found.host.next(0, 320, 240))
                while found.figures.received == received:  # noqa: ASYNC110 (the very moment)
                    await asyncio.sleep(0)
                asking.cancel()
            if not asking.cancelled():
                found.figures.detect()
    assert found.figures.received == 20
    assert found.figures.in_hand == 0
    assert found.figures.dropped["at_stop"] > 0


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder whose modules can be children; `HOME` is where they would leave traces."""
    root = Path(__file__).resolve().parents[2]
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{root}")
    monkeypatch.setenv("HOME", str(tmp_path))
    yield tmp_path
    assert not (tmp_path / "owned").exists()


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


async def test_live_camera_never_ends(hostile: Path) -> None:
    """A child that calls a live camera over is not believed: the camera is opened again."""
    module = write(hostile, "ends_live")
    async with failing("ended the stream"), watched(opening(), module=module) as found:
        await found.next()


@pytest.mark.parametrize("trick", ["never_answers", "deaf"])
async def test_child_that_only_babbles_is_killed(hostile: Path, trick: str) -> None:
    """Pulses alone do not keep a child alive: questions have a deadline, live ones too."""
    timing = QUICK.model_copy(update={"opening": 0.5, "silence": 0.5})
    module = write(hostile, trick)
    async with (
        failing("no picture within 2 s"),
        watched(opening(), module=module, timing=timing) as found,
    ):
        await found.next()


async def test_camera_at_rest_may_be_late_as_long_as_its_packets_come(
    hostile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One look at a resting camera may fail; when nothing comes any more it is as gone as any."""
    monkeypatch.setattr(camera_file, "_FLOWING", 0.5)
    module = write(hostile, "rests")
    order = opening().model_copy(update={"gate": "auto", "gate_heartbeat": 60.0})
    timing = QUICK.model_copy(update={"silence": 0.5})
    started = asyncio.get_running_loop().time()
    async with failing("no picture for"), watched(order, module=module, timing=timing):
        await asyncio.Event().wait()
    assert asyncio.get_running_loop().time() - started >= 1.9


async def test_last_word_cannot_forge_a_log(hostile: Path) -> None:
    """A reason stays on its line and steers no terminal."""
    module = write(hostile, "crlf")
    async with failing("gone <0>lookout:  [2Jall is well"), watched(opening(), module=module):
        await asyncio.Event().wait()


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


@pytest.mark.fault("F16")
async def test_same_picture_over_and_over_is_frozen_until_it_changes(tmp_path: Path) -> None:
    """F16: `frozen` while the picture stands still, though pictures come and are handed over."""
    flag = tmp_path / "freeze"
    order = opening(fps=50, faults=[{"action": "freeze", "flag": str(flag)}])
    order = order.model_copy(update={"frozen_after": 0.5})
    async with watched(order) as found:
        await found.next()
        flag.touch()
        async with asyncio.timeout(20 * UNIT):
            while found.states[-1][0] != "frozen":
                await found.next()
        assert "same picture" in found.states[-1][1]
        for _ in range(10):
            await found.next()
        assert found.states[-1][0] == "frozen"
    assert [state for state, _ in found.states] == ["connecting", "online", "frozen"]


@pytest.mark.fault("F13")
async def test_long_gop_is_waited_for_without_a_restart() -> None:
    """F13: joined within a GOP of 250, a camera is `waiting_idr` with advice, then online.

    Figure: restarts 0, though the wait is longer than both silence and opening.
    """
    timing = QUICK.model_copy(update={"silence": 2.0, "idr": 60.0})
    order = opening(fps=35, gop=250, joined_at=1)
    async with watched(order, timing=timing) as found:
        given = await found.next()
    assert given is not None
    assert "(GOP)" in dict(found.states)["waiting_idr"]
    assert found.figures.spawns == 1
    assert [state for state, _ in found.states] == ["connecting", "waiting_idr", "online"]


async def test_camera_without_any_idr_is_given_up_in_the_end() -> None:
    """Packets alone keep no child alive for ever; the reason still says what to change."""
    timing = QUICK.model_copy(update={"idr": 2.0})
    async with (
        failing("no IDR within 2 s"),
        watched(opening(fps=50, gop=100_000, joined_at=1), timing=timing),
    ):
        await asyncio.Event().wait()


async def test_child_that_needs_more_memory_than_its_share_is_unavailable(tmp_path: Path) -> None:
    """Above its share from the start: replacing it would not help, so the reason names the key."""
    order = opening(fps=50, faults=[{"action": "grow", "at": n} for n in range(3, 9)])
    order = order.model_copy(update={"memory": 128 * 2**20})
    async with failing("more than `memory` allows; raise it"), watched(order) as found:
        await ask_on(found)
    assert found.figures.recycled == 1


async def test_child_that_grew_slowly_is_outgrown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child above its share after a long life is replaced, not reported as a fault."""
    monkeypatch.setattr(camera_file, "_SETTLED", 0.0)
    order = opening(fps=50, faults=[{"action": "grow", "at": n} for n in range(3, 9)])
    order = order.model_copy(update={"memory": 128 * 2**20})
    causes: list[BaseException] = []
    try:
        async with watched(order) as found:
            await ask_on(found)
    except* camera_file.Outgrown as group:
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
