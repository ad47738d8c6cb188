"""The gate on pictures and packets that an encoder made, in the clip's own time."""

from pathlib import Path

import pytest
from rig.quiet import Quiet, Told

from sources.child.gate.gate import Gate
from sources.child.gate.machine import Tuning
from sources.child.handover import Dated, Handover
from sources.child.reading import News, Reading
from sources.child.ring import PacketRing
from sources.message import GateMode

VISITS = ((10.0, 14.0), (30.0, 34.0), (50.0, 54.0), (70.0, 74.0), (110.0, 114.0), (132.6, 136.0))
LAST = VISITS[-2:]
"""What happens once the camera rests."""


def nothing() -> None:
    """Wake nobody."""


class Seen(Handover):
    """Remembers which moments of the clip were decoded, and which were handed over."""

    def __init__(self) -> None:
        super().__init__(live=True, wake=nothing)
        self.shown: list[float] = []

    def offer(self, dated: Dated) -> None:
        """Note the picture's own time."""
        assert dated.picture.time is not None
        self.shown.append(dated.picture.time)
        super().offer(dated)


def follow(path: Path, mode: GateMode, limit: int = 2**23) -> tuple[Seen, Gate, Told]:
    """Let the reader follow the clip, nobody wanting every picture."""
    gate = Gate(mode, Tuning(audit_every=10_000.0))
    gate.attended = False
    told, seen = Told(path), Seen()
    packets = PacketRing(limit, 0.0)
    Reading(told, None, seen, News(nothing), packets, 0, gate=gate).run()
    counts = seen.counts()
    assert counts.decoded == counts.handed_over + counts.superseded + counts.waiting
    return seen, gate, told


@pytest.fixture(scope="module")
def clear(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Encode 150 s of a clean, variable bit rate."""
    return Quiet(150.0, VISITS).write(tmp_path_factory.mktemp("quiet") / "clear.mp4")


def test_camera_rests_and_no_moment_of_a_visit_is_lost(clear: Path) -> None:
    """After the calibration next to nothing is decoded, but all of each visit."""
    seen, gate, _ = follow(clear, "auto")
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


def test_gate_that_is_off_shows_every_picture(clear: Path) -> None:
    """Nothing is held, nothing is looked at."""
    seen, gate, _ = follow(clear, "off")
    assert len(seen.shown) == 150 * 25
    assert seen.counts().held == 0
    assert gate.state == "live"


def test_sizes_of_a_noisy_constant_bit_rate_are_not_believed(tmp_path: Path) -> None:
    """The self-test fails, IDRs are watched instead, and still no visit is overlooked."""
    rate = (("preset", "ultrafast"), ("b", "900k"), ("maxrate", "900k"), ("bufsize", "450k"))
    clip = Quiet(150.0, VISITS, noise=9.0, options=rate).write(tmp_path / "noisy.mp4")
    seen, gate, _ = follow(clip, "auto")
    report = gate.report()
    if report.reliable:
        pytest.fail(f"believed: {report}")
    assert seen.counts().held > 600
    for begin, end in LAST:
        assert any(begin <= at <= begin + 2.5 for at in seen.shown), (begin, end)


def test_ring_too_small_for_a_group_waits_for_the_next_idr(clear: Path) -> None:
    """What cannot be caught up with is not guessed: no picture is made from half a group."""
    seen, _, _ = follow(clear, "auto", limit=3000)
    assert seen.counts().decode_errors == 0
    assert seen.counts().corrupt == 0
    begin, _ = LAST[1]
    assert any(begin <= at <= begin + 1.5 for at in seen.shown)
