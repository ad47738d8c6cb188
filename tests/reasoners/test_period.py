"""Spans of time as people write them."""

import pytest
from pydantic import TypeAdapter, ValidationError

from reasoners.period import Period

period = TypeAdapter(Period)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        (10, 10.0),
        (0.5, 0.5),
        ("10s", 10.0),
        ("500ms", 0.5),
        (" 2 m ", 120.0),
        ("2min", 120.0),
        ("1.5h", 5400.0),
    ],
)
def test_seconds_come_out(written: object, seconds: float) -> None:
    """Plain numbers are seconds; strings need a unit."""
    assert period.validate_python(written) == seconds


@pytest.mark.parametrize("written", ["10", "s", "-1s", "1e3s", "10 seconds", "", "٣s", "1s1s"])
def test_what_is_no_period_is_refused(written: str) -> None:
    """The message shows how to write one."""
    with pytest.raises(ValidationError, match="such as 10s"):
        period.validate_python(written)
