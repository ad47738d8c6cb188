"""What a model expects, held against the scene."""

import pytest

from reasoners.event import EventPrediction
from reasoners.scene.change import Change, Entered, Left, MovedOff, Related, Stopped, Vanished
from reasoners.telling.foretold import MOST, Foretold


def expected(what: str, place: str | None = None, horizon: float = 5.0) -> EventPrediction:
    """Return a statement about t7."""
    return EventPrediction(
        what=what, subject="t7", object=place, horizon_s=horizon, probability=0.7
    )


def stated(*predictions: EventPrediction) -> Foretold:
    """State something at second 10; object 2 has track t9."""
    foretold = Foretold({1: 7, 2: 9}.get)
    foretold.state(predictions, 10.0)
    return foretold


@pytest.mark.parametrize(
    ("prediction", "change"),
    [
        (expected("enters", "zone:step"), Entered(50, 12.0, 1, 7, "step")),
        (expected("leaves", "zone:step"), Left(50, 12.0, 1, 7, "step", 8.0)),
        (expected("leaves"), Vanished(50, 12.0, 1, 7)),
        (expected("stops"), Stopped(50, 12.0, 1, 7)),
        (expected("moves_off"), MovedOff(50, 12.0, 1, 7)),
        (expected("approaches", "t9"), Related(50, 12.0, 1, 7, 2, 9, "approaches", 11.0)),
    ],
)
def test_what_comes_in_time_is_a_hit(prediction: EventPrediction, change: Change) -> None:
    """Once, with its time; the same too late is a miss, and of another object nothing."""
    foretold = stated(prediction)
    foretold.note(change)
    (hit,) = foretold.write()
    assert (hit.outcome, hit.resolved_at, hit.source, hit.stated_at) == ("hit", 12.0, "vlm", 10.0)
    late = stated(prediction.model_copy(update={"horizon_s": 1.0}))
    late.note(change)
    late.lapse(12.0)
    assert late.write()[0].outcome == "miss"
    other = stated(prediction.model_copy(update={"subject": "t8"}))
    other.note(change)
    assert other.write()[0].outcome is None


def test_what_is_open_at_the_end_cannot_be_told() -> None:
    """Neither hit nor miss, unless its time was up."""
    foretold = stated(expected("stops", horizon=2.0), expected("moves_off", horizon=60.0))
    foretold.lapse(15.0, over=True)
    assert [one.outcome for one in foretold.write()] == ["miss", "unresolvable"]


def test_few_are_kept() -> None:
    """However many a model states."""
    assert len(stated(*[expected("stops")] * 20).write()) == MOST


def test_every_end_is_scored_once() -> None:
    """As a hit, a miss, or as what nobody can tell, with the probability it was said with."""
    heard: list[tuple[str, float, bool | None]] = []
    foretold = Foretold({1: 7, 2: 9}.get, lambda *told: heard.append(told))
    foretold.state(
        [expected("stops"), expected("moves_off", horizon=1.0), expected("leaves")], 10.0
    )
    foretold.note(Stopped(50, 12.0, 1, 7))
    foretold.note(Stopped(50, 12.5, 1, 7))
    foretold.lapse(12.0)
    foretold.lapse(13.0, over=True)
    foretold.lapse(99.0, over=True)
    assert heard == [("stops", 0.7, True), ("moves_off", 0.7, False), ("leaves", 0.7, None)]
