"""Verdicts as values."""

from typing import get_args

from reasoners import TERMINAL, ReasoningState, Verdict


def test_terminal_states_are_all_but_two() -> None:
    """`none` and `pending` are the only states that are no end."""
    assert set(get_args(ReasoningState)) - TERMINAL == {"none", "pending"}


def test_verdicts_are_compared_by_value() -> None:
    """Two verdicts that say the same are the same."""
    assert Verdict("timeout", "m") == Verdict("timeout", "m")
    assert Verdict("timeout") != Verdict("error")
