"""What a driver is shown."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from reasoners import View
from reasoners.driving.assist import Assist
from reasoners.driving.config import DrivingConfig
from reasoners.driving.picture import CALM, DANGER, marks
from sources import LaneMark, Road

Watch = Callable[..., Iterator[tuple[View, dict[int, str]]]]


def test_path_lane_time_and_warning_are_drawn(watch: Watch) -> None:
    """At first a calm path; at a warning it turns red and says what for, with the time left."""
    assist = Assist(DrivingConfig())
    lane = LaneMark("left", -0.2, 0.5, 0.9)
    unsure = LaneMark("right", 0.9, 0.5, 0.1)
    shown = []
    for plain, _ in watch("approach", 3):
        view = replace(plain, road=Road((lane, unsure), still=False))
        assist.observe(view, view.road)
        shown.append(list(marks(assist, view)))
    first, last = shown[0], shown[-3]
    assert first[0].shape == "polygon"
    assert first[0].color == CALM
    assert [mark.shape for mark in first].count("line") == 1
    assert last[0].color == DANGER
    words = [mark.text for mark in last if mark.shape == "text"]
    assert any(text.startswith("COLLISION AHEAD (") for text in words)
    assert any(" s +- " in text for text in words)


def test_warnings_are_drawn_in_the_language_of_the_camera(watch: Watch) -> None:
    """In German; in English where the letters of the language cannot be drawn."""
    assist, said = Assist(DrivingConfig()), dict[str, set[str]]()
    for view, _ in watch("approach", 3):
        assist.observe(view, view.road)
        for code in ("de", "zh"):
            texts = {mark.text for mark in marks(assist, view, code) if mark.shape == "text"}
            said.setdefault(code, set()).update(texts)
    assert any(text.startswith("KOLLISION VORAUS (") for text in said["de"])
    assert any(text.startswith("COLLISION AHEAD (") for text in said["zh"])
