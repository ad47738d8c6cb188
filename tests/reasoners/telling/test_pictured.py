"""What one picture shows, in words."""

import pytest

from detectors import Track
from reasoners import SceneConfig, View
from reasoners.scene.scene import Scene
from reasoners.telling.pictured import pictured
from reasoners.telling.saying import Saying


def told(tracks: list[Track], language: str) -> str:
    """Show one frame to a scene and say what is on it."""
    scene = Scene(SceneConfig())
    scene.observe(View(0, 10.0, 10.0, 640, 480, tracks))
    saying = Saying(scene.naming, scene.titles())
    return pictured(scene.things.values(), scene.relations(), saying, language)


PERSON = Track(1, "person", 0.91, (0.1, 0.3, 0.2, 0.7), (0, 0), 10.0, 10.0, 1, moving=False)


@pytest.mark.parametrize(
    ("language", "empty"),
    [
        ("en", "The detector recognised nothing in the picture."),
        ("de", "Der Detektor hat im Bild nichts erkannt."),
        ("zh", "检测器在画面中未识别出任何物体。"),
    ],
)
def test_an_empty_picture_says_so(language: str, empty: str) -> None:
    """Nothing recognised is told, in each language."""
    assert told([], language) == empty


def test_nothing_is_said_of_before_or_after() -> None:
    """Who is where, and how surely; nobody came, moves or stands still."""
    text = told([PERSON], "en")
    assert text == "Person t1 (score 0.91) is to be seen in the left part of the picture."
