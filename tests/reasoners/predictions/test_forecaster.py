"""What is stated when, and what can be asked."""

from collections import Counter
from itertools import pairwise
from random import Random

from rig.foreseen import FPS, camera, straight

from reasoners.predictions.config import PredictionConfig
from reasoners.predictions.prediction import PICTURE
from reasoners.predictions.wish import Wish


def test_every_moving_object_is_spoken_of_once_at_a_time() -> None:
    """Of one object and place there is one statement, and the next when it is over."""
    seen = camera()
    for _ in seen.show({1: straight(0.05, 0.05), 2: straight(0.9, -0.05, 0.8)}, 12.0):
        keys = [one.key for one in seen.forecaster.docket]
        assert len(keys) == len(set(keys))
    stated = sorted(one.stated_at for one in seen.ended("departs", PICTURE) if one.subject == 1)
    assert len(stated) >= 3
    assert all(later - earlier >= 3.0 for earlier, later in pairwise(stated))


def test_probabilities_rise_on_the_way() -> None:
    """The nearer one walks to a zone, the likelier it gets that he enters it."""
    seen = camera()
    told = [
        seen.forecaster.probability(1, "enters", "zone:step", 2.0)
        for at in seen.show({1: straight(0.05, 0.07)}, 6.0)
        if round(at * FPS) % 10 == 5
    ]
    known = [one for one in told if one is not None]
    assert told[0] is None or told[0] < 0.2
    assert known[-1] > 0.6
    assert known[-1] > known[1]


def test_what_cannot_be_said_is_not_said() -> None:
    """Of strangers, places that do not exist and zones one is in there is no answer."""
    seen = camera()
    seen.run({1: straight(0.6, 0.02)}, 2.0)
    ask = seen.forecaster.probability
    assert ask(1, "enters", "zone:step") is None
    assert ask(1, "enters", "zone:nowhere") is None
    assert ask(7, "departs", PICTURE) is None
    assert ask(1, "leaves", "zone:step") is not None


def test_wishes_are_told_as_of_now() -> None:
    """Who wished for it gets, every frame, what is likely of everybody at the horizon asked for."""
    seen = camera(
        config=PredictionConfig(kinds=()),
        wishes=(Wish("enters", 2.0, frozenset({"zone:step"})), Wish("count", 4.0)),
    )
    found = Counter[tuple[str, float]]()
    last = 0.0
    for at in seen.show({1: straight(0.05, 0.07)}, 6.2):
        for one in seen.forecaster.expectations():
            found[one.what, one.horizon] += 1
            if one.what == "enters":
                assert one.subject == 1
                assert at - one.stated_at < 0.55
                last = one.probability
    assert set(found) == {("enters", 2.0), ("count", 4.0)}
    assert last > 0.6
    assert not seen.resolved


def test_leaving_without_a_place_is_leaving_the_picture_too() -> None:
    """Who wished to know who leaves hears of the zones and of the picture."""
    seen = camera(config=PredictionConfig(kinds=()), wishes=(Wish("leaves", 3.0),))
    seen.run({1: straight(0.55, 0.05)}, 2.0)
    expected = seen.forecaster.expectations()
    assert {(one.what, one.object) for one in expected} == {
        ("leaves", "zone:step"),
        ("leaves", PICTURE),
    }


def test_without_wishes_nothing_is_expected() -> None:
    """What nobody asked for is not worked out."""
    seen = camera()
    seen.run({1: straight(0.2, 0.1)}, 2.0)
    assert not seen.forecaster.expectations()


def test_what_an_event_may_tell_begins_with_the_likeliest() -> None:
    """Statements about an object, and the counts of the zones it is in, sorted."""
    seen = camera()
    seen.run({1: straight(0.35, 0.1), 2: straight(0.65, 0.01, 0.85)}, 1.5)
    things = {thing.track: thing for thing in seen.scene.things.values()}
    about = seen.forecaster.about(things[1])
    assert {one.what for one in about} >= {"enters", "departs"}
    assert all(one.subject == things[1].id for one in about)
    chances = [one.probability for one in about]
    assert sorted(chances, reverse=True) == chances
    assert "count" in {one.what for one in seen.forecaster.about(things[2])}


def test_only_the_kinds_that_are_configured_are_stated() -> None:
    """A camera that predicts crossings predicts nothing else, and none nothing at all."""
    seen = camera(config=PredictionConfig(kinds=("crosses",)))
    seen.run({1: straight(0.1, 0.1)}, 4.0)
    assert {one.what for one in (*seen.resolved, *seen.forecaster.docket)} == {"crosses"}
    silent = camera(config=PredictionConfig(kinds=()))
    silent.run({1: straight(0.1, 0.1)}, 4.0)
    assert not silent.resolved
    assert not list(silent.forecaster.docket)


def test_the_same_frames_give_the_same_statements() -> None:
    """Two runs over one recording agree in every statement, probability and outcome."""

    def run() -> list[object]:
        random = Random(9)
        shakes = [random.gauss(0, 0.002) for _ in range(200)]

        def way(at: float) -> tuple[float, float]:
            return 0.1 + 0.08 * at + shakes[round(at * FPS) % 200], 0.6

        seen = camera()
        seen.run({1: way, 2: straight(0.9, -0.06, 0.8)}, 10.0)
        seen.forecaster.close()
        return [(one.key, one.stated_at, one.probability, one.outcome) for one in seen.resolved]

    first = run()
    assert len(first) > 10
    assert run() == first


def test_what_it_keeps_is_bounded() -> None:
    """After a hundred passers nothing of them is left but what was learned."""
    seen = camera(config=PredictionConfig(kinds=("enters", "departs"), horizon=2.0))
    for number in range(60):
        begins = number * 1.5
        seen.run({number: straight(0.0, 0.9, begins=begins)}, begins + 1.5)
    seen.run({}, 60 * 1.5 + 5.0)
    assert not list(seen.forecaster.docket)
    assert seen.forecaster.expected(1, 1.0) is None
    assert not seen.scene.things
