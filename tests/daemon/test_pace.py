"""A reduced rate."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from daemon.pace import Pace


@given(st.lists(st.floats(0.001, 0.2), min_size=20, max_size=200), st.floats(0.05, 1.0))
def test_pace_keeps_the_rate_without_drifting(gaps: list[float], interval: float) -> None:
    """However pictures jitter, about one per interval is taken, and never two close together."""
    pace, time, taken = Pace(interval), 0.0, list[float]()
    for gap in gaps:
        time += gap
        if pace.due is None or time >= pace.due:
            taken.append(time)
            pace.advance(time)
    least = interval - 2 * min(0.1 * interval, 0.02) - max(gaps)
    assert all(later - earlier >= least for earlier, later in pairwise(taken))
    assert len(taken) <= time / interval * 1.3 + 2
    assert len(taken) >= time / (interval + max(gaps)) - 2


def test_every_picture_is_due_without_an_interval() -> None:
    """At full rate nothing is passed over."""
    pace = Pace(None)
    pace.advance(1.0)
    assert pace.due is None
