"""What is learnt of a provider from its answers."""

import pytest

from reasoners.governor.breaker import Breaker
from reasoners.governor.budget import Price
from reasoners.governor.offer import PICTURE, TEXT, Experience, Offer


def experience() -> Experience:
    """Return one of a provider that costs something."""
    offer = Offer("main", "127.0.0.1", cloud=False, at_once=1, max_tokens=100, price=Price(input=1))
    return Experience(offer, Breaker(lambda: 0.5))


def test_before_the_first_answer_much_is_set_aside() -> None:
    """Text, pictures and the longest answer there can be."""
    assert experience().reserve(2).tokens == TEXT + 2 * PICTURE + 100


def test_afterwards_it_is_what_was_seen() -> None:
    """The dearest picture so far counts, and is forgotten slowly."""
    one = experience()
    one.answered(2.0, 1, 1000, 40, 1)
    assert one.reserve(1).tokens == pytest.approx(1100)
    for _ in range(200):
        one.answered(1.0, 1, 400, 40, 1)
    assert one.reserve(1).tokens == pytest.approx(500, rel=0.01)
    assert one.fastest == 1.0
    assert one.latency == pytest.approx(1.0, abs=0.01)
    assert one.tokens == 1040 + 200 * 440
    assert one.money == pytest.approx((1000 + 200 * 400) / 1e6)
