"""Warnings as firings."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from reasoners import SceneConfig, View
from reasoners.driving.config import DrivingConfig
from reasoners.driving.engine import Driving
from reasoners.firing import Firing, Moment
from reasoners.scene.scene import Scene

Watch = Callable[..., Iterator[tuple[View, dict[int, str]]]]


def test_a_warning_begins_and_ends_with_its_evidence(watch: Watch) -> None:
    """Each begins before it ends, names the object, and says what was measured with its unit."""
    engine, scene = Driving(DrivingConfig()), Scene(SceneConfig())
    fired: list[Firing] = []
    view = None
    for view, _ in watch("approach", 3):
        happened = scene.observe(view)
        fired += engine.observe(Moment(scene.now, view.index, view, scene, happened))
    assert view is not None
    for step in range(1, 40):
        at = view.captured_at + step / 10
        empty = View(view.index + step, at, at, 1920, 1080, ())
        happened = scene.observe(empty)
        fired += engine.observe(Moment(scene.now, empty.index, empty, scene, happened))
    collision = [one for one in fired if one.rule == "collision"]
    assert [one.phase for one in collision] == ["begins", "changes", "ends"]
    begins, changes, ends = collision
    assert changes.at - begins.at >= 1
    assert begins.severity == "alert"
    assert begins.things[0].label in {"car", "truck"}
    assert begins.at < ends.at
    measured = {ground.kind: ground for ground in begins.grounds}
    assert measured["time_to_contact"].unit == "s"
    assert measured["time_to_contact"].wanted == 2.5
    assert "is reached in" in measured["time_to_contact"].condition
    assert {"uncertainty", "box_growth", "passes_ahead"} <= measured.keys()
    least = {ground.kind: ground.value for ground in ends.grounds}["time_to_contact"]
    assert isinstance(least, float)
    assert isinstance(value := measured["time_to_contact"].value, float)
    assert least <= value


def test_time_without_a_frame_changes_nothing_and_reset_forgets(watch: Watch) -> None:
    """A lapse fires nothing; after a reset the same thing can be warned of anew."""
    engine, scene = Driving(DrivingConfig()), Scene(SceneConfig())
    assert list(engine.observe(Moment(0.0, 0, None, scene, ()))) == []
    for _ in range(2):
        rules = []
        for view, _names in watch("approach", 3):
            moment = Moment(view.captured_at, view.index, view, scene, ())
            rules += [one.rule for one in engine.observe(moment) if one.phase == "begins"]
        assert "collision" in rules
        engine.reset()


def test_a_changed_track_id_makes_no_second_warning(watch: Watch) -> None:
    """Who is the same to the scene is the same to driver assist, measured on without a break."""
    engine, scene, rules = Driving(DrivingConfig()), Scene(SceneConfig()), []
    for view, _ in watch("approach", 3):
        changed = view
        if view.captured_at > 3.5:
            tracks = [replace(one, id=one.id + 100, first_seen=3.6) for one in view.tracks]
            changed = replace(view, tracks=tracks)
        changes = scene.observe(changed)
        moment = Moment(scene.now, view.index, changed, scene, changes)
        rules += [one.rule for one in engine.observe(moment) if one.phase == "begins"]
    assert sorted(rules) == ["closing_fast", "collision"]


def test_conditions_are_told_in_the_language_of_the_camera(watch: Watch) -> None:
    """Nothing English is left in what an event says was measured."""
    engine, scene = Driving(DrivingConfig(), "de"), Scene(SceneConfig())
    told: list[str] = []
    for view, _ in watch("approach", 3):
        happened = scene.observe(view)
        for one in engine.observe(Moment(scene.now, view.index, view, scene, happened)):
            told += [ground.condition for ground in one.grounds]
    assert any("erreicht, wenn sich nichts ändert" in text for text in told)
    assert "eine Standardabweichung davon" in told
    assert not any(" is " in text or "box" in text or "own" in text for text in told)
