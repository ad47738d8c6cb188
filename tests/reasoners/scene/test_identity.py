"""Which new track shows which object that was there a moment ago."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from detectors import Track
from reasoners import SceneConfig, View
from reasoners.scene.change import Appeared, Reappeared
from reasoners.scene.identity import reunite
from reasoners.scene.scene import Scene
from reasoners.scene.thing import Thing

MakeTrack = Callable[..., Track]


def thing(number: int, track: Track) -> Thing:
    """Turn a track into an object that is out of sight since then."""
    return Thing.of(track, number, 0, 16 / 9, first=False)


def test_the_nearer_of_two_wins(track: MakeTrack) -> None:
    """Two objects out of sight and two new tracks are matched by distance, not by order."""
    left, right = thing(1, track(1, x=0.30)), thing(2, track(2, x=0.36))
    tracks = [track(8, x=0.365, first_seen=0.5), track(9, x=0.305, first_seen=0.5)]
    assert reunite(tracks, [left, right], 0.5) == {8: right, 9: left}


def test_each_object_is_found_once(track: MakeTrack) -> None:
    """Of two tracks near one object, one is another object."""
    lone = thing(1, track(1, x=0.3))
    tracks = [track(8, x=0.31, first_seen=0.5), track(9, x=0.33, first_seen=0.5)]
    assert reunite(tracks, [lone], 0.5) == {8: lone}


def test_who_goes_on_is_found_further_on(track: MakeTrack) -> None:
    """An object behind a pillar is expected where its way leads, or where it went behind."""
    walker = thing(1, track(1, x=0.2, velocity=(0.4, 0.0)))
    there = track(8, x=0.6, first_seen=1.0)
    stayed = track(9, x=0.2, first_seen=1.0)
    assert reunite([there], [walker], 1.0) == {8: walker}
    assert reunite([stayed], [walker], 1.0) == {9: walker}
    standing = thing(2, track(1, x=0.2))
    assert reunite([track(8, x=0.9, first_seen=1.0)], [standing], 1.0) == {}


def test_who_passes_the_other_way_is_somebody_else(track: MakeTrack) -> None:
    """Two people who meet and hide each other are not exchanged."""
    there = thing(1, track(1, x=0.4, velocity=(0.2, 0.0)))
    back = track(8, x=0.45, velocity=(-0.2, 0.0), first_seen=0.5)
    along = track(9, x=0.45, velocity=(0.1, 0.02), first_seen=0.5)
    unknown = track(7, x=0.45, first_seen=0.5)
    assert reunite([back], [there], 0.5) == {}
    assert reunite([along], [there], 0.5) == {9: there}
    assert reunite([unknown], [there], 0.5) == {7: there}


@pytest.mark.material
def test_pedestrians_hidden_for_a_moment_keep_their_identity(material: Path) -> None:
    """TUD-Campus, every person hidden for 0.4 s of each 1.2 s: 8 people stay 8 objects.

    The street is crowded and only geometry is known, so one exchange among the eight rejoined is
    what this can do.
    """
    boxes: dict[int, list[tuple[int, float, float, float, float]]] = {}
    for line in (material / "mot" / "TUD-Campus" / "gt.txt").read_text().splitlines():
        number, who, *sides = line.split(",")[:6]
        left, top, across, down = map(float, sides)
        box = (left / 640, top / 480, across / 640, down / 480)
        boxes.setdefault(int(number), []).append((int(who), *box))
    scene = Scene(SceneConfig())
    began: dict[int, tuple[int, float]] = {}
    people: list[int] = []
    before: dict[int, tuple[float, float, float]] = {}
    chains: dict[int, list[int]] = {}
    for frame, shown in sorted(boxes.items()):
        at, tracks = frame / 25, []
        for person, x, y, width, height in shown:
            if (frame + person * 7) % 30 < 10:
                began.pop(person, None)
                continue
            if person not in began:
                people.append(person)
                began[person] = (len(people) - 1, at)
            track_id, first = began[person]
            now = (at, x + width / 2, y + height / 2)
            last = before.get(person, now)
            elapsed = max(at - last[0], 1e-9)
            velocity = ((now[1] - last[1]) / elapsed, (now[2] - last[2]) / elapsed)
            before[person] = now
            xyxy = (x, y, x + width, y + height)
            tracks.append(Track(track_id, "person", 0.9, xyxy, velocity, first, at, 3))
        for change in scene.observe(View(frame, at, at, 640, 480, tracks)):
            if isinstance(change, Appeared | Reappeared):
                chains.setdefault(change.thing, []).append(people[change.track])
    joins = [a == b for chain in chains.values() for a, b in pairwise(chain)]
    assert len(people) == 16
    assert len(chains) == 8
    assert joins.count(True) >= 7
    assert joins.count(False) <= 1
