"""Times as people give them."""

from datetime import UTC, datetime

import pytest
import typer

from daemon.cli.moment import moment


def test_a_span_counts_back_and_a_time_is_taken_as_it_is() -> None:
    """Seconds to weeks, and ISO 8601 with its zone."""
    assert moment("--since", None, 1000.0) is None
    assert moment("--since", "1.5m", 1000.0) == 910.0
    assert moment("--since", "1w", 1e6) == 1e6 - 7 * 86400
    then = datetime(2026, 1, 31, 12, tzinfo=UTC).timestamp()
    assert moment("--since", "2026-01-31T12:00+00:00", 0.0) == then


@pytest.mark.parametrize("given", ["", "soon", "5y", "1" * 12 + "d", "99999-01-01"])
def test_what_is_no_time_is_refused(given: str) -> None:
    """The option is named."""
    with pytest.raises(typer.BadParameter, match="--until"):
        moment("--until", given, 0.0)
