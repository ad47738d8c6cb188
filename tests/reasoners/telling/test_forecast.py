"""The picture of what is expected."""

from collections.abc import Callable

import pytest
from rig.foreseen import camera, straight

from detectors import Track
from reasoners import Chronicle, PredictionConfig, Revision, SceneConfig, View, ZoneConfig
from reasoners.firing import Firing, Moment
from reasoners.predictions.foresight import Foresight
from reasoners.predictions.prediction import Prediction
from reasoners.telling.forecast import TOLD, forecast, foreseeable, stated
from reasoners.telling.strokes import color_of

MakeTrack = Callable[..., Track]
STEP = ZoneConfig(points=((0.4, 0.3), (0.8, 0.3), (0.8, 0.9), (0.4, 0.9)))


def test_who_moves_is_drawn_where_it_is_expected() -> None:
    """A dashed box of the same size ahead, an arrow to its foot, the ellipse around it."""
    seen = camera()
    seen.run({1: straight(0.2, 0.08), 2: straight(0.8, 0.0)}, 2.0)
    things = list(seen.scene.things.values())
    expected = seen.forecaster.expected
    request = forecast(20, things, SceneConfig(zones={"step": STEP}), expected, 3.0, ["t1 stops"])
    assert request is not None
    assert request.index == 20
    zone, around, arrow, later, standing, walking, told, head = request.marks
    one = things[0]
    assert zone.text == "step"
    assert later.dashed
    assert not walking.dashed
    assert (later.text, walking.text, standing.text) == ("t1 in 3 s", "person t1", "person t2")
    assert (told.text, head.text) == ("t1 stops", "expected in 3 s")
    assert {mark.color for mark in (around, arrow, later, walking)} == {color_of(1)}
    across = later.points[0][0] - walking.points[0][0]
    assert across == pytest.approx(0.24, abs=0.03)
    assert later.points[1][0] - later.points[0][0] == pytest.approx(one.box[2] - one.box[0])
    assert arrow.points[1][0] == pytest.approx(sum(x for x, _ in later.points) / 2)


def test_who_will_be_gone_gets_an_arrow_to_the_border() -> None:
    """Its box would lie outside; the words say so."""
    seen = camera()
    seen.run({1: straight(0.6, 0.15)}, 2.2)
    things = list(seen.scene.things.values())
    request = forecast(1, things, SceneConfig(), seen.forecaster.expected, 3.0)
    assert request is not None
    assert [mark.text for mark in request.marks] == [
        *("t1 out of view", "person t1", "expected in 3 s"),
    ]


def test_where_nothing_is_foreseen_there_is_no_picture() -> None:
    """Who stands will stand; of whom too little is known nothing is claimed."""
    seen = camera()
    seen.run({1: straight(0.5, 0.0)}, 2.0)
    things = list(seen.scene.things.values())
    assert forecast(1, things, SceneConfig(), seen.forecaster.expected, 3.0) is None
    seen.run({1: straight(0.5, 0.08, begins=2.0)}, 4.0)
    assert foreseeable(things, seen.forecaster.expected, 1.0)
    assert not foreseeable(things, lambda *_: (0.5, 0.5, 0.3, 0.3), 1.0)
    assert not foreseeable(things, lambda *_: None, 1.0)


def test_a_crowd_is_a_valid_request() -> None:
    """As many as are drawn, with as many zones as there may be."""
    seen = camera()
    seen.run({number: straight(0.02 * number, 0.05) for number in range(1, 31)}, 2.0)
    zones = {f"z{number}": STEP for number in range(64)}
    told = [f"t{number} stops {'y' * 300}" for number in range(9)]
    request = forecast(
        1, list(seen.scene.things.values()), SceneConfig(zones=zones),
        seen.forecaster.expected, 2.0, told,
    )  # fmt: skip
    assert request is not None
    assert len(request.marks) <= 256
    assert [mark.text for mark in request.marks].count("expected in 2 s") == 1
    assert sum("stops" in mark.text for mark in request.marks) == TOLD


def test_predictions_are_told_as_the_record_has_them() -> None:
    """The likeliest first; what is unlikely, or over, is not told."""
    told = stated(
        [
            Prediction("enters", 1, "zone:step", 5.0, 0.4, 10.0),
            Prediction("departs", 1, "picture", 5.0, 0.8, 10.0),
            Prediction("count", None, "zone:step", 5.0, 0.6, 10.0, "person", 3),
            Prediction("reaches", 1, 2, 5.0, 0.5, 10.0),
            Prediction("stops", 1, "picture", 5.0, 0.3, 10.0),
            Prediction("crosses", 1, "line:gate", 5.0, 0.05, 10.0),
            Prediction("enters", 1, "zone:yard", 1.0, 0.9, 10.0),
        ],
        {1: 17, 2: 18}.get,
        11.0,
    )
    assert told == [
        "t17 leaves picture 80 % within 4 s",
        "3 person in step 60 % within 4 s",
        "t17 reaches t18 50 % within 4 s",
        "t17 enters step 40 % within 4 s",
        "t17 stops 30 % within 4 s",
    ]


def walking(chronicle: Chronicle, track: MakeTrack, seconds: float) -> list[Revision]:
    """Let somebody walk through the picture; return all revisions."""
    told = []
    for step in range(round(seconds * 10)):
        at, x = step / 10, 0.1 + 0.008 * step
        one = track(x=x, velocity=(0.08, 0.0), last_seen=at)
        told += chronicle.observe(View(step, at, at, 1600, 900, (one,)))
    return told


class Plain:
    """An engine that tells of the first object, and of its forecast as it is told to."""

    def __init__(self, ahead: float | None) -> None:
        self.ahead = ahead
        self.told = False

    def observe(self, moment: Moment) -> list[Firing]:
        """Begin once."""
        things = tuple(moment.scene.things.values())[:1]
        if self.told or not things:
            return []
        self.told = True
        return [Firing("plain", 1, "begins", moment.now, things, forecast=self.ahead)]

    def reset(self) -> None:
        """Begin again."""
        self.told = False


def made(camera_wide: float | None, of_rule: float | None, **more: object) -> Chronicle:
    """Make a chronicle whose events have forecasts as camera and rule say."""
    return Chronicle(
        node="box1",
        camera="porch",
        config=SceneConfig(forecast=camera_wide),
        new_id=lambda camera, ordinal, _: f"{camera}-{ordinal}",
        clock="media",
        ask=None,
        engines=(Plain(of_rule),),
        foresight=Foresight(PredictionConfig.model_validate(more)),
    )


def test_a_forecast_comes_as_soon_as_it_can_be_drawn(track: MakeTrack) -> None:
    """At first sight nobody knows where somebody goes; then one more revision has the picture."""
    told = walking(made(2.0, None), track, 1.9)
    asked = [revision for revision in told if revision.forecast is not None]
    assert told[0].forecast is None
    assert told[0].picture is not None
    assert asked[0].event.revision == 2
    assert asked[0].forecast is not None
    assert asked[0].forecast.index == asked[0].event.frame.index
    assert asked[0].forecast.marks[-1].text == "expected in 2 s"


def test_a_forecast_that_was_stored_is_named_and_not_asked_for_again(track: MakeTrack) -> None:
    """It stays in later revisions, with its frame and how far it looks ahead."""
    chronicle = made(2.0, None)
    (first, *_) = [one for one in walking(chronicle, track, 1.5) if one.forecast is not None]
    event = chronicle.illustrate(first.event, None, "/events/e/forecast-2.jpg")
    assert event.media.forecast == "/events/e/forecast-2.jpg"
    assert (event.media.forecast_frame, event.media.forecast_s) == (first.event.frame.index, 2.0)
    assert event.media.snapshot is None
    (end,) = chronicle.close(3.0, "left")
    assert end.event.media.forecast == "/events/e/forecast-2.jpg"


def test_one_that_never_comes_is_asked_for_three_times(track: MakeTrack) -> None:
    """The disk may be full: that must not make a revision a second for ever."""
    told = walking(made(2.0, None), track, 9.0)
    assert sum(one.forecast is not None for one in told if one.picture is None) <= 3
    assert all(one.event.media.forecast is None for one in told)
    assert "forecast" not in told[-1].event.wire()


@pytest.mark.parametrize(
    ("camera_wide", "of_rule", "seconds"),
    [(None, None, None), (2.0, None, "2"), (2.0, 0, None), (None, 3.0, "3"), (2.0, 1.5, "1.5")],
)
def test_a_rule_may_say_otherwise_than_its_camera(
    camera_wide: float | None, of_rule: float | None, seconds: str | None, track: MakeTrack
) -> None:
    """Farther, nearer, or not at all."""
    told = walking(made(camera_wide, of_rule), track, 2.0)
    heads = {one.forecast.marks[-1].text for one in told if one.forecast is not None}
    assert heads == (set() if seconds is None else {f"expected in {seconds} s"})
