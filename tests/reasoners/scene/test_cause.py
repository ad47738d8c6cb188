"""Causal links as values."""

from reasoners.scene.cause import Cause
from reasoners.scene.change import Entered, Stopped
from reasoners.scene.relation import Relation


def test_the_lag_is_the_time_from_cause_to_effect() -> None:
    """It is told in seconds and never negative."""
    evidence = (Relation(2, "blocks", 1, since=3.0, until=None, confidence=0.8),)
    came, stopped = Entered(30, 3.0, 2, 5, "road"), Stopped(42, 4.2, 1, 4)
    assert round(Cause("held_up", came, stopped, evidence, 0.8).lag, 3) == 1.2
    assert Cause("held_up", stopped, came, evidence, 0.8).lag == 0
