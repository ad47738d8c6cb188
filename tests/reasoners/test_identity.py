"""Which new track shows which object that was there a moment ago."""

from collections.abc import Callable

from detectors import Track
from reasoners.identity import reunite
from reasoners.thing import Thing

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
