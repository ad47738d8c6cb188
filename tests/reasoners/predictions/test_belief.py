"""Learning from outcomes how likely a statement is."""

import math
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoners.predictions.belief import LEAST, Belief, log_odds

numbers = st.floats(-6, 6, allow_nan=False)


@given(st.tuples(numbers, numbers, numbers, numbers))
@settings(max_examples=50)
def test_a_probability_is_never_certain(evidence: tuple[float, float, float, float]) -> None:
    """Whatever speaks for a statement, it stays between the least and the greatest probability."""
    assert LEAST <= Belief((0.0, 3.0, 1.0, -1.0)).probability(evidence) <= 1 - LEAST


def test_it_learns_what_is_true_here() -> None:
    """After some hundred outcomes the probabilities are those of this place, not of others."""
    random = Random(1)
    belief = Belief((0.0, 1.0, 0.0, 0.0))
    for _ in range(800):
        way = random.uniform(-3, 3)
        chance = 1 / (1 + math.exp(-(2.0 * way - 1.0)))
        belief.learn((1.0, way, 0.0, 0.0), hit=random.random() < chance)
    for way in (-1.0, 0.5, 1.5):
        truth = 1 / (1 + math.exp(-(2.0 * way - 1.0)))
        assert belief.probability((1.0, way, 0.0, 0.0)) == pytest.approx(truth, abs=0.08)


def test_a_handful_of_outcomes_does_no_harm() -> None:
    """Five surprises in a row do not turn a belief round."""
    belief = Belief((0.0, 1.0, 0.0, 0.0))
    before = belief.probability((1.0, 2.0, 0.0, 0.0))
    for _ in range(5):
        belief.learn((1.0, 2.0, 0.0, 0.0), hit=False)
    after = belief.probability((1.0, 2.0, 0.0, 0.0))
    assert 0.3 < after < before


def test_it_stays_sound_for_ever() -> None:
    """After tens of thousands of outcomes the covariance is still one: positive, and bounded."""
    random = Random(2)
    belief = Belief((0.0, 1.0, 0.0, 0.0))
    for _ in range(20_000):
        evidence = (1.0, random.gauss(0, 2), random.gauss(0, 1), float(random.random() < 0.5))
        belief.learn(evidence, hit=random.random() < 0.3)
    assert all(0 < belief.covariance[number][number] < 1 for number in range(4))
    assert all(math.isfinite(weight) for weight in belief.weights)


def test_log_odds_are_those_of_the_share() -> None:
    """A half has none, and certainty is cut off."""
    assert log_odds(0.5) == 0
    assert log_odds(1.0) == pytest.approx(math.log((1 - LEAST) / LEAST))
    assert log_odds(0.0) == pytest.approx(-log_odds(1.0))
