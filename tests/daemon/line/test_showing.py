"""What is shown of a camera beside its events."""

from functools import partial
from pathlib import Path

import pytest
from rig.street import Street, street
from rig.waiting import until

from daemon.line.showing import REASONS
from daemon.supervisor import Failure
from sinks import CameraStatus


async def test_states_say_why_a_camera_is_away(tmp_path: Path) -> None:
    """Waiting, failing again and again, and needing a person are told apart; memory stays flat."""
    async with street(tmp_path) as one:
        for attempt in (1, 5):
            await one.line.failed(Failure("gone", parked=False, attempt=attempt, delay=1))
            await until(lambda: one.shown)
        await one.line.failed(Failure("wrong password", parked=True, attempt=1, delay=300))
        await until(lambda: one.latest(CameraStatus).state == "refused")
        for number in range(1000):
            await one.line.failed(Failure(f"reason {number}", parked=True, attempt=1, delay=300))
        assert len(one.line.showing.said) <= REASONS
    states = [(m.state, m.reason) for m in one.shown if isinstance(m, CameraStatus)]
    assert states[0] == ("stalled", "gone")
    assert ("refused", "wrong password") in states


@pytest.mark.fault("F15", "F62")
async def test_child_that_breaks_is_failed_and_not_refused(tmp_path: Path) -> None:
    """A crash is `stalled`, a loop of them `failed`; so is a child that lies, at once."""
    told = [
        Failure("crash", parked=False, attempt=1, delay=1, crashes=1),
        Failure("loop", parked=False, attempt=3, delay=60, crashes=3),
        Failure("lie", parked=True, attempt=1, delay=300, crashes=1),
    ]
    async with street(tmp_path) as one:
        for number, failure in enumerate(told, 1):
            await one.line.failed(failure)
            await until(partial(shown, one, number))
    states = [(m.state, m.reason) for m in one.shown if isinstance(m, CameraStatus)]
    assert states == [("stalled", "crash"), ("failed", "loop"), ("failed", "lie")]


def shown(one: Street, count: int) -> bool:
    """Tell whether so many states were shown."""
    return sum(isinstance(message, CameraStatus) for message in one.shown) == count
