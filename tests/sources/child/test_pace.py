"""The pace of a recording."""

import pytest

from sources.child.pace import LIVE, Pace


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def time(self) -> float:
        """Monotonic seconds."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.slept.append(seconds)
        self.now += seconds


def test_packets_pass_when_they_are_due() -> None:
    """The first passes at once, the others at their distance from it."""
    clock = Clock()
    pace = Pace(clock=clock.time, sleep=clock.sleep)
    for stamp in (5.0, 5.04, 5.1):
        pace.wait(stamp)
    assert clock.now == pytest.approx(100.1)


def test_late_packet_passes_at_once() -> None:
    """Whoever is behind is not held back further."""
    clock = Clock()
    pace = Pace(clock=clock.time, sleep=clock.sleep)
    pace.wait(0.0)
    clock.now += 3
    pace.wait(1.0)
    assert clock.slept == []


def test_gap_is_not_slept_through() -> None:
    """A recording with an hour's hole goes on after ten seconds, and stays in pace afterwards."""
    clock = Clock()
    pace = Pace(clock=clock.time, sleep=clock.sleep)
    pace.wait(0.0)
    pace.wait(3600.0)
    pace.wait(3600.5)
    assert clock.slept == pytest.approx([10.0, 0.5])


def test_what_is_missing_of_a_live_stream_is_hardly_waited_for() -> None:
    """A jump ahead is no pause: what comes next is the present."""
    clock = Clock()
    pace = Pace(LIVE, clock.time, clock.sleep)
    for stamp in (0.0, 40.0, 40.5):
        pace.wait(stamp)
    assert clock.slept == pytest.approx([LIVE, 0.5])


def test_time_that_steps_back_is_counted_anew() -> None:
    """After a discontinuity packets are held to their pace as before, not let through in a rush."""
    clock = Clock()
    pace = Pace(clock=clock.time, sleep=clock.sleep)
    for stamp in (7000.0, 7000.5, 3.0, 3.2, 3.1, 4.0):
        pace.wait(stamp)
    assert clock.now == pytest.approx(101.5)
