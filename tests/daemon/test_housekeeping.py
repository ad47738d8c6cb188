"""What happens by the clock: cursors written, limits applied and told, the clock watched."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from rig.revisions import revision
from rig.thinking import Oracle, thinking
from rig.waiting import running, until

from daemon import housekeeping
from daemon.backends import resolve
from daemon.board import Board
from daemon.clock import Clock
from daemon.config import CameraConfig, Use, parse
from daemon.crew import Crew
from daemon.delivery import Delivery
from daemon.housekeeping import Housekeeping
from daemon.line import Line
from daemon.recorder import Recorder
from daemon.switchboard import Switchboard
from daemon.systemd import Notifier, Progress
from daemon.thinking import Thinking
from daemon.thinking.minding import Minding
from daemon.timing import Timing
from reasoners import Answer, Media, Question, Reasoning
from sinks import Credential, Feedback, FeedbackReset, Site, Stats
from sinks.journal import Journal, Limits
from sinks.media import MediaStore
from sinks.testing import ScriptedConfig, ScriptedSink


class Walls:
    """A wall clock that can be turned."""

    def __init__(self) -> None:
        self.at = 1_800_000_000.0

    def __call__(self) -> float:
        """Read it."""
        return self.at + asyncio.get_running_loop().time()


@dataclass
class Home:
    """What housekeeping looks after, without a camera."""

    recorder: Recorder
    clock: Clock
    board: Board = field(default_factory=Board)
    lines: dict[str, Line] = field(default_factory=dict)
    deliveries: dict[str, Delivery] = field(default_factory=dict)
    notifier: Notifier = field(default_factory=Notifier)
    thinking: Thinking | None = None
    switchboard: Switchboard = field(init=False)
    started_at: float = 0.0
    said: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.progress = Progress(self.clock.monotonic)
        self.switchboard = Switchboard(
            {"street": {}}, {}, recorder=self.recorder, board=self.board, clock=self.clock
        )
        section = Use(type="detectors.testing:ScriptedDetector")
        config = CameraConfig(source=Use(type="synthetic"))
        self.crew = Crew(
            {"detector": resolve("detectors", "detector", section, "test")},
            {"street": (config, ("detector",))},
            timing=Timing(),
            progress=self.progress,
            notice=self.notice,
        )

    def notice(self, kind: str, text: str, **details: str | float | bool | None) -> None:
        """Note what is said once."""
        self.said.append((kind, text, details))


@pytest.fixture
def walls() -> Walls:
    """Hang a clock up."""
    return Walls()


@pytest.fixture
async def home(tmp_path: Path, walls: Walls) -> AsyncIterator[Home]:
    """Make a journal for three revisions at most, and one sink."""
    async with Recorder(Journal(None, Limits(age=1e12, count=3)), None) as recorder:
        await recorder.prepare(["out"])
        found = Home(recorder, Clock(walls, asyncio.get_running_loop().time))
        site = Site("box1", "1", tmp_path, _no_credential, lambda: 0.0)
        config = ScriptedConfig(path=tmp_path / "out.jsonl")
        found.deliveries["out"] = Delivery(
            "out",
            "box1",
            lambda: ScriptedSink("out", config, site),
            cursor=0,
            recorder=recorder,
            board=found.board,
            clock=found.clock,
            beat=lambda: None,
        )
        yield found


def keeper(home: Home, stats_interval: float = 0.05, **media: float) -> Housekeeping:
    """Make the housekeeping of a home."""
    config = {
        "node": "box1",
        "stats_interval": stats_interval,
        "media": media,
        "cameras": {"street": {"source": {"type": "synthetic"}}},
    }
    return Housekeeping(home, parse(config, "lookout.yaml"))


async def test_cursors_are_written_while_running(home: Home) -> None:
    """What a sink has taken is known to the journal soon, without anybody stopping."""
    delivery = home.deliveries["out"]
    await home.recorder.commit(revision(1))
    async with asyncio.timeout(10), running(delivery.once()), running(keeper(home).run()):
        await delivery.drained()
        while (await home.recorder.cursors(["out"]))["out"] < 1:  # noqa: ASYNC110 (on disk)
            await asyncio.sleep(0.01)
        assert home.progress.stuck == []


async def test_stats_are_published_and_balance(home: Home) -> None:
    """The figures of every part, whose sums hold: committed is what was delivered or waits."""
    listener = home.board.listen()
    for number in range(3):
        await home.recorder.commit(revision(number))
    async with running(keeper(home).run()):
        message = await listener.next()
    assert isinstance(message, Stats)
    out = message.sinks["out"]
    assert (out["committed"], out["waiting"], out["behind"]) == (3, 3, 3)
    assert message.journal["rows"] == message.journal["committed"] == 3
    assert message.detectors["detector"]["starts"] == 0


@pytest.mark.fault("F68")
async def test_f68_what_expired_unread_is_told_with_its_count(home: Home) -> None:
    """A sink that fell behind the limits gets a `gap`, and is not waited for in vain."""
    for number in range(5):
        await home.recorder.commit(revision(number))
    async with running(keeper(home).run()):
        await until(lambda: home.said)
    (kind, text, details) = home.said[0]
    assert (kind, details) == ("gap", {"sink": "out", "count": 2, "first": 1, "last": 2})
    assert "2 revisions" in text
    assert home.deliveries["out"].cursor == 2
    assert home.deliveries["out"].behind == 3


@pytest.mark.fault("F42")
async def test_step_of_the_clock_is_told(
    home: Home, walls: Walls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A jump is a notice with its size; wall time follows; small corrections are none."""
    monkeypatch.setattr(housekeeping, "ANCHOR", 0.01)
    async with running(keeper(home).run()):
        walls.at += 0.5
        await asyncio.sleep(0.05)
        assert home.said == []
        walls.at += 120
        await until(lambda: home.said)
    (kind, text, details) = home.said[0]
    assert kind == "clock_step"
    assert details["seconds"] == pytest.approx(120, abs=0.1)
    assert "+120" in text
    assert home.clock.now() == pytest.approx(walls(), abs=0.1)


def _no_credential(name: str) -> Credential:
    pytest.fail(f"credential {name} is not needed")


async def test_pictures_have_an_age_and_go_with_their_event(home: Home, tmp_path: Path) -> None:
    """Too old by the configuration, or named by no event any more: both are gone after a look."""
    media = MediaStore(tmp_path / "media")
    now = home.clock.now()
    async with Recorder(Journal(None), media) as recorder:
        for event, at in (("old", 2 * 86400), ("orphan", 1200), ("kept", 1200), ("fresh", 60)):
            reference = await recorder.store(event, 1, b"\xff\xd8\xff")
            os.utime(tmp_path / f"media/events/{event}/snapshot.jpg", (now - at, now - at))
            if event in {"old", "kept"}:
                found = Media(snapshot=reference)
                await recorder.commit(revision(1, media=found).model_copy(update={"id": event}))
        home.recorder = recorder
        home.deliveries.clear()
        async with running(keeper(home, snapshot_days=1).run()):
            await until(lambda: len(list((tmp_path / "media/events").iterdir())) == 2)
    left = {path.name for path in (tmp_path / "media" / "events").iterdir()}
    assert left == {"kept", "fresh"}


async def test_what_people_say_is_learned_and_forgotten_again(home: Home) -> None:
    """A false alarm that was verified raises what its rule needs; a reset takes that back."""
    asked = Question("presence", "Is it so?")
    home.thinking = thinking(Oracle(), minding=Minding(asks=lambda *_: asked))
    verified = revision(
        1,
        camera="street",
        answers=(Answer(question="presence", answer="yes", confidence=0.9),),
        reasoning=Reasoning(state="verified"),
    )
    await home.recorder.commit(verified)
    minding = home.thinking.minding
    async with running(keeper(home).run()):
        home.switchboard.heed(Feedback(event="e1", verdict="false_alarm"))
        await until(lambda: minding.needs().get("street/presence", {}).get("need") == 0.55)
        stats = home.thinking.stats()
        assert stats["need_street/presence"] == 0.55
        reset = FeedbackReset(camera="street", rule="presence", verdict="forget")
        home.switchboard.heed(reset)
        await until(lambda: not minding.needs())
    assert await home.recorder.judged() == []
