"""Wall time, advanced by the monotonic clock and anchored now and then."""

import re

import pytest

from daemon import clock
from daemon.clock import Clock


class Times:
    """Two clocks that a test sets."""

    def __init__(self) -> None:
        self.wall = 1000.0
        self.monotonic = 5.0

    def clock(self) -> Clock:
        """Build a clock on them."""
        return Clock(lambda: self.wall, lambda: self.monotonic)

    def run(self, seconds: float) -> None:
        """Let both run."""
        self.wall += seconds
        self.monotonic += seconds


def test_time_runs_with_the_monotonic_clock() -> None:
    """A step of the wall clock changes nothing until the next anchoring."""
    times = Times()
    it = times.clock()
    times.run(10)
    times.wall += 3600
    assert it.now() == 1010
    assert it.at(6) == 1001


@pytest.mark.fault("F42")
@pytest.mark.parametrize("step", [-3600.0, -1.5, 1.5, 3600.0])
def test_anchoring_tells_by_how_much_it_stepped(step: float) -> None:
    """Anchoring says how far the wall clock jumped, and follows it."""
    times = Times()
    it = times.clock()
    times.run(60)
    times.wall += step
    assert it.anchor() == pytest.approx(step)
    assert it.now() == pytest.approx(1060 + step)


def test_drift_is_followed_without_a_word() -> None:
    """Less than a second is drift, no step."""
    times = Times()
    it = times.clock()
    times.wall += 0.4
    assert it.anchor() == 0
    assert it.now() == pytest.approx(1000.4)


def test_real_clocks_are_the_default() -> None:
    """Without arguments it is now, and monotonic time only runs forward."""
    it = Clock()
    first = it.monotonic()
    assert it.monotonic() >= first
    assert it.now() > 1_700_000_000


def test_trust_follows_the_mark_of_the_system(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The times are `synced` as soon as the system says so."""
    mark = tmp_path_factory.mktemp("timesync") / "synchronized"
    monkeypatch.setattr(clock, "_SYNCED", mark)
    assert Clock().trust == "unsynced"
    mark.touch()
    assert Clock().trust == "synced"


def test_text_is_to_the_second() -> None:
    """People read local time without fractions."""
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", clock.text(1_700_000_000.9))
