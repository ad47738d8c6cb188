"""What a detector host counts."""

from daemon.detection.figures import DetectorFigures


def test_run_time_is_expected_from_what_was_measured() -> None:
    """The first batch sets the expectation, later ones move it a little."""
    figures = DetectorFigures()
    figures.ran(0.1, 0.09)
    assert figures.expected == 0.1
    figures.ran(0.2, 0.19)
    assert 0.1 < figures.expected < 0.12
    told = figures.figures()
    assert (told["batches"], told["batch_mean_s"]) == (2, 0.14)
    assert told["wait_p50_s"] is None
    assert 0.1 <= float(told["run_p50_s"] or 0) <= 0.125
