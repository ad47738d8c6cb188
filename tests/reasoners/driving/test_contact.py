"""Where something will be when it is reached."""

import pytest

from reasoners.driving.contact import Contact


def test_it_drifts_on_and_grows_less_sure() -> None:
    """What drifts is elsewhere later, and how far it may be off grows with time."""
    told = Contact(2.0, 0.1, 1.8, 0.5, 0.02, 1.0, 0.1, -0.5, 0.2, 1.5, 2.0)
    assert told.passing(2.0) == 0
    assert told.passing_sd(0) == 0.1
    assert told.passing_sd(2.0) == pytest.approx(0.412, abs=0.001)
