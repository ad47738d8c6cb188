"""A provider that fails is left in peace, and found again when it works."""

import itertools

import pytest

from reasoners.governor.breaker import FIRST, LONGEST, REST, Breaker


def breaker() -> Breaker:
    """Return one whose spread is always the middle."""
    return Breaker(lambda: 0.5)


def test_single_failures_are_tried_again_soon_and_later_and_later() -> None:
    """The pause after a failure doubles; a success ends the row."""
    one = breaker()
    assert one.failed("HTTP 500", 0.0) is None
    assert one.free_at(0.0) == pytest.approx(FIRST)
    assert one.failed("HTTP 500", 10.0) is None
    assert one.free_at(10.0) == pytest.approx(10 + 2 * FIRST)
    assert one.succeeded() is None
    assert one.free_at(11.0) == 11.0
    assert one.failed("HTTP 500", 20.0) is None
    assert one.free_at(20.0) == pytest.approx(20 + FIRST)


def test_f23_what_the_server_asks_for_is_heeded() -> None:
    """F23: after a 429 with Retry-After nobody asks before that, at the first failure already."""
    one = breaker()
    one.failed("HTTP 429", 0.0, retry_after=45)
    assert 45 <= one.free_at(0.0) <= 50
    one.succeeded()
    one.failed("HTTP 429", 0.0, retry_after=10**6)
    assert one.free_at(0.0) < 2 * 3600


def test_f23_three_failures_open_the_circuit_and_one_probe_closes_it() -> None:
    """F23: while it is open nobody asks; then exactly one does, and the others wait for it."""
    one = breaker()
    trips = [one.failed("refused", at) for at in (0.0, 1.0, 2.0)]
    assert trips[:2] == [None, None]
    assert trips[2] is not None
    assert (trips[2].circuit, trips[2].seconds) == ("open", REST)
    assert one.free_at(3.0) == 2.0 + REST
    one.begin(2.0 + REST)
    assert one.circuit == "probing"
    assert one.free_at(40.0) == float("inf")
    trip = one.succeeded()
    assert trip is not None
    assert trip.circuit == "closed"
    assert one.free_at(41.0) == 41.0


def test_f23_a_probe_that_fails_doubles_the_rest() -> None:
    """F23: at most one request in thirty seconds, and ever fewer, up to a limit."""
    one = breaker()
    now = 0.0
    for _ in range(3):
        one.failed("refused", now)
    asked = []
    for _ in range(8):
        now = one.free_at(now)
        asked.append(now)
        one.begin(now)
        one.failed("refused", now)
    gaps = [later - sooner for sooner, later in itertools.pairwise(asked)]
    assert min(gaps) >= REST
    assert gaps[0] == 2 * REST
    assert gaps[-1] == LONGEST


def test_what_needs_a_person_is_not_tried_every_half_minute() -> None:
    """A wrong key rests for long at once."""
    one = breaker()
    for _ in range(3):
        one.failed("HTTP 401", 0.0, hopeless=True)
    assert one.free_at(0.0) == LONGEST


def test_a_probe_that_is_given_up_leaves_the_circuit_open() -> None:
    """It says nothing either way; the next one may probe."""
    one = breaker()
    for _ in range(3):
        one.failed("refused", 0.0)
    one.begin(REST)
    one.abandoned(REST + 1)
    assert one.circuit == "open"
    assert one.free_at(REST + 1) == REST + 1
