"""Stamps and sender reports on our own clock."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.child.rtsp.timeline import Timeline
from sources.source import Mishaps

WALL = 1_800_000_000.0
RATE = 90_000


class Story:
    """A camera at 25 pictures per second, each 0.1 s on its way."""

    def __init__(self, first: int = 1000, *, ahead: float = 0.0) -> None:
        self.mishaps = Mishaps()
        self.line = Timeline(RATE, self.mishaps)
        self.line.align(WALL)
        self.first = first
        self.ahead = ahead
        self.taken: list[float] = []
        self.dated: list[float | None] = []

    def run(self, numbers: range, *, jump: float = 0.0, report: bool = True) -> None:
        """Send pictures; a report comes with every tenth."""
        for number in numbers:
            taken = 50 + number / 25
            stamp = (self.first + round((number / 25 + jump) * RATE)) % 2**32
            ticks = self.line.place(stamp, taken + 0.1)
            if report and number % 10 == 0:
                self.line.report(stamp, WALL + taken + self.ahead)
            self.taken.append(taken)
            self.dated.append(self.line.captured(ticks, taken + 0.1))


def test_pictures_are_dated_by_the_camera() -> None:
    """The way of a tenth of a second is seen."""
    story = Story()
    story.run(range(100))
    assert story.line.trust == "camera"
    assert story.dated[60:] == pytest.approx(story.taken[60:], abs=1e-6)


def test_wrap_is_no_event() -> None:
    """The stamps begin again after 2^32 ticks; nobody notices (F06)."""
    story = Story(2**32 - 20 * 3600)
    story.run(range(100))
    assert story.mishaps.discontinuities == 0
    assert story.dated[60:] == pytest.approx(story.taken[60:], abs=1e-6)


@pytest.mark.parametrize("ahead", [2.0, -3.0])
def test_clock_that_is_a_little_off_gives_intervals(ahead: float) -> None:
    """The quickest picture counts as instantaneous; spacing is the camera's."""
    story = Story(ahead=ahead)
    story.run(range(100))
    assert story.line.trust == "shifted"
    late = [time for time in story.dated[60:] if time is not None]
    assert late == pytest.approx([time + 0.1 for time in story.taken[60:]], abs=1e-3)


@pytest.mark.parametrize("ahead", [3600.0, -6.0])
def test_clock_that_is_far_off_is_ignored(ahead: float) -> None:
    """Beyond five seconds nothing is believed."""
    story = Story(ahead=ahead)
    story.run(range(40))
    assert story.line.trust == "ignored"
    assert set(story.dated) == {None}


@pytest.mark.parametrize("jump", [10.0, -10.0, 3600.0])
def test_jump_is_counted_once_and_anchored_anew(jump: float) -> None:
    """After the next report, pictures are dated as before."""
    story = Story()
    story.run(range(50))
    story.run(range(50, 150), jump=jump)
    assert story.mishaps.discontinuities == 1
    assert story.dated[120:] == pytest.approx(story.taken[120:], abs=1e-3)


@pytest.mark.parametrize("step", [-2.0, 3600.0])
def test_step_of_the_cameras_clock_is_counted(step: float) -> None:
    """A report 2 s back or an hour forward is one discontinuity, and time never decreases (F07)."""
    story = Story()
    story.run(range(50))
    story.ahead = step
    story.run(range(50, 150))
    assert story.mishaps.discontinuities == 1
    known = [time for time in story.dated if time is not None]
    assert known == sorted(known)


def test_stall_of_the_network_is_no_jump() -> None:
    """Pictures that come late in a burst are dated when they were taken."""
    story = Story()
    story.run(range(50))
    for number in range(50, 60):
        ticks = story.line.place(1000 + number * 3600, 53.0)
        assert story.line.captured(ticks, 53.0) == pytest.approx(50 + number / 25, abs=0.3)
    assert story.mishaps.discontinuities == 0


@given(
    st.lists(
        st.tuples(
            st.integers(0, 2**32 - 1),
            st.floats(0, 5),
            st.one_of(st.none(), st.floats(WALL - 1e4, WALL + 1e4)),
        ),
        max_size=40,
    )
)
def test_time_never_decreases_whatever_is_said(
    story: list[tuple[int, float, float | None]],
) -> None:
    """Nor is any picture taken after it came, nor raised anything."""
    line = Timeline(RATE, Mishaps())
    line.align(WALL)
    arrival, last = 10.0, float("-inf")
    for stamp, passed, report in story:
        arrival += passed
        ticks = line.place(stamp, arrival)
        if report is not None:
            line.report(stamp, report)
        known = line.captured(ticks, arrival)
        if known is not None:
            assert last <= known <= arrival
            assert arrival - known <= 10
            last = known


def test_verdict_says_offset_and_jitter() -> None:
    """A clock 3 s behind, and pictures that come 20 ms early and late in turn, are seen as such."""
    line = Timeline(RATE, Mishaps())
    nothing = line.verdict()
    assert (nothing.trust, nothing.ahead, nothing.jitter) == ("none", None, None)
    line.align(WALL)
    for number in range(200):
        taken, late = 50 + number / 25, 0.02 * (number % 2)
        line.place(round(taken * RATE), taken + 0.01 + late)
        if number % 25 == 0:
            line.report(round(taken * RATE), WALL + taken - 3)
    verdict = line.verdict()
    assert (verdict.trust, verdict.reports) == ("shifted", 8)
    assert verdict.ahead == pytest.approx(-3.01, abs=1e-3)
    assert verdict.jitter == pytest.approx(0.02, abs=1e-3)
