"""How open statements end."""

import pytest
from rig.foreseen import camera, straight

from reasoners.predictions.config import PredictionConfig
from reasoners.predictions.docket import Docket
from reasoners.predictions.experience import Experience
from reasoners.predictions.prediction import Prediction


def _walks_in_and_stands(at: float) -> tuple[float, float]:
    return min(0.25 + 0.1 * at, 0.6), 0.6


def test_what_happens_in_time_is_a_hit() -> None:
    """Who crosses the line, enters the zone and stops there makes all three come true."""
    seen = camera()
    seen.run({1: _walks_in_and_stands}, 9.0)
    for what, place in (("crosses", "line:gate"), ("enters", "zone:step"), ("stops", "picture")):
        assert "hit" in {one.outcome for one in seen.ended(what, place)}, what
    entered = next(one for one in seen.ended("enters", "zone:step") if one.outcome == "hit")
    assert entered.resolved_at is not None
    assert entered.stated_at < entered.resolved_at <= entered.until


def test_what_does_not_happen_is_a_miss_when_its_time_is_up() -> None:
    """Who turns round before the zone makes the statement wrong, not before its time."""
    seen = camera()

    def turns(at: float) -> tuple[float, float]:
        return (0.25 + 0.1 * at if at < 1.5 else 0.4 - 0.08 * (at - 1.5)), 0.6

    seen.run({1: turns}, 5.5)
    first = seen.ended("enters", "zone:step")[0]
    assert first.outcome == "miss"
    assert first.resolved_at == pytest.approx(first.until, abs=0.11)


def test_who_goes_out_of_the_picture_departs_and_enters_nothing() -> None:
    """At the border, vanishing is leaving: a hit for that, and a miss for all else."""
    seen = camera()
    seen.run({1: straight(0.6, 0.12)}, 9.0)
    assert seen.ended("departs", "picture")[-1].outcome == "hit"
    assert {one.outcome for one in seen.ended("leaves", "zone:step")} == {"hit"}
    assert all(one.outcome != "unresolvable" for one in seen.resolved)


def test_who_vanishes_in_the_middle_leaves_everything_open_for_ever() -> None:
    """Nobody can tell what became of somebody who was lost in the middle of the picture."""
    kinds = PredictionConfig(kinds=("enters", "crosses", "departs", "stops"), horizon=3.0)
    seen = camera(config=kinds)

    def lost(at: float) -> tuple[float, float] | None:
        return (0.2 + 0.06 * at, 0.6) if at < 1.5 else None

    seen.run({1: lost}, 6.0)
    assert {one.outcome for one in seen.resolved} == {"unresolvable"}
    scores = seen.forecaster.experience.scores
    assert sum(score.unresolvable for score in scores.values()) == len(seen.resolved)
    assert all(score.count == 0 for score in scores.values())


def test_what_is_out_of_sight_at_its_end_waits() -> None:
    """Somebody hidden for a moment is judged when he is seen again, and not before."""
    seen = camera(config=PredictionConfig(kinds=("enters",), horizon=2.0))

    def hidden(at: float) -> tuple[float, float] | None:
        return None if 2.0 < at < 3.6 else (0.2 + 0.01 * at + (0.05 if at < 1 else 0), 0.6)

    for at in seen.show({1: hidden}, 3.5):
        if at > 3.2:
            assert all(one.outcome != "miss" for one in seen.resolved)


def test_one_more_in_a_zone_makes_a_count_come_true() -> None:
    """A second person in the zone is what was predicted of the first."""
    seen = camera()
    seen.run({1: straight(0.25, 0.1), 2: straight(0.65, 0.0, 0.85)}, 5.0)
    counts = [one for one in seen.ended("count", "zone:step") if one.count == 2]
    assert counts
    assert counts[-1].outcome == "hit"
    assert counts[-1].label == "person"


def test_two_who_meet_reach_each_other() -> None:
    """Who walks up to somebody reaches him."""
    seen = camera(config=PredictionConfig(kinds=("reaches",), horizon=10.0))
    seen.run({1: straight(0.7, 0.0), 2: lambda at: (min(0.5 + 0.05 * at, 0.66), 0.6)}, 8.0)
    assert [one.outcome for one in seen.resolved if one.outcome == "hit"]


def test_giving_up_ends_all_without_a_verdict() -> None:
    """When the camera goes, everything open becomes unresolvable."""
    seen = camera()
    seen.run({1: straight(0.25, 0.1)}, 1.5)
    assert list(seen.forecaster.docket)
    seen.forecaster.close()
    assert not list(seen.forecaster.docket)
    assert {one.outcome for one in seen.resolved} == {"unresolvable"}


def test_what_there_is_no_room_for_is_counted() -> None:
    """A full docket refuses, and says how often."""
    docket = Docket(Experience(), 2)
    for number in range(5):
        docket.add(Prediction("departs", number + 1, "picture", 5.0, 0.5, 0.0))
    assert len(list(docket)) == 2
    assert docket.refused == 3
