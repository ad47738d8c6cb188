"""How truly rules fire on plays whose truth is known."""

import pytest

from detectors.bytetrack import ByteConfig, ByteTracker
from reasoners.testing import PLAYS, Errors, Marks, play
from reasoners.testing.ruled import RULES, judge, judge_exactly


@pytest.mark.parametrize("name", PLAYS)
def test_with_exact_tracks_rules_fire_when_they_must(name: str) -> None:
    """Each event that the truth knows, for whom and when; and no other."""
    marks = judge_exactly(play(name, 100), 10)
    assert marks.notes == []


def test_every_rule_has_something_to_fire_at() -> None:
    """No rule is right for want of occasions."""
    right = Marks()
    for name in ("bag", "crowd", "fall", "runner", "lane", "queue", "company"):
        right.add(judge_exactly(play(name, 101), 5))
    assert set(right.right) == set(RULES)


def test_a_detectors_errors_cost_little() -> None:
    """Through the real tracker, with missed, false and shaken boxes: 95 % and more of both."""
    errors, marks = Errors(missed=0.1, false=0.05, noise=0.02), Marks()
    for name in ("bag", "loiterer", "follower", "queue"):
        marks.add(
            judge(play(name, 3), 10, 3, errors, lambda: ByteTracker("c", ByteConfig()).update)
        )
    assert marks.precision() >= 0.95
    assert marks.recall() >= 0.95
