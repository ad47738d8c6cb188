"""What events tell of the future."""

from collections.abc import Callable, Iterator

from rig.foreseen import straight

from detectors import Track
from reasoners import Chronicle, Event, LineConfig, Revision, SceneConfig, View, ZoneConfig
from reasoners.predictions.forecaster import Forecaster
from reasoners.predictions.foresight import Foresight
from reasoners.predictions.prediction import Prediction
from reasoners.scene.scene import Scene
from reasoners.scene.thing import Thing
from reasoners.telling.foretelling import MOST, Foretelling
from reasoners.telling.restart import after_restart
from reasoners.telling.shift import shifted

WALKER = Track(17, "person", 0.9, (0.4, 0.4, 0.5, 0.8), (0.1, 0.0), 0.0, 0.0, 3)

YARD = SceneConfig(
    zones={"step": ZoneConfig(points=((0.5, 0.3), (0.8, 0.3), (0.8, 0.9), (0.5, 0.9)))},
    lines={"gate": LineConfig(points=((0.4, 0.1), (0.4, 0.95)))},
)


def _walk(chronicle: Chronicle, until: float = 12.0, speed: float = 0.1) -> Iterator[Revision]:
    way = straight(0.1, speed)
    for number in range(round(until * 10)):
        at = number / 10
        place = way(at)
        tracks: list[Track] = []
        if place is not None:
            x, y = place
            box = (max(0.0, x - 0.03), y - 0.2, min(1.0, x + 0.03), y)
            tracks.append(Track(17, "person", 0.9, box, (speed, 0.0), at, at, 3))
        yield from chronicle.observe(View(number, at, at, 1600, 900, tracks))


def test_an_event_tells_what_is_likely_and_later_how_it_turned_out(
    chronicle: Callable[..., Chronicle],
) -> None:
    """Of who walks through a zone, statements are first open, and the end knows all outcomes."""
    events = [revision.event for revision in _walk(chronicle(YARD))]
    assert events[-1].type == "end"
    told: dict[tuple[str, str | None, float | None], list[str | None]] = {}
    for event in events:
        for one in event.predictions:
            told.setdefault((one.what, one.object, one.stated_at), []).append(one.outcome)
    assert {what for what, _, _ in told} >= {"leaves"}
    for key, outcomes in told.items():
        assert outcomes[0] is None, key
        over = [outcome for outcome in outcomes if outcome is not None]
        assert len(set(over)) <= 1, key
    last = events[-1].predictions
    assert last
    assert all(one.outcome is not None and one.resolved_at is not None for one in last)
    assert "hit" in {one.outcome for one in last if one.what == "leaves"}
    assert {one.subject for one in last} <= {"t17", "person"}


def test_the_future_is_told_within_bounds_and_rounded(
    chronicle: Callable[..., Chronicle],
) -> None:
    """No event carries more than its share, and a replay gives the same bytes."""
    first, second = (
        [revision.event.wire() for revision in _walk(chronicle(YARD), 30.0, 0.02)] for _ in range(2)
    )
    assert first == second
    events = [Event.model_validate_json(line) for line in first]
    assert max(len(event.predictions) for event in events) <= MOST
    assert all(
        one.probability == round(one.probability, 3)
        for event in events
        for one in event.predictions
    )


def test_the_oldest_that_is_over_makes_room() -> None:
    """With more statements than fit, what is open stays and what is over goes."""
    scene = Scene(SceneConfig())
    forecaster = Forecaster(Foresight(), scene)
    foretelling = Foretelling(forecaster, lambda number: number)
    thing = Thing.of(WALKER, 1, 0, 1.8, first=False)
    for number in range(3 * MOST):
        forecaster.docket.add(Prediction("stops", thing.id, "picture", 5.0, 0.5, float(number)))
        foretelling.take([thing])
        if number < 3 * MOST - 1:
            forecaster.docket.give_up(number + 0.5)
    written = foretelling.write()
    assert [one.stated_at for one in written] == [float(2 * MOST + n) for n in range(MOST)]
    assert written[-1].outcome is None


def test_what_is_unlikely_is_not_told() -> None:
    """A statement that is next to impossible is scored and not told."""
    scene = Scene(SceneConfig())
    forecaster = Forecaster(Foresight(), scene)
    foretelling = Foretelling(forecaster, lambda number: number)
    thing = Thing.of(WALKER, 1, 0, 1.8, first=False)
    forecaster.docket.add(Prediction("stops", thing.id, "picture", 5.0, 0.02, 0.0))
    forecaster.docket.add(Prediction("departs", thing.id, "picture", 5.0, 0.6, 0.0))
    foretelling.take([thing])
    assert [(one.what, one.object) for one in foretelling.write()] == [("leaves", None)]


def test_a_restart_leaves_no_statement_open(chronicle: Callable[..., Chronicle]) -> None:
    """What was open when the power failed is unresolvable, in the revision that ends the event."""
    events = [revision.event for revision in _walk(chronicle(YARD), 5.5)]
    assert any(one.outcome is None for one in events[-1].predictions)
    ended = after_restart(events[-1], 100.0)
    assert {one.outcome for one in ended.predictions} <= {"hit", "miss", "unresolvable"}


def test_a_step_of_the_clock_moves_statements_too(chronicle: Callable[..., Chronicle]) -> None:
    """Times of statements are Unix times as all others of an event."""
    event = [revision.event for revision in _walk(chronicle(YARD))][-1]
    moved = shifted(event, 3600.0)
    for before, after in zip(event.predictions, moved.predictions, strict=True):
        assert before.stated_at is not None
        assert after.stated_at == round(before.stated_at + 3600, 3)
        assert before.resolved_at is not None
        assert after.resolved_at == round(before.resolved_at + 3600, 3)
