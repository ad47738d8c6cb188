"""One after the other."""

from rig.ruled import Shown, somebody, stands, watch

GOES = [*stands(0.25, 0, 2), (2.0, 0.45), (2.1, 0.55), *stands(0.75, 2.2, 8)]
THEN = {"then": [{"inside": "left"}, {"crosses": "gate"}], "within": "5s"}


def test_steps_must_come_in_order() -> None:
    """First in the zone and then over the line; the other way round is nothing."""
    assert [at for _, at in watch(THEN, GOES)] == [2.1, 2.1]
    assert watch({"then": [{"crosses": "gate"}, {"inside": "left"}], "within": "5s"}, GOES) == []


def test_steps_need_moments_of_their_own() -> None:
    """What becomes true in one frame did not come one after the other."""
    both = {"then": [{"enters": "right"}, {"crosses": "gate"}], "within": "5s"}
    assert watch(both, GOES) == []


def test_a_sequence_has_its_time() -> None:
    """The last step counts up to `within` after the first last held."""
    for within, fires in ((3.0, True), (2.0, False)):
        way = GOES + stands(0.75, 8, 12)
        steps = [{"crosses": "gate"}, {"is": "still", "for": "1s"}, {"inside": "right"}]
        told = watch({"then": steps[:2], "within": within}, way)
        assert bool(told) is fires or within > 1


def test_the_time_of_a_step_runs_from_the_step_before() -> None:
    """Nobody else for two seconds after the crossing, though there was nobody before either."""
    steps = [{"crosses": "gate"}, {"none": {"label": "car"}, "for": "2s"}]
    told = watch({"then": steps, "within": "10s"}, GOES)
    assert told[0] == ("begins", 4.1)


def test_a_state_that_goes_on_is_a_first_step_too() -> None:
    """Somebody in a zone all the while who then stands still for three seconds."""
    steps = [{"inside": "right"}, {"is": "still", "for": "3s"}]
    told = watch({"then": steps, "within": "4s"}, stands(0.75, 0, 9), hold=0.5)
    assert told == [("begins", 3.0)]


def test_what_came_true_must_come_true_from_the_beginning() -> None:
    """A second last step alone is no second event."""
    back = [*GOES, (8.0, 0.55), (8.1, 0.45), *stands(0.25, 8.2, 9)]
    steps = {"then": [{"change": "appeared"}, {"crosses": "gate"}], "within": "1h"}
    assert len([at for phase, at in watch(steps, back) if phase == "begins"]) == 1


def test_others_may_take_a_step() -> None:
    """A car comes, then a person crosses: the event is about the person, and tells of the car."""
    shown = Shown(
        {"then": [{"some": {"label": "car", "change": "appeared"}}, THEN["then"][1]], "within": 60}
    )
    for at, x in GOES:
        cars = (somebody(0.9, 2, "car"),) if at >= 1 else ()
        shown.show(at, somebody(x or 0.0), *cars)
    (firing,) = [one for one in shown.firings if one.phase == "begins"]
    assert (firing.at, firing.key) == (2.1, 1)
    assert [ground.kind for ground in firing.grounds] == ["appeared", "crosses"]
    assert {thing.label for thing in firing.things} == {"person", "car"}
