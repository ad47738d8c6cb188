"""What is wrong with a configuration, said to a person."""

from typing import Any

import pytest

from daemon.config import parse
from daemon.errors import ConfigRejected

CAMERA: dict[str, Any] = {"source": {"type": "synthetic"}}
SQUARE = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]


def problems(camera: dict[str, Any], **more: object) -> list[str]:
    """Return the lines a configuration with one camera is refused with."""
    with pytest.raises(ConfigRejected) as refused:
        parse({"cameras": {"a": CAMERA | camera}, **more}, "x")
    return refused.value.problems


@pytest.mark.parametrize(
    ("camera", "line"),
    [
        ({"colour": 1}, "x: cameras.a.colour: unknown key; known here: cassette, clips, cloud"),
        ({"zone": {}}, "x: cameras.a.zone: unknown key; is `zones` meant?"),
        ({"detect": {"width": 1}}, "x: cameras.a.detect.width: unknown key; sizes are found out"),
        ({"ffmpeg": {}}, "x: cameras.a.ffmpeg: unknown key; the stream is `source: {type: rtsp"),
        ({"objects": {}}, "x: cameras.a.objects: unknown key; what to watch for is `presence: "),
        (
            {"zones": {"z": {"points": SQUARE, "coordinates": "0,0"}}},
            "x: cameras.a.zones.z.coordinates: unknown key; corners are `points: ",
        ),
        ({"zones": {"z": {"points": "0,0"}}}, "x: cameras.a.zones.z.points: must be a list"),
        ({"zones": {"z": {"points": SQUARE[:2]}}}, "x: cameras.a.zones.z.points: needs 3 or more"),
        ({"zones": [1]}, "x: cameras.a.zones: must be a mapping, with `key: value` below it"),
        ({"detect": 5}, "x: cameras.a.detect: must be a mapping, with `key: value` below it"),
        ({"detect": {"fps": "x"}}, "x: cameras.a.detect.fps: must be a number, or must be 'every'"),
        (
            {"detect": {"fps": 0}},
            "x: cameras.a.detect.fps: must be greater than 0, or must be 'every' (it is 0)",
        ),
        ({"enabled": "maybe"}, "x: cameras.a.enabled: must be true or false"),
        ({"title": 5}, "x: cameras.a.title: must be text; put it in quotes (it is 5)"),
        ({"kept": 1.5}, "x: cameras.a.kept: must be a whole number (it is 1.5)"),
    ],
)
def test_one_mistake_is_one_line_in_plain_words(camera: dict[str, Any], line: str) -> None:
    """Key path, reason and remedy stand in one line, without a word of the validator's."""
    (found,) = problems(camera)
    assert found.startswith(line)


@pytest.mark.parametrize(
    ("key", "shape"),
    [
        ("zones", {"z": {"points": [[300, 500], [700, 500], [700, 900], [300, 900]]}}),
        ("privacy", [[[0, 0], [640, 0], [640, 480]]]),
        ("crop", [0, 0, 640, 480]),
    ],
)
def test_shape_in_pixels_is_one_line(key: str, shape: object) -> None:
    """Whoever draws in pixels is told once per shape, not once per corner."""
    (found,) = problems({key: shape})
    assert "coordinates run from 0 to 1" in found
    assert "not in pixels" in found


def test_two_shapes_in_pixels_are_two_lines() -> None:
    """Mistakes in different shapes are told apart."""
    far = [[0, 0], [2, 0], [2, 2]]
    assert len(problems({"privacy": [far, far]})) == 2


def test_frigate_user_is_shown_the_way_at_the_top_level() -> None:
    """`mqtt:` is answered with what it is called here; a detector without a type is named."""
    broker, detector = sorted(problems({}, mqtt={"host": "h"}, detectors={"cpu": {}}), reverse=True)
    assert "sinks: {mqtt: {type: mqtt, url: mqtt://HOST:1883}}" in broker
    assert "detectors.cpu.type" in detector


def test_text_in_the_wrong_place_is_not_repeated() -> None:
    """What may be a password is in no line."""
    found = problems({"password": "Hush-4711", "title": ["Hush-4711"], "enabled": "Hush-4711"})
    assert len(found) == 3
    assert "Hush" not in "".join(found)
