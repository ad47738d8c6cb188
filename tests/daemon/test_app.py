"""The whole daemon in this process: real children, workers and sinks, started and stopped."""

import asyncio
import contextlib
import json
import sqlite3
import ssl
import threading
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
from rig.certificate import make_certificate
from rig.revisions import revision
from rig.visits import Visits
from rig.waiting import until

from daemon.app import App
from daemon.assembly import Replay
from daemon.config import parse
from daemon.errors import ConfigRejected
from daemon.exits import Exit
from daemon.plan import plan
from daemon.secrets import Secret, Secrets
from daemon.supervisor import flatten
from reasoners import FrameReference
from reasoners.testing import ScriptedModel, answer, hangs
from sinks import Switch
from sinks.journal import Journal, JournalFailed, JournalReader
from sources.message import CameraState

DETECTOR = {"type": "detectors.testing:ScriptedDetector", "width": 160, "height": 96}
TIMING = {
    "silence": 2.0,
    "opening": 6.0,
    "heartbeat": 2.0,
    "retry_first": 0.05,
    "retry_most": 0.2,
    "retry_parked": 0.3,
    "retry_crashed": 0.2,
    "camera_lost": 1.0,
    "drain": 2.0,
    "stop": 8.0,
}
STREET = {"type": "synthetic", "width": 320, "height": 180}


def configured(folder: Path, **more: Any) -> dict[str, Any]:
    """Describe a daemon with one camera and one sink that writes down what it gets."""
    return {
        "node": "box1",
        "detector": DETECTOR,
        "state_dir": str(folder / "state"),
        "stats_interval": 0.2,
        "timing": TIMING,
        "sinks": {"out": sink(folder)},
        "cameras": {"street": {"source": scripted(), "presence": {"hold": 0.2}}},
        **more,
    }


def sink(folder: Path, **script: Any) -> dict[str, Any]:
    """Describe the scripted sink."""
    return {"type": "sinks.testing:ScriptedSink", "path": str(folder / "out.jsonl"), **script}


def scripted(**script: Any) -> dict[str, Any]:
    """Describe a camera that shows a bright spot from its first picture on."""
    return {"type": "sources.testing:ScriptedSource", "fps": 20, **script}


def made(config: dict[str, Any], replay: Replay | None = None, **secrets: str) -> App:
    """Build an app."""
    found = Secrets({name: Secret(None, value) for name, value in secrets.items()}, "secrets.toml")
    return App(plan(parse(config, "lookout.yaml"), "lookout.yaml", found), replay=replay)


def lines(folder: Path) -> list[dict[str, Any]]:
    """Return everything that the scripted sink wrote."""
    path = folder / "out.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def events(folder: Path) -> list[dict[str, Any]]:
    """Return the revisions that arrived."""
    return [line for line in lines(folder) if "id" in line]


def shown(folder: Path, kind: str) -> list[dict[str, Any]]:
    """Return the messages of a kind that were shown."""
    return [line["message"] for line in lines(folder) if line.get("shown") == kind]


def states(folder: Path, camera: str = "street") -> list[CameraState]:
    """Return the states of a camera, as shown."""
    return [one["state"] for one in shown(folder, "CameraStatus") if one["camera"] == camera]


def journal(folder: Path) -> list[dict[str, Any]]:
    """Return every committed revision."""
    with JournalReader(folder / "state" / "journal.sqlite") as reader:
        return [json.loads(entry.event.wire()) for entry in reader.events()]


def armed() -> list[threading.Timer]:
    """Return the timers that would still fire."""
    timers = [timer for timer in threading.enumerate() if isinstance(timer, threading.Timer)]
    return [timer for timer in timers if not timer.finished.is_set()]


@asynccontextmanager
async def running(app: App) -> AsyncIterator[asyncio.Task[Exit]]:
    """Run an app for as long as the context lasts, then stop it; nothing is left over."""
    before = set(psutil.Process().children())
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        task = group.create_task(app.run())
        try:
            yield task
        finally:
            app.stop()
    assert set(psutil.Process().children()) <= before
    assert not armed()


def recording(**script: Any) -> dict[str, Any]:
    """Describe a recording in which something comes and goes."""
    script = {"type": "rig.spots:SpotSource", "live": False, "fps": 5, "frames": 50, **script}
    return {"source": script, "presence": {"hold": 0.5}, "detect": {"fps": "every"}}


@pytest.mark.parametrize("label", ["person", "object"])
async def test_recording_runs_to_its_end_and_is_delivered(tmp_path: Path, label: str) -> None:
    """A recording is looked at from start to end; what happened is in the journal and the sink.

    A detector that has no name for what it sees makes events of it as well.
    """
    detector = {**DETECTOR, "label": label}
    app = made(configured(tmp_path, cameras={"street": recording()}, detector=detector))
    assert await app.run() is Exit.CLEAN
    committed = journal(tmp_path)
    assert committed
    assert {thing["label"] for event in committed for thing in event["objects"]} == {label}
    assert [(e["id"], e["revision"]) for e in committed] == [
        (e["id"], e["revision"]) for e in events(tmp_path)
    ]
    latest = {event["id"]: event for event in committed}
    assert {event["type"] for event in latest.values()} == {"end"}
    assert all(event["explanation"] for event in committed)
    assert [event["seq"] for event in committed] == list(range(1, len(committed) + 1))
    figures = app.lines["street"].figures
    assert figures.balanced
    assert figures.detected + figures.dropped.total() == figures.received
    assert figures.in_hand == 0
    assert states(tmp_path)[-1] == "disabled"
    references = {event["media"]["snapshot"] for event in committed} - {None}
    assert references
    for reference in references:
        picture = tmp_path / "state" / "media" / reference.lstrip("/")
        assert picture.read_bytes().startswith(b"\xff\xd8\xff")


async def test_recording_at_its_own_pace_runs_to_its_end(tmp_path: Path) -> None:
    """A clip played like a camera is over when it is over; it does not begin anew."""
    clip = Visits(count=1, there=1.0, away=0.5).write(tmp_path / "clip.mp4")
    source = {"type": "file", "path": str(clip), "pace": "clip"}
    app = made(configured(tmp_path, cameras={"street": {"source": source}}))
    async with asyncio.timeout(30):
        assert await app.run() is Exit.CLEAN
    assert app.lines["street"].finished
    assert app.lines["street"].figures.spawns == 1


async def test_live_camera_is_online_until_stopped(tmp_path: Path) -> None:
    """A stop ends every process, publishes the ends of open events, and is clean."""
    app = made(configured(tmp_path, cameras={"street": {"source": STREET}}))
    async with running(app) as task:
        await until(lambda: "online" in states(tmp_path), within=15)
        await until(lambda: app.lines["street"].figures.detected >= 3)
        await until(lambda: shown(tmp_path, "Stats"))
        app.stop()
        app.stop()
        assert await task is Exit.CLEAN
    stats = shown(tmp_path, "Stats")[-1]
    assert set(stats["cameras"]) == {"street"}
    refused = ("events", "objects", "pairs", "belongings")
    assert [stats["cameras"]["street"][f"{what}_refused"] for what in refused] == [0, 0, 0, 0]
    assert stats["sinks"]["out"]["state"] == "online"
    assert app.stopping


async def test_leftovers_of_a_crash_are_ended_at_start(tmp_path: Path) -> None:
    """What a crash left open gets its end, what it left unanswered its answer, once."""
    folder = tmp_path / "state"
    folder.mkdir()
    asked = {"state": "pending", "model": "m", "deadline_at": 2000.0}
    before = Journal(folder / "journal.sqlite")
    before.open()
    before.register(["out"])
    before.commit([revision(1, camera="street"), revision(2, camera="gone", reasoning=asked)])
    before.close()
    for _ in range(2):
        async with running(made(configured(tmp_path))):
            await until(lambda: len(events(tmp_path)) >= 4, within=15)
    ended = [event for event in events(tmp_path) if event["revision"] == 2]
    assert {(event["id"], event["type"], event["end_reason"]) for event in ended} == {
        ("e1", "end", "restart"),
        ("e2", "end", "restart"),
    }
    assert [event["reasoning"]["state"] for event in ended if event["id"] == "e2"] == ["error"]
    assert len([event for event in events(tmp_path) if event["id"] in {"e1", "e2"}]) == 4


async def test_pictures_that_nobody_names_go_at_start(tmp_path: Path) -> None:
    """A crash between picture and commit leaves a file; the next start removes it."""
    media = tmp_path / "state" / "media" / "events"
    for name in ("e1", "e2"):
        (media / name).mkdir(parents=True)
        (media / name / "snapshot.jpg").write_bytes(b"\xff\xd8\xff")
    before = Journal(tmp_path / "state" / "journal.sqlite")
    before.open()
    named = {"snapshot": "/events/e1/snapshot.jpg", "snapshot_frame": 1}
    before.commit([revision(1, camera="street", media=named)])
    before.close()
    async with running(made(configured(tmp_path))):
        await until(lambda: "online" in states(tmp_path), within=15)
    assert (media / "e1" / "snapshot.jpg").exists()
    assert not (media / "e2").exists()


async def test_sink_that_is_away_leaves_us_behind(tmp_path: Path) -> None:
    """What a sink did not take in time waits in the journal, and the exit code says so."""
    timing = {**TIMING, "drain": 0.3}
    away = sink(tmp_path, unavailable_connects=10**6)
    before = Journal(tmp_path / "state" / "journal.sqlite")
    before.open()
    before.register(["out"])
    frame = FrameReference(index=1, captured_at=1000.0, received_at=1000.0)
    before.commit([revision(1, camera="street", frame=frame, clock="unsynced")])
    before.close()
    app = made(configured(tmp_path, timing=timing, sinks={"out": away}))
    async with running(app) as task:
        await until(lambda: app.deliveries and app.deliveries["out"].figures.connects > 1)
        app.stop()
        assert await task is Exit.BEHIND
    async with running(made(configured(tmp_path))):
        await until(lambda: {event["revision"] for event in events(tmp_path)} == {1, 2})


async def test_journal_that_fails_ends_the_daemon(tmp_path: Path) -> None:
    """A disk that cannot be trusted any more is told, and everything closes behind it."""
    app = made(configured(tmp_path))
    before = set(psutil.Process().children())
    causes: list[BaseException] = []
    try:
        async with asyncio.timeout(20), asyncio.TaskGroup() as group:
            group.create_task(app.run())
            await until(lambda: "online" in states(tmp_path), within=15)
            with sqlite3.connect(tmp_path / "state" / "journal.sqlite") as vandal:
                vandal.execute("DROP TABLE camera")
            vandal.close()
            app.recorder.submit(revision(9))
    except* JournalFailed as failed:
        causes += flatten(failed)
    assert causes
    assert set(psutil.Process().children()) <= before


async def test_state_folder_that_cannot_be_made_is_a_wrong_configuration(tmp_path: Path) -> None:
    """One line names the file and what to see to."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigRejected) as refused:
        made(configured(tmp_path, state_dir=str(tmp_path / "file" / "state")))
    (line,) = refused.value.problems
    assert line.startswith("lookout.yaml: ")
    assert "state_dir" in line


async def test_journal_in_use_is_told(tmp_path: Path) -> None:
    """A second daemon over the same state does not start."""
    first = Journal(tmp_path / "state" / "journal.sqlite")
    first.open()
    try:
        with pytest.raises(JournalFailed, match="in use by another process"):
            await made(configured(tmp_path)).run()
    finally:
        first.close()


async def test_camera_switched_off_is_shown_and_not_opened(tmp_path: Path) -> None:
    """It is `disabled`, for a reason, and its counts of an earlier run are taken back."""
    off = {"source": STREET, "enabled": False, "zones": {"step": ZONE}}
    app = made(configured(tmp_path, cameras={"street": off}))
    async with running(app):
        await until(lambda: shown(tmp_path, "ZoneCounts"))
        assert app.lines == {}
        assert not [child for child in psutil.Process().children() if _is_decoder(child)]
    assert states(tmp_path) == ["disabled"]
    assert [one["counts"] for one in shown(tmp_path, "ObjectCounts")] == [{}]
    assert [one["counts"] for one in shown(tmp_path, "ZoneCounts")] == [{}]


async def test_a_camera_that_is_switched_off_stays_online_and_is_not_looked_at(
    tmp_path: Path,
) -> None:
    """Switched on again it is looked at again, and every frame is accounted for."""
    app = made(configured(tmp_path))
    async with running(app):
        await until(lambda: app.lines and app.lines["street"].figures.detected >= 3, within=20)
        figures = app.lines["street"].figures
        app.switchboard.heed(Switch(camera="street", switch="detect", on=False))
        await asyncio.sleep(0.3)  # what was under way
        looked = figures.detected
        await asyncio.sleep(0.7)
        assert figures.detected == looked
        assert states(tmp_path)[-1] == "online"
        app.switchboard.heed(Switch(camera="street", switch="detect", on=True))
        await until(lambda: figures.detected >= looked + 5, within=20)
    assert figures.balanced


async def test_a_model_that_was_switched_off_is_not_asked(tmp_path: Path) -> None:
    """Nor after a restart; the events say that there is no question."""
    with contextlib.closing(Journal(tmp_path / "state" / "journal.sqlite")) as before:
        before.open()
        before.keep_switch("street", "reason", on=False)
    config = configured(tmp_path, cameras={"street": recording(frames=100)})
    async with ScriptedModel(answer("yes")) as model:
        reasoner = {"type": "openai", "url": model.url, "model": "test", "deadline": 5}
        app = made(config | {"reasoner": reasoner})
        assert await app.run() is Exit.CLEAN
    assert events(tmp_path)
    assert {event["reasoning"]["state"] for event in events(tmp_path)} == {"none"}


async def test_sinks_are_told_which_cameras_went(tmp_path: Path) -> None:
    """One that the journal knows and the configuration does not, so that nothing of it is left."""
    with contextlib.closing(Journal(tmp_path / "state" / "journal.sqlite")) as before:
        before.open()
        before.commit([revision(camera="porch"), revision(2, camera="street")])
    off = {"source": STREET, "enabled": False, "title": "The street", "zones": {"step": ZONE}}
    curious = {"type": "fickle:Curious", "path": str(tmp_path / "told")}
    app = made(configured(tmp_path, cameras={"street": off}, sinks={"out": curious}))
    async with running(app):
        await until((tmp_path / "told").exists)
    lines = (tmp_path / "told").read_text().splitlines()
    assert lines[0] == "porch street The street step"


ZONE = {"points": [[0, 0], [1, 0], [1, 1]]}


def _is_decoder(process: psutil.Process) -> bool:
    return "sources.child" in process.cmdline()


async def test_detector_that_is_refused_leaves_cameras_online(tmp_path: Path) -> None:
    """It is told once and tried again; when it works, that is told as well."""
    flag = tmp_path / "model"
    detector = {"type": "fickle:Fickle", "flag": str(flag)}
    app = made(configured(tmp_path, detector=detector, cameras={"street": {"source": STREET}}))
    async with running(app):
        await until(lambda: "online" in states(tmp_path), within=15)
        await until(lambda: app.crew.hosts["detector"].figures.starts >= 3)
        (degraded,) = shown(tmp_path, "Notice")
        assert states(tmp_path)[-1] == "online"
        assert app.lines["street"].figures.received == 0
        flag.touch()
        await until(lambda: app.lines["street"].figures.detected, within=15)
        await until(lambda: len(shown(tmp_path, "Notice")) == 2)
    assert degraded["kind"] == "degraded"
    assert "no model yet" in degraded["text"]
    assert shown(tmp_path, "Notice")[1]["kind"] == "recovered"


FICKLE = """
from pathlib import Path
from pydantic import BaseModel
from detectors import DetectorRejected
from detectors.testing import ScriptedConfig, ScriptedDetector
from sinks.testing import ScriptedSink

class Config(ScriptedConfig):
    flag: Path

class Fickle(ScriptedDetector):
    Config = Config
    def load(self):
        if not self._config.flag.exists():
            raise DetectorRejected("no model yet")
        return super().load()

class Curious(ScriptedSink):
    async def __aenter__(self):
        (place,) = self._site.cameras
        told = (*self._site.gone, place.name, place.title, *place.zones)
        await super().__aenter__()
        self._write(" ".join(told))
        return self
"""


@pytest.fixture(autouse=True)
def importable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let children import the tests' sources, and more of our own kind."""
    (tmp_path / "fickle.py").write_text(FICKLE)
    root = Path(__file__).resolve().parents[2]
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{root}:{root / 'tests'}")
    monkeypatch.syspath_prepend(str(tmp_path))


async def test_crashing_camera_leaves_the_other_alone(tmp_path: Path) -> None:
    """One camera dies again and again; the other one's frames go on, nothing is unaccounted for."""
    crash = scripted(faults=[{"action": "crash", "at": 5}])
    cameras = {"bad": {"source": crash}, "good": {"source": STREET}}
    app = made(configured(tmp_path, cameras=cameras))
    async with running(app):
        await until(lambda: app.lines and app.lines["bad"].figures.spawns >= 6, within=20)
        await until(lambda: app.lines["good"].figures.detected >= 5)
        await until(lambda: "failed" in states(tmp_path, "bad"))
    assert set(states(tmp_path, "good")) <= {"connecting", "online"}
    assert app.lines["good"].figures.spawns == 1
    for line in app.lines.values():
        assert line.figures.balanced
        assert line.figures.in_hand == 0


async def test_questions_end_whatever_happens(tmp_path: Path) -> None:
    """A model that answers and one that hangs: each event has one terminal state at the end."""
    twice = recording(frames=100, again=50)
    config = configured(tmp_path, cameras={"street": twice})
    async with ScriptedModel(answer("yes"), hangs()) as model:
        config["reasoner"] = {
            "type": "openai",
            "url": model.url,
            "model": "test",
            "deadline": 0.5,
        }
        app = made(config)
        assert await app.run() is Exit.CLEAN
    assert app.thinking is not None
    figures = app.thinking.figures
    assert figures.jobs > 0
    assert figures.pending == 0
    latest = {event["id"]: event for event in journal(tmp_path)}
    assert "pending" not in {event["reasoning"]["state"] for event in latest.values()}


def asking(url: str, **more: Any) -> dict[str, Any]:
    """Configure a model."""
    return {"type": "openai", "url": url, "model": "test", "probe": False, **more}


@pytest.mark.fault("F23")
async def test_f23_a_model_whose_certificate_is_not_trusted_costs_no_event(tmp_path: Path) -> None:
    """F23: each event is delivered at once; its question ends as `error`, and says why."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(make_certificate(tmp_path))
    config = configured(tmp_path, cameras={"street": recording(frames=100, again=50)})
    async with ScriptedModel(answer("yes"), tls=context) as model:
        app = made(config | {"reasoner": asking(model.url, deadline=5)})
        assert await app.run() is Exit.CLEAN
        assert model.requests == []
    assert [event["reasoning"]["state"] for event in events(tmp_path)][:1] == ["pending"]
    latest = {event["id"]: event for event in events(tmp_path)}
    assert len(latest) >= 2
    for event in latest.values():
        assert (event["type"], event["reasoning"]["state"]) == ("end", "error")
        told = "its certificate is not trusted: self-signed certificate; see to it, or to `ca`"
        assert event["reasoning"]["reason"] == told


@pytest.mark.fault("F26")
@pytest.mark.parametrize(
    ("crowds", "rows"), [(2, 2), pytest.param(11, 6, marks=pytest.mark.slow, id="500")]
)
async def test_f26_a_burst_of_questions_leaves_the_queue_in_its_bound(
    tmp_path: Path, crowds: int, rows: int
) -> None:
    """F26: crowds come and go; each event is told and ends once, the queue keeps its bound."""
    burst = recording(frames=12 * crowds, comes=2, goes=8, again=12)
    detector = {**DETECTOR, "type": "rig.crowded:CrowdedDetector", "rows": rows}
    # As fast as it goes, a crowd would be back before anybody misses it.
    burst["presence"] = {"hold": 0}
    config = configured(tmp_path, cameras={"street": burst}, detector=detector)
    async with ScriptedModel(hangs()) as model:
        limits = {"deadline": 1.5, "waiting": 4, "at_once": 2, "images": 1}
        app = made(config | {"reasoner": asking(model.url, **limits)})
        assert await app.run() is Exit.CLEAN
    assert app.thinking is not None
    figures, governor = app.thinking.figures, app.thinking.governor
    latest = {event["id"]: event for event in events(tmp_path)}
    states = Counter(event["reasoning"]["state"] for event in latest.values())
    assert len(latest) >= 8 * rows * crowds
    assert {event["type"] for event in latest.values()} == {"end"}
    assert states.keys() <= {"skipped_budget", "timeout", "error"}
    assert governor.longest == 4
    assert governor.balanced
    assert figures.jobs == figures.terminal.total() <= len(latest)
    # The others were not even taken in, for so many of this camera were open already.
    refused = len(latest) - figures.jobs
    assert states == figures.terminal + Counter(skipped_budget=refused)
    assert governor.skipped["newer_first"] > 0


@pytest.mark.fault("F27")
async def test_f27_the_very_same_picture_and_question_are_sent_once(tmp_path: Path) -> None:
    """F27: before a camera whose picture stands still, an event that begins anew is answered.

    The first question comes with a picture of before, which the second and third have not.
    """
    still = recording(live=True, frames=None, still=True)
    config = configured(tmp_path, cameras={"street": still})
    async with ScriptedModel(answer("no")) as model:
        app = made(config | {"reasoner": asking(model.url)})
        async with running(app):
            turn = partial(Switch, camera="street", switch="rule/presence")
            for number in range(1, 4):
                if number > 1:
                    app.switchboard.heed(turn(on=True))
                await until(lambda n=number: _over(tmp_path, "rejected") == n)  # type: ignore[misc]
                app.switchboard.heed(turn(on=False))
                await until(lambda: events(tmp_path)[-1]["type"] == "end")
        assert len(model.requests) == 2
    assert app.thinking is not None
    assert app.thinking.figures.repeated == 1


def _over(folder: Path, state: str) -> int:
    return len({event["id"] for event in events(folder) if event["reasoning"]["state"] == state})


async def test_key_that_no_header_carries_is_a_wrong_configuration(tmp_path: Path) -> None:
    """It is refused in one line that does not repeat it."""
    reasoner = {
        "type": "openai",
        "url": "http://127.0.0.1:9/v1",
        "model": "test",
        "credential": "key",
    }
    app = made(configured(tmp_path, reasoner=reasoner), key="two words")
    with pytest.raises(ConfigRejected) as refused:
        await app.run()
    assert "two words" not in str(refused.value)


async def test_replay_says_the_same_twice(tmp_path: Path) -> None:
    """A recording through the whole daemon gives the same bytes, pictures included."""
    found = []
    for number in range(2):
        out = tmp_path / f"replay{number}.jsonl"
        media = tmp_path / "media"
        config = configured(
            tmp_path,
            cameras={"street": recording()},
            sinks={"replay": {"type": "jsonl", "path": str(out)}},
        )
        assert await made(config, Replay(1000.0, media)).run() is Exit.CLEAN
        pictures = {str(file): file.read_bytes() for file in sorted(media.rglob("*.jpg"))}
        found.append((out.read_bytes(), pictures))
    assert found[0] == found[1]
    assert found[0][1]
    assert not (tmp_path / "state").exists()


async def test_last_resort_is_armed_by_a_stop_and_disarmed_by_the_end(tmp_path: Path) -> None:
    """From the signal on a timer would end the process; after an end in order there is none."""
    app = made(configured(tmp_path))
    async with running(app) as task:
        await until(lambda: app.lines)
        app.stop()
        (timer,) = armed()
        assert timer.interval < TIMING["stop"]
        await task
