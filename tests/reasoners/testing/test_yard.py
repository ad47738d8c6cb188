"""A yard in truth."""

from random import Random

from reasoners.testing.yard import Player, hidden, players


def player(track: str, x: float, y: float, **more: float) -> Player:
    """Put somebody somewhere, who stays."""
    size = more.get("size", 1.0)
    return Player(
        track, "person", more.get("comes", 0.0), 9.0, (x, y), (x, y), size, doubtful=False
    )


def test_who_stands_nearer_hides_whom_is_behind() -> None:
    """By the share of the box; who is not there is hidden whole."""
    far, near = player("t1", 0.5, 0.8), player("t2", 0.5, 0.9)
    aside, late = player("t3", 0.1, 0.9), player("t4", 0.5, 0.95, comes=5.0)
    everybody = [far, near, aside, late]
    assert 0.6 < hidden(far, 1.0, everybody) < 0.7
    assert hidden(near, 1.0, everybody) == 0.0
    assert hidden(late, 1.0, everybody) == 1.0
    assert hidden(aside, 1.0, everybody) == 0.0


def test_the_first_of_them_is_somebody() -> None:
    """One to five come, and all of it follows from the seed."""
    for seed in range(20):
        there = players(Random(seed))
        assert 1 <= len(there) <= 5
        assert there[0].label == "person"
        assert there == players(Random(seed))
