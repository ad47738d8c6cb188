"""All limits together."""

from reasoners.governor.budget import Budget, Hourly
from reasoners.governor.purse import Purse
from reasoners.governor.ticket import Reserved

CALL = Reserved(tokens=1000.0, money=0.01)


def test_the_limit_that_keeps_longest_is_named() -> None:
    """Of several that are short, people are told the one that decides."""
    purse = Purse(Budget(calls_per_hour=4, tokens_per_hour=1000, burst=1.0, reserve=0.0))
    assert purse.short("porch", CALL, 0.0, urgent=False) is None
    purse.take("porch", CALL, 0.0)
    short = purse.short("porch", CALL, 1.0, urgent=False)
    assert short is not None
    assert (short.why, short.shared) == ("budget_tokens", True)
    assert short.text == "the budget of 1000 tokens an hour of all cameras is used up"
    assert 3500 < short.until <= 3602


def test_cameras_have_purses_of_their_own() -> None:
    """What one spent is not missing to the other."""
    purse = Purse(Budget(per_camera=Hourly(calls_per_hour=1), burst=1.0, reserve=0.0))
    purse.take("porch", CALL, 0.0)
    short = purse.short("porch", CALL, 1.0, urgent=True)
    assert short is not None
    assert (short.why, short.shared) == ("camera_calls", False)
    assert "of camera porch" in short.text
    assert purse.short("yard", CALL, 1.0, urgent=True) is None
    assert purse.within("calls", 1.0, "porch") == 1


def test_what_a_call_took_is_corrected_but_it_stays_a_call() -> None:
    """Tokens and money are settled; a call is a call."""
    purse = Purse(Budget(calls_per_hour=10, tokens_per_hour=5000, money_per_hour=1.0))
    purse.take("porch", CALL, 0.0)
    purse.settle("porch", CALL, Reserved(200.0, 0.002), 1.0)
    assert purse.spent("calls") == 1
    assert purse.spent("tokens") == 200
    assert round(purse.spent("money"), 6) == 0.002
    assert purse.strain(1.0) == 200 / 5000


def test_what_was_spent_before_the_beginning_counts() -> None:
    """Towards limits, not towards what this run spent; and no longer than an hour."""
    purse = Purse(Budget(calls_per_hour=2, money_per_hour=1.0, burst=1.0, reserve=0.0))
    for at in (-3000.0, -10.0):
        purse.recall("porch", CALL, at)
    short = purse.short("porch", CALL, 0.0, urgent=True)
    assert short is not None
    assert short.why == "budget_calls"
    assert 590 < short.until < 610
    assert purse.standing("porch", 0.0) == {"calls": (2.0, 2.0), "money": (0.02, 1.0)}
    assert (purse.spent("calls"), purse.spent("money")) == (0, 0)
    assert purse.short("porch", CALL, 610.0, urgent=True) is None
