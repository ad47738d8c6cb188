"""Durations in buckets."""

from daemon.detection.histogram import COUNT, RECENT, Histogram


def test_quantiles_are_right_to_a_quarter() -> None:
    """Median and 99th percentile lie at most a quarter above the true ones."""
    histogram = Histogram()
    for number in range(1, 1001):
        histogram.add(number / 1000)
    for share in (0.5, 0.99):
        assert share <= (histogram.quantile(share) or 0) <= 1.26 * share


def test_nothing_measured_is_told_as_nothing() -> None:
    """Before the first duration there is no quantile."""
    assert Histogram().figures("run") == {"run_p50_s": None, "run_p99_s": None}


def test_what_is_long_ago_counts_less_and_nothing_grows() -> None:
    """After a change of pace the median follows; the buckets stay as many as they were."""
    histogram = Histogram()
    for _ in range(RECENT):
        histogram.add(0.01)
    for _ in range(2 * RECENT):
        histogram.add(500.0)
    assert (histogram.quantile(0.5) or 0) > 10
    assert len(histogram._counts) == COUNT  # noqa: SLF001 (that it is bounded is what holds)
