"""How long, how often, how many of how many."""

from rig.ruled import Shown, somebody, stands, watch


def test_for_counts_from_when_it_began() -> None:
    """Three seconds in a zone are three seconds from entering it; a break starts anew."""
    way = stands(0.75, 0, 1) + stands(0.25, 1, 3) + stands(0.75, 3, 4) + stands(0.25, 4, 9)
    assert watch({"dwells_in": "left", "for": "3s"}, way)[0] == ("begins", 7.0)


def test_time_out_of_sight_does_not_count() -> None:
    """Who was in a zone for two seconds and went out of the picture never was for three."""
    way = stands(0.25, 0, 2.1) + stands(None, 2.1, 9)
    assert watch({"inside": "left", "for": 3}, way) == []
    assert watch({"inside": "left", "for": 2}, way) == [("begins", 2.0), ("ends", 2.0)]


def test_votes_bridge_what_flickers() -> None:
    """Two of the last three looks are enough; carried frames have no vote."""
    shown = Shown({"count": "person", "at_least": 2, "votes": [2, 3]}, hold=0.0)
    for n, many in enumerate([2, 1, 2, 2, 1, 1, 1]):
        people = [somebody(0.2 + 0.3 * one, one + 1) for one in range(many)]
        shown.show(5.0 * n, *people)
        shown.show(5.0 * n + 0.1, *people, looked=False)
    assert shown.begun() == [10.0]


def test_what_happens_can_last() -> None:
    """For five seconds after a crossing it counts as true, and no longer."""
    way = [*stands(0.25, 0, 1), (1.0, 0.45), (1.1, 0.55), *stands(0.75, 1.2, 12)]
    told = watch({"crosses": "gate", "lasts": 5}, way, hold=0.0)
    assert told == [("begins", 1.1), ("ends", 6.1)]


def test_times_within_counts_what_repeats() -> None:
    """Three crossings in ten seconds fire with the third; slower ones never do."""
    for pause, fires in ((1.0, True), (8.0, False)):
        way: list[tuple[float, float | None]] = []
        for lap in range(4):
            at = lap * pause
            way += [(at, 0.45 if lap % 2 else 0.55), (at + 0.5, 0.3 if lap % 2 else 0.7)]
        told = watch({"crosses": "gate", "times": 3, "within": 10}, way, hold=60)
        assert [at for _, at in told] == ([3.0] if fires else [])
