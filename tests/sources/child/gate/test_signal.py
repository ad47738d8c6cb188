"""Packet sizes as a signal."""

from statistics import median

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sources.child.gate.signal import Baseline, SizeSignal


def groups(count: int, seed: int = 1) -> list[tuple[int, bool]]:
    """Make groups of ten packets: an IDR, and sizes that depend on the place."""
    chance = np.random.default_rng(seed)
    return [
        (60000, True) if place == 0 else (int(800 + 100 * place + chance.normal(0, 20)), False)
        for _ in range(count)
        for place in range(10)
    ]


def test_usual_sizes_stay_quiet_and_larger_ones_stand_out() -> None:
    """What is usual at its place is no sign, though it would be at another."""
    signal = SizeSignal()
    for size, idr in groups(20):
        signal.rate(size, idr=idr)
        signal.learn()
    quiet = [signal.rate(size, idr=idr).deviation for size, idr in groups(5, seed=2)]
    assert max(quiet) < 4
    loud = [signal.rate(size * (1 if idr else 2), idr=idr) for size, idr in groups(1, seed=3)]
    assert loud[-1].deviation > 10
    assert not loud[-1].surge


def test_one_packet_far_above_its_median_is_a_surge_at_once() -> None:
    """Nobody waits for the average."""
    signal = SizeSignal()
    for size, idr in groups(20):
        signal.rate(size, idr=idr)
        signal.learn()
    signal.rate(60000, idr=True)
    assert signal.rate(6000, idr=False).surge


def test_what_is_not_learnt_changes_nothing() -> None:
    """Motion rated again and again stays unusual as long as nobody calls it usual."""
    signal = SizeSignal()
    for size, idr in groups(20):
        signal.rate(size, idr=idr)
        signal.learn()
    for size, idr in groups(50, seed=4):
        rating = signal.rate(size * 3, idr=idr)
    assert rating.deviation > 20


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=300))
def test_baseline_is_the_median_of_the_last_ones(sizes: list[int]) -> None:
    """Whatever came before the last 64 is forgotten; the deviation is never zero."""
    baseline = Baseline()
    for size in sizes:
        baseline.learn(size)
    last = sorted(sizes[-64:])
    middle = last[len(last) // 2]
    assert baseline.median == middle
    apart = median(abs(size - middle) for size in last)
    assert baseline.spread == max(12, 0.03 * middle, apart)
    assert len(baseline) == len(last)
