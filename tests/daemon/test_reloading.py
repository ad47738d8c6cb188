"""The daemon in this process, its configuration changed while it runs; with real children."""

import asyncio
import gc
from pathlib import Path
from typing import Any

import psutil
import pytest
from rig.reloadable import (
    DETECTOR,
    OFF,
    STANDS,
    TIMING,
    WALK,
    ZONE,
    Running,
    running,
    sinks_of,
)
from rig.waiting import until

from daemon import reloading
from daemon.line import Line
from reasoners.testing import ScriptedModel, hangs
from sinks import CameraStatus, ConfigurationState, Switch, SwitchState


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let children import the tests' sources."""
    root = Path(__file__).resolve().parents[2]
    monkeypatch.setenv("PYTHONPATH", f"{root}:{root / 'tests'}")


def held() -> tuple[int, int, int]:
    """Count descriptors, tasks and processes of ours."""
    processes = psutil.Process().children()
    descriptors = list(Path("/proc/self/fd").iterdir())
    return len(descriptors), len(asyncio.all_tasks()), len(processes)


@pytest.mark.fault("F49")
async def test_cameras_come_go_and_change_beside_one_that_does_not(tmp_path: Path) -> None:
    """What is the same keeps its process, its counters and its open event through all of it.

    A sink that waits to try again does so at once.
    """
    keep = {"source": WALK, "detect": {"fps": 5}}
    yard = {"source": {**WALK, "fps": 10}, "zones": {"all": ZONE}}
    late = {"type": "sinks.testing:ScriptedSink", "path": str(tmp_path / "late")}
    sinks = {**sinks_of(tmp_path), "late": {**late, "unavailable_connects": 1}}
    timing = {**TIMING, "retry_first": 300, "retry_most": 300}
    cameras = {"keep": keep, "yard": yard}
    async with running(Running(tmp_path, cameras=cameras, sinks=sinks, timing=timing)) as one:
        app = one.app
        await one.watched("keep", "yard")
        line, before = app.lines["keep"], app.lines["yard"]

        wrong = await one.reload(cameras={"keep": {**keep, "rotate": 45}, "yard": {}})
        assert wrong.state == "refused"
        assert [text.split(": ")[1] for text in wrong.problems] == [
            "cameras.keep.rotate",
            "cameras.yard.source",
        ]
        state = app.board.states["configuration",]
        assert isinstance(state, ConfigurationState)
        assert (state.state, state.problems) == ("refused", wrong.problems)
        assert app.lines == {"keep": line, "yard": before}

        ruled = {**yard, "rules": {"stands": STANDS}}
        app.switchboard.heed(Switch(camera="yard", switch="reason", on=False))
        right = await one.reload(cameras={"keep": keep, "yard": ruled, "gate": OFF})
        assert (right.begun, right.ended, right.anew) == (("gate",), (), ("yard",))
        assert (app.lines["keep"], app.lines["yard"].figures) == (line, before.figures)
        assert app.lines["yard"] is not before
        await until(lambda: app.deliveries["late"].figures.state == "online")
        await until(lambda: any(event["rule"] == "stands" for event in one.events()), within=30)
        yards = [event for event in one.events() if event["camera"] == "yard"]
        assert [e["end_reason"] for e in yards].count("reconfigured") == 1
        indices = [event["frame"]["index"] for event in yards]
        assert indices == sorted(indices)
        assert _tracks(yards, "presence").isdisjoint(_tracks(yards, "stands"))
        gate, switch = (
            app.board.states["camera", "gate"],
            app.board.states["switch", "yard", "reason"],
        )
        assert isinstance(gate, CameraStatus)
        assert gate.state == "disabled"
        assert isinstance(switch, SwitchState)
        assert not switch.on, "what people said stays said"
        assert ("rule", "yard", "presence") not in one.shown()
        assert {("rule", "yard", "stands"), ("switch", "yard", "rule/stands")} <= one.shown()

        gone = await one.reload(cameras={"keep": {**keep, "title": "Kept"}})
        assert (gone.begun, gone.ended, gone.anew) == ((), ("yard", "gate"), ())
        assert {key[1] for key in one.shown() if len(key) > 1} == {"keep"}
        assert app.lines == {"keep": line}
        assert line.figures.spawns == 1
        assert [event["type"] for event in one.events() if event["camera"] == "keep"][:1] == ["new"]
        ends = [event for event in one.events() if event["end_reason"] == "reconfigured"]
        assert {event["camera"] for event in ends} == {"yard"}


def _tracks(events: list[dict[str, Any]], rule: str) -> set[str]:
    found = {
        thing["track"] for event in events if event["rule"] == rule for thing in event["objects"]
    }
    assert found
    return found


@pytest.mark.slow
async def test_a_detector_is_tried_out_before_it_takes_over(tmp_path: Path) -> None:
    """One that cannot be loaded is refused, and the old one goes on; else cameras change to it.

    A camera that uses another is not disturbed, and what nobody uses any more is ended.
    """
    near, far = {"type": DETECTOR, "width": 160, "height": 96}, {"type": DETECTOR, "width": 96}
    cameras = {
        "keep": {"source": WALK, "detector": "far"},
        "yard": {"source": WALK, "detector": "near"},
    }
    detectors = {"near": near, "far": far}
    async with running(Running(tmp_path, detectors=detectors, cameras=cameras)) as one:
        hosts = one.app.crew.hosts
        await one.watched("keep", "yard")
        kept, before = one.app.lines["keep"], hosts["near"]
        workers = held()[2]

        broken = {"near": {**near, "load": "rejected"}, "far": far, "new": near}
        asks = {"keep": cameras["keep"], "yard": {**cameras["yard"], "detector": ["near", "new"]}}
        refused = await one.reload(detectors=broken, cameras=asks)
        assert refused.state == "refused"
        assert refused.problems[0].startswith("lookout.yaml: detector near: ")
        assert one.app.crew.hosts == hosts
        assert held()[2] == workers
        assert not one.app.progress.stuck
        looked = one.app.lines["yard"].figures.detected
        await until(lambda: one.app.lines["yard"].figures.detected > looked)

        other = {"near": {**near, "width": 128}, "far": far, "new": near}
        applied = await one.reload(detectors=other, cameras=asks)
        assert (applied.state, applied.anew) == ("applied", ("yard",))
        assert list(one.app.crew.hosts) == ["near", "far", "new"]
        assert one.app.crew.hosts["near"] is not before
        assert not before.running
        looked = one.app.lines["yard"].figures.detected
        await until(lambda: one.app.lines["yard"].figures.detected > looked, within=30)

        back = await one.reload(cameras={"keep": cameras["keep"]})
        assert (back.state, back.ended) == ("applied", ("yard",))
        assert list(one.app.crew.hosts) == ["far"]
        assert held()[2] == 2, "one camera and one detector"
        assert one.app.lines == {"keep": kept}


async def test_questions_of_cameras_that_went_or_changed_have_their_end(tmp_path: Path) -> None:
    """One terminal state each, after the end of the event; at the latest when we leave."""
    asks = {**STANDS, "ask": "Does somebody stand there?"}
    ruled = {"source": WALK, "zones": {"all": ZONE}, "rules": {"stands": asks}}
    async with ScriptedModel(hangs()) as model:
        reasoner = {"type": "openai", "url": model.url, "model": "m", "deadline": 120}
        cameras = {"keep": OFF, "gate": ruled, "yard": ruled}
        async with running(Running(tmp_path, cameras=cameras, reasoner=reasoner)) as one:
            await one.watched("gate", "yard")
            asked = {event["id"] for event in one.events()}
            done = await one.reload(cameras={"keep": OFF, "yard": {**ruled, "detect": {"fps": 4}}})
            assert (done.ended, done.anew) == (("gate",), ("yard",))
            assert len(one.app.cameras.retired) == 2
    for event in asked:
        told = [one for one in one.events() if one["id"] == event]
        assert [(each["type"], each["reasoning"]["state"]) for each in told] == [
            ("new", "pending"),
            ("end", "pending"),
            ("end", "error"),
        ]
        assert [each["end_reason"] for each in told] == [None, "reconfigured", "reconfigured"]


async def test_a_hundred_reloads_leave_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused, applied, or with nothing to do: descriptors, tasks, processes, lines are as before.

    Nor does a mistake in the code of a backend end anything, or a disk that does not answer.

    When the only camera is exchanged there is none for a moment; the daemon goes on all the same.
    """
    keep = {"source": WALK}
    async with running(Running(tmp_path, cameras={"keep": keep})) as one:
        await one.watched("keep")
        line = one.app.lines["keep"]
        await one.reload()
        before = held()
        ways: list[dict[str, Any]] = [
            {"keep": keep, "gate": OFF},
            {"keep": keep, "gate": {**OFF, "zones": {"all": ZONE}, "rules": {"stands": STANDS}}},
            {"keep": keep, "gate": {"enabled": "perhaps"}},
            {"keep": keep},
        ]
        outcomes = [(await one.reload(cameras=ways[number % 4])).state for number in range(100)]
        assert outcomes == ["applied", "applied", "refused", "applied"] * 25
        odd = await one.reload(tracker={"type": "rig.reloadable:Mistaken"})
        assert "a bug: RuntimeError" in odd.problems[0], "of code that is being written, say"
        one.config.pop("tracker")
        with monkeypatch.context() as patched:
            patched.setattr(reloading, "READING", 0.1)
            one.stalled = True
            gone = await one.reload()
            one.stalled = False
        assert gone.problems[0].startswith("lookout.yaml: not read within 0.1 s; ")
        for _ in range(2):
            await one.reload(cameras={"keep": keep, "gate": {"source": WALK}})
            await one.watched("gate")
            await one.reload(cameras={"keep": keep})
        await until(lambda: _no_more_than(before), within=30)
        assert one.app.lines == {"keep": line}
        assert line.figures.spawns == 1
        exchanged = await one.reload(cameras={"gate": {"source": WALK}})
        assert (exchanged.begun, exchanged.ended) == (("gate",), ("keep",))
        await one.watched("gate")
        await until(lambda: _gates() == [one.app.lines["gate"]], within=30)


@pytest.mark.slow
async def test_cameras_that_come_and_go_a_hundred_times_leave_nothing_behind(
    tmp_path: Path,
) -> None:
    """A process, tasks and descriptors each time; and the camera beside them is not disturbed."""
    keep = {"source": WALK, "detect": {"fps": 5}}
    async with running(Running(tmp_path, cameras={"keep": keep}), within=400) as one:
        await one.watched("keep")
        line = one.app.lines["keep"]
        before = held()
        for number in range(100):
            come = {"gate": {"source": WALK}} if number % 2 == 0 else {}
            done = await one.reload(cameras={"keep": keep, **come})
            assert done.state == "applied"
            if come:
                await one.watched("gate")
        await until(lambda: _no_more_than(before), within=30)
        await until(lambda: _gates() == [], within=30)
        assert line.figures.spawns == 1
        assert line.figures.dropped.total() <= line.figures.received / 20
    ends = [event["end_reason"] for event in one.events() if event["type"] == "end"]
    assert ends.count("reconfigured") == 50


def _no_more_than(before: tuple[int, int, int]) -> bool:
    """Tell whether no more is held than before, but for what comes and goes by itself."""
    return all(now <= then + 3 for now, then in zip(held(), before, strict=True))


def _gates() -> list[Line]:
    """Return every line of the camera `gate` that anything still refers to."""
    gc.collect()
    return [one for one in gc.get_objects() if isinstance(one, Line) and one.name == "gate"]
