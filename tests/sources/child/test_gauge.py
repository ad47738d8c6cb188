"""What a stream measures, on packets whose figures are known."""

import pytest

from sources.child.gauge import GROUPS, Gauge
from sources.child.libav import LibavPacket


def stream(
    gauge: Gauge, frames: int, *, gop: int, fps: float = 25.0, size: int = 1000, start: float = 0.0
) -> None:
    """Add evenly spaced packets, an IDR every `gop` of them."""
    for number in range(frames):
        when = start + number / fps
        gauge.add(LibavPacket(size, idr=number % gop == 0, time=when, arrival=0.0, payload=None))


def test_groups_rate_and_bits_are_what_was_sent() -> None:
    """Of an even stream the figures are exact, though the last group is under way."""
    gauge = Gauge()
    stream(gauge, 90, gop=12)
    flow = gauge.report()
    assert flow is not None
    assert (flow.groups, flow.gop_frames) == (7, 12)
    assert flow.gop_seconds == flow.gop_longest == pytest.approx(12 / 25)
    assert flow.bit_rate == pytest.approx(8 * 1000 * 25, rel=1e-6)
    assert flow.seconds == pytest.approx(90 / 25)
    assert flow.since_idr == pytest.approx(5 / 25)


def test_nothing_is_known_before_the_first_idr() -> None:
    """Packets without an IDR, and damaged ones, measure nothing."""
    gauge = Gauge()
    gauge.add(LibavPacket(500, idr=False, time=0.0, arrival=0.0, payload=None))
    gauge.add(LibavPacket(0, idr=False, time=0.1, arrival=0.1, payload=None))
    assert gauge.report() is None


def test_one_idr_alone_has_no_interval() -> None:
    """Until the second IDR comes it is only known how long ago the first was."""
    gauge = Gauge()
    stream(gauge, 50, gop=250)
    flow = gauge.report()
    assert flow is not None
    assert (flow.groups, flow.gop_frames, flow.gop_seconds) == (0, None, None)
    assert flow.since_idr == pytest.approx(49 / 25)
    assert flow.bit_rate == pytest.approx(8 * 1000 * 25, rel=1e-6)


def test_only_the_last_groups_count() -> None:
    """What was long ago is forgotten: the figures follow a camera whose settings change."""
    gauge = Gauge()
    stream(gauge, 100, gop=50)
    stream(gauge, 4 * (GROUPS + 3), gop=4, start=4.0)
    flow = gauge.report()
    assert flow is not None
    assert (flow.groups, flow.gop_frames) == (GROUPS, 4)
    assert flow.gop_longest == pytest.approx(4 / 25)


def test_time_that_starts_over_spoils_nothing() -> None:
    """A recording in a loop whose time jumps back gives no length to the group across the jump."""
    gauge = Gauge()
    stream(gauge, 48, gop=12)
    stream(gauge, 48, gop=12)
    flow = gauge.report()
    assert flow is not None
    assert flow.gop_seconds == flow.gop_longest == pytest.approx(12 / 25)


def test_without_media_time_arrival_counts() -> None:
    """A stream that does not tell times is measured by when its packets came."""
    gauge = Gauge()
    for number in range(21):
        gauge.add(LibavPacket(10, idr=True, time=None, arrival=5.0 + number / 10, payload=None))
    flow = gauge.report()
    assert flow is not None
    assert flow.gop_frames == 1
    assert flow.gop_seconds == pytest.approx(0.1)
