"""When a warning is said, and when it is over."""

from reasoners.driving.advice import Advice
from reasoners.driving.claims import Claims
from reasoners.language.phrase import Phrase

NEAR = Phrase("driving.in_the_way")


def closing(at: float) -> Advice:
    """Warn of the same thing."""
    return Advice("closing_fast", "7", at, at, round(10 * at), NEAR)


def test_it_is_said_once_after_a_moment_and_over_a_second_after_the_last() -> None:
    """A single look says nothing; it begins when it began to hold; then it rests for a while."""
    claims = Claims(cooldown=3.0)
    assert claims.settle([closing(0.0)], 0.0) == []
    assert claims.settle([], 0.5) == []
    assert claims.settle([closing(1.0)], 1.0) == []
    (told,) = claims.settle([closing(1.2)], 1.2)
    assert (told.since, told.at) == (1.0, 1.2)
    assert claims.settle([closing(1.4)], 1.4) == []
    assert claims.settle([], 2.3) == []
    assert [one.at for one in claims.active] == [1.4]
    assert claims.settle([], 2.5) == []
    assert claims.active == []
    for at in (3.0, 3.2, 5.4):
        assert claims.settle([closing(at)], at) == []
    assert len(claims.settle([closing(5.6)], 5.6)) == 1
    claims.clear()
    assert ("closing_fast", "7") not in claims


def test_leaving_a_lane_is_said_at_once() -> None:
    """There is no second look at that."""
    departure = Advice("lane_departure", "left", 1.0, 1.0, 10, NEAR)
    assert Claims(3.0).settle([departure], 1.0) == [departure]
