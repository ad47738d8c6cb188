"""When what a camera shows happened."""

from pathlib import Path

import pytest
from rig.street import alive, street
from rig.waiting import until

from daemon.clock import Clock
from daemon.line.story_time import StoryTime
from sinks import FrameReport


async def test_frame_is_dated_by_what_the_camera_says(tmp_path: Path) -> None:
    """A picture that was on its way for 0.3 s was captured 0.3 s before it was received."""
    async with street(tmp_path, goes=10, delay=0.3) as one, alive(one):
        await until(lambda: one.latest(FrameReport))
        frame = one.latest(FrameReport)
        (event, *_) = await one.told(lambda events: events)
    assert frame.received_at - frame.captured_at == pytest.approx(0.3, abs=0.001)
    assert event.frame.received_at - event.frame.captured_at == pytest.approx(0.3, abs=0.002)
    assert event.started_at <= event.frame.captured_at


async def test_step_of_the_clock_changes_labels_only(tmp_path: Path) -> None:
    """After the wall clock was set, events are labelled anew, in the order in which they were."""
    async with street(tmp_path, goes=10, again=30) as one, alive(one):
        await until(lambda: one.recorder.committed)
        one.now.ahead += 3600
        one.now.clock.anchor()
        one.line.trust("synced")
        events = await one.told(lambda events: len({event.id for event in events}) == 3)
    assert events[-1].clock == "synced"
    assert events[0].clock == "unsynced"
    assert events[-1].started_at - events[0].started_at > 3590
    assert [event.seq for event in events] == list(range(1, len(events) + 1))


def test_in_a_replay_it_is_as_late_as_the_frame_looked_at() -> None:
    """However far ahead the next frames were fetched meanwhile."""
    time = StoryTime("porch", Clock(), 1000.0, 0)
    time.latest = 1007.0
    assert time.following() == 1007.0
    time.looked_at = 1005.0
    assert time.following() == 1005.0
