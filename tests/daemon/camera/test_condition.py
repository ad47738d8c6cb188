"""What state a camera is in."""

import asyncio
from pathlib import Path

import pytest
from rig.hosted import QUICK, failing, opening, watched
from rig.hostile import write
from rig.waiting import UNIT

from daemon.camera import condition


async def test_silence_in_opening_has_its_own_deadline() -> None:
    """A source that never opens is given up after `opening`, though its child is alive."""
    timing = QUICK.model_copy(update={"opening": 1})
    order = opening(hang_in_open=True)
    async with failing("no picture within 1 s of connecting"), watched(order, timing=timing):
        await asyncio.Event().wait()


async def test_state_is_computed_from_the_last_decoded_picture(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Silence shows as stalled before the child is killed, whatever the child believes."""
    monkeypatch.setattr(condition, "ONLINE", 0.4)
    flag = tmp_path / "hang"
    order = opening(fps=50, faults=[{"action": "hang", "flag": str(flag)}])
    async with failing("no picture for 1 s"), watched(order) as found:
        await found.next()
        flag.touch()
        await asyncio.Event().wait()
    assert [state for state, _ in found.states] == ["connecting", "online", "stalled", "stalled"]


async def test_camera_at_rest_may_be_late_as_long_as_its_packets_come(
    hostile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One look at a resting camera may fail; when nothing comes any more it is as gone as any."""
    monkeypatch.setattr(condition, "FLOWING", 0.5)
    module = write(hostile, "rests")
    order = opening().model_copy(update={"gate": "auto", "gate_heartbeat": 60.0})
    timing = QUICK.model_copy(update={"silence": 0.5})
    started = asyncio.get_running_loop().time()
    async with failing("no picture for"), watched(order, module=module, timing=timing):
        await asyncio.Event().wait()
    assert asyncio.get_running_loop().time() - started >= 1.9


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
    """F13: joined within a GOP of 320, a camera is `waiting_idr` with advice, then online.

    Figure: restarts 0, though the wait is longer than both silence and opening.
    """
    timing = QUICK.model_copy(update={"silence": 2.0, "opening": 8.0, "idr": 60.0})
    order = opening(fps=35, gop=320, joined_at=1)
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
