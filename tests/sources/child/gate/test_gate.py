"""The gate on pictures and packets that an encoder made, in the clip's own time."""

import time
from pathlib import Path
from typing import Any

import pytest
from rig.quiet import Quiet, Told

from sources.child.gate.gate import Gate
from sources.child.gate.machine import REACH, Machine, Tuning
from sources.child.handover import Dated, Handover
from sources.child.news import News
from sources.child.reading import Reading
from sources.child.ring import PacketRing
from sources.message import GateMode, Lesson

VISITS = ((10.0, 14.0), (30.0, 34.0), (50.0, 54.0), (70.0, 74.0), (110.0, 114.0), (132.6, 136.0))
LAST = VISITS[-2:]
"""What happens once the camera rests."""


def nothing() -> None:
    """Wake nobody."""


class Seen(Handover):
    """Remembers which moments of the clip were decoded, and which were handed over."""

    def __init__(self, until: float) -> None:
        super().__init__(live=True, wake=nothing)
        self._until = until
        self.shown: list[float] = []

    def offer(self, dated: Dated) -> None:
        """Note the picture's own time."""
        assert dated.picture.time is not None
        self.shown.append(dated.picture.time)
        if dated.picture.time >= self._until:
            self.stop()
        super().offer(dated)


def follow(
    path: Path,
    mode: GateMode,
    limit: int = 2**23,
    lesson: Lesson | None = None,
    until: float = float("inf"),
    *,
    attended: bool = False,
) -> tuple[Seen, Gate, Told]:
    """Let the reader follow the clip, nobody wanting every picture."""
    gate = Gate(mode, Tuning(audit_every=10_000.0), lesson=lesson)
    gate.attended = attended
    told, seen = Told(path), Seen(until)
    packets = PacketRing(limit, REACH)
    Reading(told, None, seen, News(nothing), packets, 0, gate=gate).run()
    counts = seen.counts()
    assert counts.decoded == counts.handed_over + counts.superseded + counts.waiting
    return seen, gate, told


@pytest.fixture(scope="module")
def clear(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Encode 150 s of a clean, variable bit rate."""
    return Quiet(150.0, VISITS).write(tmp_path_factory.mktemp("quiet") / "clear.mp4")


@pytest.fixture(scope="module")
def rested(clear: Path) -> tuple[Seen, Gate]:
    """Follow it once."""
    seen, gate, _ = follow(clear, "auto")
    return seen, gate


def test_camera_rests_and_no_moment_of_a_visit_is_lost(rested: tuple[Seen, Gate]) -> None:
    """After the calibration next to nothing is decoded, but all of each visit."""
    seen, gate = rested
    report = gate.report()
    assert report.reliable
    assert report.auc is not None
    assert report.auc >= 0.9
    counts = seen.counts()
    assert counts.held > 900
    assert counts.packets == 150 * 25
    for begin, end in LAST:
        shown = [at for at in seen.shown if begin - 1 <= at <= end]
        assert shown, f"nobody saw the visit at {begin}"
        # The first picture handed over comes with the first signs of it; from there on, all.
        first = min(at for at in shown if at >= begin)
        assert first - begin < 0.5
        assert len([at for at in shown if at >= first]) >= (end - first) * 25 - 1


@pytest.fixture(scope="module")
def lesson(rested: tuple[Seen, Gate]) -> Lesson:
    """Return what was learnt."""
    lesson = rested[1].lesson(1e9)
    assert lesson is not None
    return lesson


def test_what_one_child_learnt_the_next_one_need_not(clear: Path, lesson: Lesson) -> None:
    """It looks for ten seconds and rests, where it would have looked at two thousand pictures."""
    assert (lesson.codec, lesson.width, lesson.height, lesson.gop) == ("h264", 320, 180, 25)
    assert len(lesson.model_dump_json()) < 2**16
    known = lesson.model_copy(update={"taken_at": time.monotonic() - 60})
    seen, later, _ = follow(clear, "auto", lesson=known)
    assert later.report().reliable
    assert later.report().threshold == lesson.threshold
    first = next(index for index, at in enumerate(seen.shown) if at - index / 25 > 0.5)
    assert seen.shown[first] < 30.0, "it did not rest before the second visit"
    for begin, end in VISITS[1:]:
        assert any(begin <= at <= begin + 0.5 for at in seen.shown), (begin, end)


@pytest.mark.parametrize(
    "other",
    [
        {"codec": "hevc"},
        {"width": 640, "height": 360},
        {"gop": 50},
        {"usual": (9000,) * 16, "places": ((9000,) * 16,) * 25},
        {"taken_at": -4000.0},
        {"taken_at": 60.0},
    ],
    ids=["codec", "size", "gop", "bytes", "too-old", "from-the-future"],
)
def test_lessons_about_something_else_are_refused(
    clear: Path, lesson: Lesson, other: dict[str, Any]
) -> None:
    """Another stream, another hour: everything is looked at, as if nothing were known."""
    now = time.monotonic()
    update = {**other, "taken_at": now + other.get("taken_at", -60.0)}
    seen, _, _ = follow(clear, "auto", lesson=lesson.model_copy(update=update), until=30.0)
    assert len(seen.shown) >= 27 * 25


def test_awake_and_known_few_pictures_are_looked_at(
    clear: Path, lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the daemon wants every picture, all are shown and five a second are looked at."""
    looked: list[float] = []
    monkeypatch.setattr(Machine, "picture", lambda _, at, _change: looked.append(at))
    known = lesson.model_copy(update={"taken_at": time.monotonic() - 60})
    seen, _, _ = follow(clear, "auto", lesson=known, until=40.0, attended=True)
    assert len(seen.shown) >= 40 * 25
    first = looked[0]
    assert len([at for at in looked if at - first < 10]) >= 240
    assert len([at for at in looked if at - first >= 11]) <= 29 * 25 / 4


def test_gate_that_is_off_shows_every_picture(clear: Path) -> None:
    """Nothing is held, nothing is looked at."""
    seen, gate, _ = follow(clear, "off")
    assert len(seen.shown) == 150 * 25
    assert seen.counts().held == 0
    assert gate.state == "live"


def test_ring_too_small_for_a_group_waits_for_the_next_idr(clear: Path) -> None:
    """What cannot be caught up with is not guessed: no picture is made from half a group."""
    seen, _, _ = follow(clear, "auto", limit=3000)
    assert seen.counts().decode_errors == 0
    assert seen.counts().corrupt == 0
    begin, _ = LAST[1]
    assert any(begin <= at <= begin + 1.5 for at in seen.shown)


def test_known_to_be_awake_it_looks_at_five_pictures_a_second_whoever_watches(
    clear: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What keeps a camera from resting is looked for no more often than it takes to see it end."""
    looked: list[float] = []
    monkeypatch.setattr(Machine, "picture", lambda _, at, _change: looked.append(at))
    monkeypatch.setattr(Machine, "awake", property(lambda _: True))
    follow(clear, "auto", until=20.0)
    assert 20 * 4 <= len(looked) <= 20 * 6


def test_groups_too_long_for_a_rest_are_not_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once its groups are known to be longer than half a heartbeat, a camera costs no look."""
    looked: list[float] = []
    monkeypatch.setattr(Machine, "picture", lambda _, at, _change: looked.append(at))
    clip = Quiet(13.0, (), gop=125).write(tmp_path / "long.mp4")
    seen, _, _ = follow(clip, "auto")
    assert len(seen.shown) == 13 * 25
    assert len(looked) <= 126
