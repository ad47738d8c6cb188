"""One camera from its decoder child to the journal: opened, followed, ended."""

import gc
from pathlib import Path

from rig.street import alive, street
from rig.waiting import running, until

from daemon.camera import CameraHost
from daemon.line.flow import Flow
from reasoners import Experience, Notebook
from sinks import CameraStatus, ObjectCounts


async def test_recording_ends_its_events_and_is_finished(tmp_path: Path) -> None:
    """At the end of a recording everything open ends as `left`, and every frame was looked at."""
    async with street(tmp_path, live=False, frames=20) as one:
        await one.line.once()
        events = await one.events()
        await until(lambda: one.latest(CameraStatus).state == "disabled")
        assert one.line.finished
        assert one.line.figures.detected == 20
        assert (events[-1].type, events[-1].end_reason) == ("end", "left")


async def test_what_was_predicted_is_scored_and_handed_out_to_be_kept(tmp_path: Path) -> None:
    """What is open when a recording ends cannot be told any more; what was learned, once."""
    async with street(tmp_path, live=False, frames=100, goes=90, media_start=0.0) as one:
        await one.line.once()
        scores = one.line.scores()
        assert scores
        assert any(score["unresolvable"] for score in scores.values())
        learned = one.line.learned()
        assert learned is not None
        assert Experience(Notebook.model_validate_json(learned)).figures() == scores
        assert one.line.learned() is None


async def test_silent_camera_ends_what_is_open(tmp_path: Path) -> None:
    """Events do not stay open for a camera that shows nothing any more."""
    flag = tmp_path / "hang"
    fault = {"action": "hang", "flag": str(flag)}
    async with street(tmp_path, goes=10**6, faults=[fault]) as one:
        async with alive(one), running(one.line.age()):
            await until(lambda: one.recorder.committed)
            flag.touch()
            events = await one.told(lambda events: events[-1].type == "end")
            await until(lambda: one.latest(ObjectCounts).counts == {"person": 0})
        assert events[-1].end_reason == "camera_lost"


async def test_a_lost_child_leaves_nothing_to_the_garbage_collector(tmp_path: Path) -> None:
    """When pictures come again, what belonged to a child that died is gone, uncollected."""
    async with street(tmp_path, goes=10**6) as one, alive(one):
        figures = one.line.figures
        gc.collect()
        gc.disable()
        try:
            for spawns in range(1, 4):
                seen = figures.detected
                await until(lambda spawns=spawns: figures.spawns == spawns)  # type: ignore[misc]
                await until(lambda seen=seen: figures.detected > seen + 2)  # type: ignore[misc]
                if spawns < 3:
                    one.decoder().kill()
            kept = [thing for thing in gc.get_objects() if isinstance(thing, (CameraHost, Flow))]
        finally:
            gc.enable()
        assert len(kept) == 2
