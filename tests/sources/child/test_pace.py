"""The pace of a recording."""

import pytest

from sources.child.pace import Pace


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
    pace = Pace(clock.time, clock.sleep)
    for stamp in (5.0, 5.04, 5.1):
        pace.wait(stamp)
    assert clock.now == pytest.approx(100.1)


def test_late_packet_passes_at_once() -> None:
    """Whoever is behind is not held back further."""
    clock = Clock()
    pace = Pace(clock.time, clock.sleep)
    pace.wait(0.0)
    clock.now += 3
    pace.wait(1.0)
    assert clock.slept == []


def test_gap_is_not_slept_through() -> None:
    """A recording with an hour's hole goes on after ten seconds, and stays in pace afterwards."""
    clock = Clock()
    pace = Pace(clock.time, clock.sleep)
    pace.wait(0.0)
    pace.wait(3600.0)
    pace.wait(3600.5)
    assert clock.slept == pytest.approx([10.0, 0.5])
