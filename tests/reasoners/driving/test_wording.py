"""Warnings in words."""

from reasoners.driving import wording
from reasoners.driving.contact import Contact
from reasoners.driving.lane import Departure

NEAR = Contact(2.0, 0.1, 1.8, 0.5, 0.02, 1.5, 0.1, -0.8, 0.1, 1.5, 2.0)


def test_each_names_what_was_measured() -> None:
    """Time, its uncertainty, growth and place stand in the sentence."""
    said = wording.contact("car", "t3", NEAR)
    assert said == (
        "A car (t3) is reached in 2.0 s (± 0.1 s) if nothing changes: its box grew 2.00 times as "
        "large in 1.5 s, and it will be straight ahead."
    )
    assert "t4) is in the own path, reached in 2.0 s" in wording.crossing(
        "person", "t4", NEAR, inside=True
    )
    enters = wording.crossing("person", "t4", NEAR, inside=False)
    assert "about 1.5 m to the right and moving left at 0.8 m/s (± 0.1)" in enters
    assert "0.1 m beyond the left lane mark, drifting at 0.4 m/s" in wording.departure(
        Departure("left", -0.1, 0.4, 0.05)
    )
    assert "has stood for 7 s" in wording.moved_off("bus", "t9", NEAR, 7.2)
