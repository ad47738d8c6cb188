"""A simulated day of 64 cameras: budgets hold, the important goes first, every sum is exact."""

import pytest

from reasoners.governor.budget import Budget, Hourly, Price
from reasoners.governor.offer import Offer
from reasoners.testing.day import Plan, events, live, most_within, replayed

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


def test_a_day_of_replayed_clips_is_paid_to_the_token() -> None:
    """Events come as in the clips; calls, tokens and money are those of the calls made."""
    plan = Plan(cameras=16, hours=3.0, per_hour=30.0, burst_at=1.0, down=(2.0, 2.2))
    coming = replayed(plan, [[0.5, 1.0, 1.2], [4.0]], 20.0)
    assert coming == sorted(coming)
    of_one = [at for at, camera, _ in coming if camera == "cam0"]
    assert len(of_one) % 3 == 0
    budget = Budget(calls_per_hour=120, tokens_per_hour=400_000, money_per_hour=0.3)
    told = live(plan, (OFFER,), budget, coming=coming, latency=lambda _, images, __: 1.0 * images)
    assert {len(states) for states in told.ends.values()} == {1}
    assert (told.unbalanced, told.passed_over) == (0, 0)
    assert told.accounts_off < 1e-6
    assert most_within([(at, 1.0) for at in told.calls]) <= 120
    paid = zip(told.tokens, told.paid, strict=True)
    spent = [(at, OFFER.price.of(*tokens)) for (at, _), tokens in paid]
    assert 0.1 < most_within(spent) <= 0.3
    assert told.longest <= 65
