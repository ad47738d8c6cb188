"""How important a question is."""

import pytest

from reasoners.governor.ticket import priority


@pytest.mark.parametrize(
    ("severity", "held", "place"),
    [("info", True, 0), ("alert", False, 1), ("warning", False, 2), ("info", False, 3)],
)
def test_what_people_wait_for_goes_first(severity: str, held: bool, place: int) -> None:
    """Held events before alerts before warnings before the rest."""
    assert priority(severity, held=held) == place
