"""The picture of an event."""

from collections.abc import Callable

import pytest

from detectors import Track
from reasoners import LineConfig, SceneConfig, ZoneConfig
from reasoners.scene.thing import Thing
from reasoners.telling.snapshot import picture, quality
from sources import Mark

MakeTrack = Callable[..., Track]


def thing(track: Track) -> Thing:
    """Turn a track into an object."""
    return Thing.of(track, 1, 0, 16 / 9, first=False)


def test_quality_is_size_times_score_and_halved_at_the_border(track: MakeTrack) -> None:
    """Nearer, surer and uncut is better."""
    whole = quality(thing(track(x=0.5)))
    assert whole == pytest.approx(0.1 * 0.4 * 0.9)
    assert quality(thing(track(x=0.05))) == pytest.approx(whole / 2)


def test_marks_are_zones_and_the_object(track: MakeTrack) -> None:
    """Zones are drawn faintly under their title, the object with label, track and score."""
    points = ((0.1, 0.5), (0.5, 0.5), (0.5, 1.0))
    config = SceneConfig(
        zones={"step": ZoneConfig(points=points, title="Front step")}, snapshot_longest=640
    )
    request = picture(42, [thing(track())], config)
    zone, box = request.marks
    assert (request.index, request.longest, request.quality) == (42, 640, 85)
    assert (zone.shape, zone.points, zone.text) == ("polygon", points, "Front step")
    assert (box.shape, box.text) == ("box", "person t17 0.90")
    assert sum(box.points, ()) == pytest.approx((0.45, 0.3, 0.55, 0.7))
    assert sum(zone.color) / 3 == zone.color[0]
    assert zone.color != box.color


def test_a_picture_of_the_fullest_scene_can_be_asked_for(track: MakeTrack) -> None:
    """The most zones and lines, the longest label: still a valid request."""
    corners = tuple((index / 64, (index % 2) / 2) for index in range(64))
    zones = {f"z{number}": ZoneConfig(points=corners) for number in range(64)}
    lines = {f"l{number}": LineConfig(points=corners) for number in range(64)}
    request = picture(0, [thing(track(label="y" * 300))], SceneConfig(zones=zones, lines=lines))
    assert len(request.marks) == 129
    assert [mark.shape for mark in request.marks[63:66]] == ["polygon", "line", "line"]


def test_what_is_around_the_objects_lies_under_them(track: MakeTrack) -> None:
    """Ways and ties come before the boxes, whom they touch has a name and no score."""
    one, other = thing(track()), thing(track(3, x=0.8))
    way = Mark(shape="line", points=((0.1, 0.1), (0.2, 0.2)), dashed=True)
    request = picture(1, [one], SceneConfig(), (None, way), [other])
    assert [mark.text for mark in request.marks] == ["", "person t3", "person t17 0.90"]
    assert request.marks[1].color != request.marks[2].color
    crowded = picture(1, [one], SceneConfig(), (way,) * 300, [other])
    assert len(crowded.marks) == 256
    assert crowded.marks[-1].text == "person t17 0.90"
