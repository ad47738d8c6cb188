"""Plays as a detector and a tracker would show them."""

from random import Random

from detectors.bytetrack import ByteConfig, ByteTracker
from reasoners.testing import Errors, exact, frames, play, watch
from reasoners.testing.showing import detections

SOME = Errors(missed=0.1, false=0.05, noise=0.02)


def test_a_detector_misses_and_invents_as_often_as_it_is_told() -> None:
    """Over a whole play the shares are those asked for; without errors every box is exact."""
    random, true, found = Random(1), 0, 0
    for _, sights in frames(play("crowd", 0), 10):
        true += len(sights)
        found += len(detections(sights, random, SOME))
        assert len(detections(sights, random, Errors())) == len(sights)
    assert 0.92 < found / true < 0.98


def test_exact_tracks_keep_one_id_each() -> None:
    """Whoever is hidden for a while comes back under the same id."""
    ids = {track.id for view in exact(play("curtain", 0), 10) for track in view.tracks}
    assert ids == {1, 2}


def test_through_a_real_tracker_a_play_is_told_as_well() -> None:
    """With missed, false and shaken boxes nothing is missing in a simple play."""
    tracker = ByteTracker("test", ByteConfig())
    marks = watch(play("passers", 0), 10, tracker.update, 1, SOME).events()
    assert marks.recall() >= 0.95
    assert marks.precision() >= 0.95
