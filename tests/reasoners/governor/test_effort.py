"""Less is asked for step by step, and not back and forth."""

import itertools

from reasoners.governor.effort import SETTLE, STEPS, Strain


def test_each_step_leaves_out_more() -> None:
    """Fewer pictures, then smaller ones, then the smaller model."""
    for before, after in itertools.pairwise(STEPS):
        assert (after.images or 99) <= (before.images or 99)
        assert (after.side or 9999) <= (before.side or 9999)
        assert after.smaller >= before.smaller
        assert after != before


def test_a_step_is_given_time_to_show_what_it_brings() -> None:
    """However full everything is, steps come one at a time."""
    strain = Strain()
    for tenth in range(int(10 * SETTLE)):
        strain.observe(1.0, tenth / 10)
    assert strain.step == 1
    strain.observe(1.0, SETTLE)
    assert strain.step == 2


def test_what_lies_between_changes_nothing() -> None:
    """A middling strain neither leaves more out nor takes it back."""
    strain = Strain()
    strain.observe(0.9, 0.0)
    for at in range(10, 200, 10):
        strain.observe(0.5, at)
    assert strain.step == 1
    strain.observe(0.1, 300.0)
    assert strain.step == 0
