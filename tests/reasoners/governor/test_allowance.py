"""A limit by the hour holds in every hour, and is spent evenly."""

import itertools
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoners.governor.allowance import HOUR, Allowance


def test_without_a_limit_everything_is_free() -> None:
    """No limit is no limit, but what is spent is counted."""
    allowance = Allowance(None)
    for now in range(1000):
        assert allowance.free_at(5.0, now) == now
        allowance.take(5.0, now)
    assert allowance.spent == 5000


def test_a_burst_takes_its_share_and_the_rest_comes_evenly() -> None:
    """A quarter of the hour's calls at once, then one each time its share of it has passed."""
    allowance = Allowance(60, burst=0.25)
    now = 0.0
    at = []
    for _ in range(20):
        now = allowance.free_at(1, now)
        allowance.take(1, now)
        at.append(now)
    assert at[:15] == [0.0] * 15
    assert at[15:] == pytest.approx([60.0, 120.0, 180.0, 240.0, 300.0])


def test_more_than_the_limit_is_never_free() -> None:
    """What no hour allows is said to be never, not later; a reserve counts."""
    allowance = Allowance(10)
    assert allowance.free_at(11, 0.0) == inf
    assert allowance.free_at(9, 0.0, reserve=0.2) == inf
    assert allowance.free_at(8, 0.0, reserve=0.2) == 0.0


def test_one_call_an_hour_is_one_call_an_hour() -> None:
    """Small limits neither round down to nothing nor up to two."""
    allowance = Allowance(1, burst=0.25)
    now, at = 0.0, []
    for _ in range(3):
        now = allowance.free_at(1, now)
        allowance.take(1, now)
        at.append(now)
    assert at[0] == 0.0
    assert all(later - sooner >= HOUR for sooner, later in itertools.pairwise(at))
    assert at[-1] < 2.01 * HOUR


def test_what_was_not_used_is_given_back() -> None:
    """An estimate that was too high costs only what was used; one too low is paid in full."""
    allowance = Allowance(100, burst=1.0)
    allowance.take(80, 0.0)
    allowance.settle(80, 10, 1.0)
    assert allowance.within(1.0) == pytest.approx(10)
    assert allowance.free_at(90, 1.0) == 1.0
    allowance.take(20, 1.0)
    allowance.settle(20, 60, 2.0)
    assert allowance.within(2.0) == pytest.approx(70)
    assert allowance.spent == pytest.approx(70)
    assert allowance.free_at(40, 2.0) > 2.0


@settings(max_examples=40, deadline=None)
@given(
    limit=st.integers(1, 40),
    burst=st.floats(0.05, 1.0),
    gaps=st.lists(st.floats(0.0, 400.0), min_size=1, max_size=120),
    amount=st.floats(0.1, 1.0),
)
def test_no_hour_ever_gives_more_than_the_limit(
    limit: int, burst: float, gaps: list[float], amount: float
) -> None:
    """Whenever somebody asks, and whatever they take: any 3600 seconds hold at most the limit."""
    allowance = Allowance(limit, burst)
    now, taken = 0.0, list[float]()
    for gap in gaps:
        now += gap
        if allowance.free_at(amount, now) <= now:
            allowance.take(amount, now)
            taken.append(now)
    for end in taken:
        inside = sum(amount for at in taken if end - HOUR < at <= end)
        assert inside <= limit * (1 + 1e-6)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0.0, 900.0), min_size=1, max_size=60), st.integers(1, 20))
def test_what_is_said_to_be_free_then_is_free_then(gaps: list[float], limit: int) -> None:
    """Whoever comes back at the time that was named is not sent away again."""
    allowance = Allowance(limit, 0.3)
    now = 0.0
    for gap in gaps:
        now = allowance.free_at(1, now + gap)
        assert allowance.free_at(1, now) == pytest.approx(now, abs=1e-3)
        allowance.take(1, now)
