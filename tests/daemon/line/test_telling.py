"""What a line commits: frames in, revisions out, none skipped."""

import asyncio
from pathlib import Path

from rig.street import alive, street
from rig.thinking import thinking as asking
from rig.waiting import running, until

from reasoners.providers.config import HttpConfig
from reasoners.providers.http import HttpReasoner
from reasoners.testing import ScriptedModel, answer
from sinks import CameraStatus, Forecast, FrameReport, ObjectCounts, SceneReport, Snapshot


async def test_visit_is_told_from_start_to_end(tmp_path: Path) -> None:
    """One spot is one event with a picture; states, counts and frames are shown beside it."""
    async with street(tmp_path, goes=45, again=75, forecast=0.5) as one:
        async with alive(one):
            await until(lambda: one.recorder.committed >= 2)
            await until(lambda: one.latest(Snapshot))
            await until(lambda: one.latest(Forecast))
            one.line.showing.scene()
            await until(lambda: one.latest(SceneReport))
            scene = one.latest(SceneReport)
            await one.told(lambda events: events[-1].type == "end")
            await until(lambda: one.latest(ObjectCounts).counts == {"person": 0})
        every = await one.events()
        events = [event for event in every if event.id == every[0].id]
        assert [event.revision for event in events] == list(range(1, len(events) + 1))
        assert events[0].type == "new"
        assert events[-1].end_reason == "left"
        assert events[0].media.snapshot is not None
        assert (tmp_path / "media" / events[0].media.snapshot.lstrip("/")).is_file()
        foreseen = next(event.media for event in every if event.media.forecast)
        assert (tmp_path / "media" / (foreseen.forecast or "").lstrip("/")).is_file()
        assert foreseen.forecast_s == 0.5
        assert events[0].frame.index >= 100
        assert scene.camera == "street"
        assert scene.counts == {thing.label: 1 for thing in scene.objects} == {"person": 1}
        assert one.latest(CameraStatus).state == "online"
        assert {"person": 1} in [m.counts for m in one.shown if isinstance(m, ObjectCounts)]
        assert isinstance(one.latest(FrameReport), FrameReport)
        assert one.line.figures.balanced
        assert one.line.figures.in_hand == 0


async def test_child_killed_in_the_middle_of_telling_skips_nothing(tmp_path: Path) -> None:
    """The first revision is committed without its picture, and its question still gets asked."""
    async with ScriptedModel(answer("yes")) as model:
        config = HttpConfig(url=model.url, model="test")
        thinking = asking(HttpReasoner("reasoner", config, None))
        async with street(tmp_path, thinking=thinking, goes=10**6) as one, running(thinking.run()):
            async with alive(one):
                while not one.line.figures.pictures:  # noqa: ASYNC110 (the very moment)
                    await asyncio.sleep(0)
                one.decoder().kill()
                await until(lambda: one.line.figures.spawns == 2)
                await until(lambda: thinking.figures.jobs)
                await until(lambda: not thinking.figures.pending)
            await one.line.close("restart")
            events = await one.events()
    first: dict[str, int] = {}
    for event in events:
        assert event.revision == first.get(event.id, 0) + 1
        first[event.id] = event.revision
    latest = {event.id: event for event in events}
    assert events[0].media.snapshot is None
    assert "pending" not in {event.reasoning.state for event in latest.values()}
    assert one.line.figures.in_hand == 0
