"""A simulated day of 64 cameras: budgets hold, the important goes first, every sum is exact."""

import pytest

from reasoners.governor.budget import Budget, Hourly, Price
from reasoners.governor.offer import Offer
from reasoners.testing.day import Plan, events, live, most_within

OFFER = Offer("main", "127.0.0.1", cloud=False, at_once=4, max_tokens=400, price=Price(input=1.0))
BUDGET = Budget(calls_per_hour=300, tokens_per_hour=1_200_000)


@pytest.mark.parametrize("hours", [pytest.param(3.0), pytest.param(24.0, marks=pytest.mark.slow)])
def test_a_day_of_64_cameras_keeps_every_promise(hours: float) -> None:
    """At most the budget in any hour, the queue bounded, alerts before news, no sum off."""
    plan = Plan(hours=hours, per_hour=24.0, burst_at=2.0, down=(1.0, 1.25))
    told = live(plan, (OFFER,), BUDGET)
    assert set(told.ends) == {f"e{number}" for number in range(len(told.asked))}
    assert all(len(states) == 1 for states in told.ends.values())
    assert told.unbalanced == 0
    assert told.longest <= 65
    assert told.passed_over == 0
    assert most_within([(at, 1.0) for at in told.calls]) <= 300
    assert most_within(told.tokens) <= 1_200_000
    share = {
        level: states["answered"] / states.total() for level, states in told.by_priority.items()
    }
    assert share[1] >= share[2] >= share[3]
    assert share[1] > 0.6


def test_no_camera_takes_more_than_its_own() -> None:
    """The limit of each camera holds in every hour; a busy one does not eat the others' share."""
    plan = Plan(cameras=8, hours=3.0, per_hour=60.0, burst_at=99.0, down=(99.0, 99.0))
    budget = Budget(per_camera=Hourly(calls_per_hour=10))
    told = live(plan, (OFFER,), budget)
    assert most_within([(at, 1.0) for at in told.calls]) <= 8 * 10
    assert told.unbalanced == 0


def test_the_same_seed_is_the_same_day() -> None:
    """So that a picture of it can be drawn again."""
    plan = Plan(cameras=4, hours=2.0)
    assert events(plan) == events(plan)
    assert live(plan, (OFFER,), BUDGET).calls == live(plan, (OFFER,), BUDGET).calls
