"""Cameras that begin and end while others go on."""

from pathlib import Path

import pytest
from rig.reloadable import OFF, STANDS, WALK, ZONE, Running, running
from rig.waiting import until

from reasoners.testing import ScriptedModel, hangs
from sources.message import Lesson

LESSON = Lesson(taken_at=1.0, codec="h264", width=320, height=240, gop=20)


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let children import the tests' sources."""
    root = Path(__file__).resolve().parents[2]
    monkeypatch.setenv("PYTHONPATH", f"{root}:{root / 'tests'}")


async def test_an_answer_that_comes_after_its_camera_went_is_told(tmp_path: Path) -> None:
    """Its event has its end by then, and gets its terminal state all the same; nothing is shown."""
    rule = {**STANDS, "ask": "Is somebody there?"}
    yard = {"source": WALK, "zones": {"all": ZONE}, "rules": {"stands": rule}}
    async with ScriptedModel(hangs()) as model:
        reasoner = {"type": "openai", "url": model.url, "model": "m", "deadline": 3, "probe": False}
        config = {"reasoner": reasoner, "cameras": {"yard": yard, "gate": OFF}}
        async with running(Running(tmp_path, **config)) as one:
            await until(lambda: model.requests, within=30)
            applied = await one.reload(cameras={"gate": OFF})
            assert applied.ended == ("yard",)
            assert one.events()[-1]["end_reason"] == "reconfigured"
            assert one.events()[-1]["reasoning"]["state"] == "pending"
            await until(lambda: one.events()[-1]["reasoning"]["state"] == "timeout", within=20)
            last = one.events()[-1]
            assert (last["type"], last["end_reason"]) == ("end", "reconfigured")
            assert {key[1] for key in one.shown() if len(key) > 1} == {"gate"}
            figures = one.app.thinking.figures if one.app.thinking else None
            assert figures is not None
            assert (figures.jobs, figures.pending) == (1, 0)
            await one.reload()
            assert one.app.cameras.retired == []


async def test_a_camera_that_comes_back_goes_on_with_its_numbers(tmp_path: Path) -> None:
    """No track id and no frame index names two things, and what was counted stays counted.

    Its end is committed before it is gone, and while there is none the daemon goes on.
    """
    async with running(Running(tmp_path, cameras={"yard": {"source": WALK}})) as one:
        cameras = one.app.cameras
        await one.watched("yard")
        before = cameras.lines["yard"]
        async with cameras.rearranging():
            ended = await cameras.end("yard")
            assert ended is before
            assert cameras.lines == {}
            last = one.events()[-1]
            assert (last["type"], last["end_reason"]) == ("end", "reconfigured")
            assert await cameras.end("yard") is None
            track, index = before.following
            found = await one.app.recorder.numbering("yard")
            assert found == (track, index)
            before.lesson = LESSON
            await cameras.begin("yard", ended)
            assert cameras.lines["yard"].lesson == LESSON
        assert cameras.lines["yard"].figures is before.figures
        await until(lambda: one.events()[-1]["type"] != "end", within=30)
        first = next(event for event in one.events()[::-1] if event["type"] == "new")
        assert first["frame"]["index"] >= index
        assert [thing["track"] for thing in first["objects"]] == [f"t{track}"]
        assert before.figures.spawns == 2
        async with cameras.rearranging():
            ended = await cameras.end("yard")
            assert ended is not None
            ended.lesson = LESSON
            one.config["cameras"] = {"yard": {"source": {**WALK, "fps": 10}}}
            one.app.plan = one.read()
            await cameras.begin("yard", ended)
            assert cameras.lines["yard"].lesson is None, "another stream teaches other things"
