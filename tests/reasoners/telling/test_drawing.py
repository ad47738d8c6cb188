"""What is drawn of events."""

from collections.abc import Callable

from detectors import Track
from reasoners import Reasoning, SceneConfig, View, ZoneConfig
from reasoners.firing import Firing
from reasoners.predictions.forecaster import Forecaster
from reasoners.predictions.foresight import Foresight
from reasoners.scene.scene import Scene
from reasoners.telling.drawing import Drawing
from reasoners.telling.foretelling import Foretelling
from reasoners.telling.story import Story, Telling

MakeTrack = Callable[..., Track]
MakeView = Callable[..., View]
STEP = ZoneConfig(points=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)))


def test_a_snapshot_shows_whom_the_event_is_about(track: MakeTrack, view: MakeView) -> None:
    """Boxes and tails of those who are seen, the zones, and no forecast where none is wanted."""
    config = SceneConfig(zones={"step": STEP})
    scene = Scene(config)
    forecaster = Forecaster(Foresight(), scene)
    drawing = Drawing(config, scene, forecaster)
    for number in range(8):
        one = track(x=0.3 + number / 40, velocity=(0.25, 0.0), last_seen=number / 10)
        scene.observe(view(number / 10, one))
        drawing.remember()
    things = tuple(scene.things.values())
    story = Story(
        Telling("e1", "box1", "porch", "presence", "media", None, {}),
        Firing("presence", 1, "begins", 0.0, things),
        view(0.7, one),
        Reasoning(),
        scene,
        Foretelling(forecaster, scene.track),
    )
    asked = drawing.picture(story)
    assert asked.index == story.view.index
    shapes = [mark.shape for mark in asked.marks]
    assert shapes.count("box") == 1
    assert {"polygon", "line"} <= set(shapes)
    assert drawing.forecast(story) is None
    assert story.album.forecasts == 0
    drawing.clear()
    assert len(drawing.picture(story).marks) < len(asked.marks)
    assert isinstance(drawing.foreshown(), list)
