"""One camera from its decoder child to the journal: frames in, revisions out, none skipped."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import psutil
import pytest
from rig.waiting import running, until

from daemon.board import Board
from daemon.clock import Clock
from daemon.detection import DetectorHost
from daemon.identity import live_id
from daemon.line import Line, Wiring
from daemon.recorder import Recorder
from daemon.supervisor import Failure, Retry, keep_alive
from daemon.thinking import Thinking
from daemon.timing import Timing
from detectors.bytetrack import ByteConfig, ByteTracker
from reasoners import Asking, Chronicle, Event, PresenceConfig, SceneConfig
from reasoners.testing import ScriptedModel, answer
from reasoners.vlm.openai import OpenaiConfig, OpenaiReasoner
from sinks import CameraStatus, FrameReport, Message, ObjectCounts, Snapshot
from sinks.journal import Journal
from sinks.media import MediaStore
from sources import SourceRejected, SourceUnavailable
from sources.message import Open

QUICK = Timing(silence=2, opening=6, heartbeat=2, camera_lost=0.6, retry_first=0.05)
RETRY = Retry((SourceUnavailable,), (SourceRejected,), first=0.05, most=0.1, parked=0.1)


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let children import the tests' sources."""
    root = Path(__file__).resolve().parents[2]
    monkeypatch.setenv("PYTHONPATH", f"{root}:{root / 'tests'}")


class Now:
    """A clock whose wall can be turned."""

    def __init__(self) -> None:
        self.ahead = 1_800_000_000.0
        self.clock = Clock(lambda: asyncio.get_running_loop().time() + self.ahead)


@dataclass
class Street:
    """A line and what it is connected to."""

    line: Line
    recorder: Recorder
    board: Board
    now: Now
    shown: list[Message]

    async def events(self) -> list[Event]:
        """Return every committed revision."""
        return [entry.event for entry in await self.recorder.after(0, 1000)]

    async def told(self, holds: Callable[[list[Event]], object]) -> list[Event]:
        """Wait until what is committed is as expected."""
        while True:
            events = await self.events()
            if holds(events):
                return events
            await asyncio.sleep(0.01)

    def latest(self, kind: type[Message]) -> Any:
        """Return the newest message of a kind."""
        return next((one for one in reversed(self.shown) if isinstance(one, kind)), None)

    def decoder(self) -> psutil.Process:
        """Return its decoder child."""
        children = psutil.Process().children()
        (found,) = [child for child in children if "sources.child" in child.cmdline()]
        return found


@asynccontextmanager
async def street(
    folder: Path,
    *,
    thinking: Thinking | None = None,
    fps: float | Literal["every"] = "every",
    rate: Literal["fixed", "tracks"] = "fixed",
    carry: int = 0,
    slow: float = 0.0,
    media_start: float | None = None,
    **script: Any,
) -> AsyncIterator[Street]:
    """Wire a line as the daemon does, with a real child and a real worker."""
    config = {"fps": 20, **script}
    opening = Open(
        camera="street", backend="rig.spots:SpotSource", config=config, slots=3, first_index=100
    )
    asking = Asking("test", 5.0) if thinking else None
    chronicle = Chronicle(
        node="box1",
        camera="street",
        config=SceneConfig(presence=PresenceConfig(hold=0.3)),
        new_id=live_id,
        clock="unsynced",
        ask=asking,
    )
    now, board, shown = Now(), Board(), list[Message]()
    detector = DetectorHost(
        "detector",
        "detectors.testing:ScriptedDetector",
        {"width": 160, "height": 96, "delay": slow},
        timing=QUICK,
        told=lambda *_: None,
        beat=lambda: None,
    )
    async with Recorder(Journal(None), MediaStore(folder / "media")) as recorder:
        tracker: Any = ByteTracker("street", ByteConfig(), 1)
        wiring = Wiring(
            detector=detector,
            recorder=recorder,
            board=board,
            clock=now.clock,
            timing=QUICK,
            thinking=thinking,
            beat=lambda: None,
            media_start=media_start,
            deadline=5.0,
        )
        line = Line(
            opening,
            live=bool(config.get("live", True)),
            fps=fps,
            rate=rate,
            carry=carry,
            tracker=tracker,
            chronicle=chronicle,
            wiring=wiring,
        )
        listener = board.listen()

        async def listen() -> None:
            while True:
                shown.append(await listener.next())

        async with asyncio.timeout(20), running(detector.once()), running(listen()):
            yield Street(line, recorder, board, now, shown)


def alive(one: Street) -> Any:
    """Follow the camera as the daemon does."""
    return running(keep_alive("street", one.line.once, RETRY, told=one.line.failed))


async def test_visit_is_told_from_start_to_end(tmp_path: Path) -> None:
    """One spot is one event with a picture; states, counts and frames are shown beside it."""
    async with street(tmp_path, goes=45, again=75) as one:
        async with alive(one):
            await until(lambda: one.recorder.committed >= 2)
            await until(lambda: one.latest(Snapshot))
            await one.told(lambda events: events[-1].type == "end")
            await until(lambda: one.latest(ObjectCounts).counts == {"person": 0})
        every = await one.events()
        events = [event for event in every if event.id == every[0].id]
        assert [event.revision for event in events] == list(range(1, len(events) + 1))
        assert events[0].type == "new"
        assert events[-1].end_reason == "left"
        assert events[0].media.snapshot is not None
        assert (tmp_path / "media" / events[0].media.snapshot.lstrip("/")).is_file()
        assert events[0].frame.index >= 100
        assert one.latest(CameraStatus).state == "online"
        assert {"person": 1} in [m.counts for m in one.shown if isinstance(m, ObjectCounts)]
        assert isinstance(one.latest(FrameReport), FrameReport)
        assert one.line.figures.balanced
        assert one.line.figures.in_hand == 0


async def test_frame_is_dated_by_what_the_camera_says(tmp_path: Path) -> None:
    """A picture that was on its way for 0.3 s was captured 0.3 s before it was received."""
    async with street(tmp_path, goes=10, delay=0.3) as one, alive(one):
        await until(lambda: one.latest(FrameReport))
        frame = one.latest(FrameReport)
        (event, *_) = await one.told(lambda events: events)
    assert frame.received_at - frame.captured_at == pytest.approx(0.3, abs=0.001)
    assert event.frame.received_at - event.frame.captured_at == pytest.approx(0.3, abs=0.002)
    assert event.started_at <= event.frame.captured_at


async def test_recording_ends_its_events_and_is_finished(tmp_path: Path) -> None:
    """At the end of a recording everything open ends as `left`, and every frame was looked at."""
    async with street(tmp_path, live=False, frames=20) as one:
        await one.line.once()
        events = await one.events()
        await until(lambda: one.latest(CameraStatus).state == "disabled")
        assert one.line.finished
        assert one.line.figures.detected == 20
        assert (events[-1].type, events[-1].end_reason) == ("end", "left")


async def test_rate_follows_the_tracks(tmp_path: Path) -> None:
    """What stands there for long costs fewer looks; it is still one event, from start to end."""
    looks: dict[str, int] = {}
    events: dict[str, list[object]] = {}
    kinds: tuple[Literal["fixed", "tracks"], ...] = ("fixed", "tracks")
    for rate in kinds:
        folder = tmp_path / rate
        script = street(
            folder, fps=5, rate=rate, media_start=0.0, live=False, frames=160, goes=10**6
        )
        async with script as one:
            await one.line.once()
            events[rate] = [(event.type, event.end_reason) for event in await one.events()]
            looks[rate] = one.line.figures.detected
            assert one.line.figures.balanced
    assert looks["fixed"] == 40
    assert looks["tracks"] < 30
    for told in events.values():
        assert (told[0], told[-1]) == (("new", None), ("end", "left"))


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


async def test_child_killed_in_the_middle_of_telling_skips_nothing(tmp_path: Path) -> None:
    """The first revision is committed without its picture, and its question still gets asked."""
    async with ScriptedModel(answer("yes")) as model:
        config = OpenaiConfig(url=model.url, model="test")
        thinking = Thinking(OpenaiReasoner("reasoner", config, None), lambda: None)
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
        assert len(one.line._said) < 100  # noqa: SLF001 (that it is bounded is what holds)
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


async def test_boxes_are_carried_between_looks(tmp_path: Path) -> None:
    """Of a recording one frame in five is looked at; each other one has boxes too, and says so.

    The same visit is told as with a look at every frame: one event, from start to end.
    """
    told: list[list[tuple[str, str | None]]] = []
    for carry in (0, 4):
        script = street(
            tmp_path / str(carry), carry=carry, media_start=0.0, live=False, frames=60, goes=45
        )
        async with script as one:
            await one.line.once()
            while len(reports(one)) < 60:  # noqa: ASYNC110 (what is shown has no event of its own)
                await asyncio.sleep(0.01)
            told.append([(event.type, event.end_reason) for event in await one.events()])
            figures, frames = one.line.figures, reports(one)
            assert figures.balanced
            assert (figures.detected, figures.carried) == ((60, 0) if carry == 0 else (12, 48))
            ended = (await one.events())[-1]
    assert [row[0] for row in told] == [("new", None)] * 2
    assert [row[-1] for row in told] == [("end", "left")] * 2
    assert [frame.looked for frame in frames] == [number % 5 == 0 for number in range(60)]
    shown = {frame.index - 100: frame.objects for frame in frames}
    assert all(
        object_.carried == (number % 5 != 0) for number in shown for object_ in shown[number]
    )
    # Confirmed by its second look, at 10: from there on it has a box on every frame.
    assert all(len(shown[number]) == 1 for number in range(10, 45))
    lefts = [shown[number][0].box[0] for number in range(15, 40)]
    assert lefts == sorted(lefts)
    scores = [shown[number][0].score for number in range(20, 26)]
    assert scores[:5] == sorted(scores[:5], reverse=True)
    assert scores[5] > scores[4]
    # Last shown by the look at 40, although carried on until 45.
    assert ended.ended_at == pytest.approx(40 / 20, abs=0.001)


async def test_frames_between_never_take_the_place_of_one_to_look_at(tmp_path: Path) -> None:
    """With a detector slower than the camera looks go on, frames between are dropped, counted."""
    script = street(tmp_path, carry=3, fps=5, slow=0.3, goes=10**6)
    async with script as one, alive(one):
        await until(lambda: one.line.figures.detected >= 5)
        await until(lambda: one.line.figures.dropped["superseded"] >= 8)
        await until(lambda: one.latest(FrameReport))
    assert one.line.figures.balanced
    assert one.line.figures.in_hand == 0


def reports(one: Street) -> list[FrameReport]:
    """Return what was told of every frame."""
    return [message for message in one.shown if isinstance(message, FrameReport)]
