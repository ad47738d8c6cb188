"""Made-up drives."""

import pytest

from reasoners.testing import DRIVES, drive


@pytest.mark.parametrize("name", DRIVES)
def test_what_shall_be_reached_is_reached_and_nothing_else(name: str) -> None:
    """Where a warning is right somebody in the own lane is nearly reached; elsewhere nobody is."""
    for seed in range(3):
        road = drive(name, seed)
        last = road.seconds
        hit = [
            user.name
            for user in road.users
            if 0 < user.way(last)[1] < 9 and abs(user.way(last)[0]) < 1 and user.ttc(last)
        ]
        if road.reached is not None:
            assert road.reached in hit
        elif not road.warns:
            assert hit == []
