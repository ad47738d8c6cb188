"""Conditions on numbers: counts, speeds, probabilities."""

from rig.ruled import Expected, Shown, somebody


def counted(numbers: list[int], when: dict[str, object]) -> list[float]:
    """Show so many people, one frame a second each; return when events began."""
    shown = Shown(when, hold=0.0)
    for second, many in enumerate(numbers):
        people = [somebody(0.1 + 0.15 * n, n + 1) for n in range(many)]
        shown.show(3.0 * second, *people)
        shown.show(3.0 * second + 1.0, *people)
    return shown.begun()


def test_a_count_holds_from_its_number_on() -> None:
    """At least, at most, and both; of labels, in zones."""
    assert counted([1, 2, 3, 1], {"count": "person", "at_least": 3}) == [6.0]
    assert counted([1, 3, 1], {"count": "any", "at_least": 2, "at_most": 3}) == [3.0]
    assert counted([0, 1], {"count": "person", "at_most": 0}) == [0.0]
    assert counted([2, 4], {"count": "person", "where": "left", "at_least": 3}) == [3.0]
    assert counted([5], {"count": "car", "at_least": 1}) == []


def test_a_count_may_fall_back_by_its_hysteresis() -> None:
    """With slack of one, three people may be two again without a second event."""
    wavers = [3, 2, 3, 2, 3, 1, 3]
    assert len(counted(wavers, {"count": "person", "at_least": 3})) == 4
    assert len(counted(wavers, {"count": "person", "at_least": 3, "hysteresis": 1})) == 2


def test_speed_is_metres_per_second_and_has_a_hysteresis() -> None:
    """A car that flies by is faster than ten; one that stands is slower than one."""
    for when, times in (({"faster_than": 2}, 1), ({"slower_than": 0.5}, 0)):
        shown = Shown({"label": "car", **when, "hysteresis": 0.2}, hold=0.0)
        for n in range(20):
            shown.show(n / 10, somebody(0.1 + 0.04 * n, label="car", speed=0.4))
        assert len(shown.begun()) == times


def test_an_expectation_holds_while_it_is_likely_enough() -> None:
    """Kind, place, horizon and probability must fit, and the object's label."""
    enters = Expected("enters", 1, "zone:right", 5.0, 0.8)
    for when, times in (
        ({"label": "person", "expects": "enters", "where": "right", "at_least": 0.7}, 1),
        ({"label": "person", "expects": "enters"}, 1),
        ({"label": "car", "expects": "enters"}, 0),
        ({"expects": "enters", "where": "left"}, 0),
        ({"expects": "enters", "at_least": 0.9}, 0),
        ({"expects": "enters", "within": 3}, 0),
        ({"expects": "leaves"}, 0),
    ):
        shown = Shown(when)
        shown.show(0.0, somebody(0.3), expects=[enters])
        assert len(shown.begun()) == times, when


def test_an_expected_count_is_about_the_camera() -> None:
    """Nobody is its subject, and it says how likely it is."""
    comes = Expected("count", None, "zone:left", 30.0, 0.9, "car")
    assert Shown({"label": "dog", "expects": "count"}).show(0.0, expects=[comes]) == []
    (firing,) = Shown({"label": "car", "expects": "count"}).show(0.0, expects=[comes])
    assert firing.things == ()
    assert (firing.grounds[0].value, firing.grounds[0].place) == (0.9, "zone:left")
