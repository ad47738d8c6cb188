"""Brier score, log loss, reliability and skill."""

import math
from random import Random

import pytest

from reasoners.predictions.score import Score


def _scored(pairs: list[tuple[float, bool]]) -> Score:
    score = Score()
    for probability, hit in pairs:
        score.add(probability, hit=hit)
    return score


def test_the_measures_are_those_of_the_books() -> None:
    """Brier score, log loss, base rate and skill agree with their definitions."""
    pairs = [(0.9, True), (0.8, True), (0.7, False), (0.2, False), (0.1, False)]
    score = _scored(pairs)
    brier = sum((p - y) ** 2 for p, y in pairs) / 5
    assert score.brier == pytest.approx(brier)
    assert score.rate == pytest.approx(0.4)
    assert score.skill == pytest.approx(1 - brier / 0.24)
    told = sum(math.log(p if y else 1 - p) for p, y in pairs)
    assert score.log_loss == pytest.approx(-told / 5)
    same = _scored([(0.4, hit) for _, hit in pairs])
    assert score.base_brier == pytest.approx(same.brier)
    assert score.base_log_loss == pytest.approx(same.log_loss)
    assert _scored([(0.9, True)]).base_log_loss == 0
    assert Score().base_log_loss is None


def test_saying_the_base_rate_has_no_skill() -> None:
    """Whoever always says how often it happens is no better than that."""
    score = _scored([(0.25, number % 4 == 0) for number in range(400)])
    assert score.skill == pytest.approx(0)
    interval = score.interval
    assert interval is not None
    assert interval[0] == pytest.approx(0, abs=1e-6)
    assert interval[1] == pytest.approx(0, abs=1e-6)


def test_the_interval_from_sums_is_that_from_all_pairs() -> None:
    """No pair is kept, and yet the interval is that of the paired differences."""
    random = Random(3)
    pairs = [(p, random.random() < p) for p in (random.uniform(0.05, 0.95) for _ in range(500))]
    score = _scored(pairs)
    rate = sum(y for _, y in pairs) / len(pairs)
    gains = [(rate - y) ** 2 - (p - y) ** 2 for p, y in pairs]
    mean = sum(gains) / len(gains)
    spread = math.sqrt(sum((gain - mean) ** 2 for gain in gains) / len(gains))
    base, error = rate * (1 - rate), 1.96 * spread / math.sqrt(len(gains))
    assert score.interval == pytest.approx(((mean - error) / base, (mean + error) / base))
    assert score.interval is not None
    assert score.skill is not None
    assert score.interval[0] < score.skill < score.interval[1]


def test_nothing_is_said_of_too_few() -> None:
    """Without outcomes there are no figures, and with a few no interval."""
    assert Score().figures()["skill"] is None
    assert _scored([(0.5, True), (0.5, False)]).interval is None


def test_the_table_of_reliability_adds_up() -> None:
    """Every outcome is in the row of its probability, those of 1.0 in the last."""
    score = _scored([(0.05, False), (0.07, True), (0.95, True), (0.995, True)])
    low, high = score.reliability()
    assert low == pytest.approx((0.06, 0.5, 2))
    assert high == pytest.approx((0.9725, 1.0, 2))
    assert score.figures()["reliability"] == ((0.06, 0.5, 2), (0.9725, 1.0, 2))


def test_scores_add_up() -> None:
    """Two cameras together have the figures of all their outcomes."""
    random = Random(4)
    pairs = [(random.uniform(0.1, 0.9), random.random() < 0.5) for _ in range(100)]
    whole, halves = _scored(pairs), _scored(pairs[:50]).plus(_scored(pairs[50:]))
    assert halves.figures() == whole.figures()
    assert Score.model_validate_json(whole.model_dump_json()).figures() == whole.figures()
