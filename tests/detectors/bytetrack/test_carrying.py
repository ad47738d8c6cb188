"""Boxes for frames that nobody looked at."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rig import mot
from rig.walkers import detections, walk

from detectors import Box, Detections, Track
from detectors.bytetrack import ByteConfig, ByteTracker

NONE = Detections.none()


def at(x: float, y: float = 0.5, score: float = 0.9) -> Detections:
    """Return one person there."""
    return detections((around(x, y), score, "person"))


def around(x: float, y: float = 0.5) -> Box:
    """Return a person's box around a point."""
    return x - 0.03, y - 0.15, x + 0.03, y + 0.15


def followed(*places: float, fps: float = 5.0) -> tuple[ByteTracker, float]:
    """Let a tracker see one person at these x, frame by frame; return the last frame's time too."""
    tracker = ByteTracker("yard", ByteConfig())
    for number, place in enumerate(places):
        tracker.update(number / fps, at(place))
    return tracker, (len(places) - 1) / fps


def centre(track: Track) -> float:
    """Return the x of a box's centre."""
    return (track.xyxy[0] + track.xyxy[2]) / 2


@given(seed=st.integers(0, 40), every=st.integers(2, 8), fps=st.sampled_from([5.0, 12.5, 25.0]))
@settings(max_examples=25, deadline=None)
def test_carrying_changes_nothing_and_invents_nobody(seed: int, every: int, fps: float) -> None:
    """Looks give the same tracks with and without carried frames between.

    Those add no id, keep times and hits, stay within the picture, and grow no surer.
    """
    alone, between = ByteTracker("a", ByteConfig()), ByteTracker("b", ByteConfig())
    known: dict[int, Track] = {}
    before: dict[int, float] = {}
    for number, moment in enumerate(walk(seed, 4, fps, seconds=4)):
        if number % every == 0:
            looked = between.update(moment.at, moment.detections)
            assert looked == alone.update(moment.at, moment.detections)
            assert not any(track.carried for track in looked)
            known = {track.id: track for track in looked}
            before = {track.id: track.score for track in looked}
            continue
        for track in between.carry(moment.at):
            look = known[track.id]
            assert track.carried == (not look.lost)
            assert track.lost == look.lost
            assert (track.hits, track.first_seen, track.last_seen, track.label) == (
                *(look.hits, look.first_seen, look.last_seen, look.label),
            )
            left, top, right, bottom = track.xyxy
            assert 0 <= left < right <= 1
            assert 0 <= top < bottom <= 1
            assert 0 <= track.score <= before[track.id] + 1e-9
            before[track.id] = track.score


def test_walker_is_where_he_walks() -> None:
    """Between two looks the box goes on with the walker, and its score falls from look to look."""
    tracker, last = followed(*(0.2 + 0.02 * k for k in range(10)))
    carried = [tracker.carry(last + k / 25)[0] for k in range(5)]
    assert [centre(one) for one in carried] == pytest.approx(
        [0.38 + 0.1 * k / 25 for k in range(5)], abs=0.004
    )
    scores = [one.score for one in carried]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == pytest.approx(0.9)
    assert 0.6 < scores[-1] < 0.9
    assert all(one.carried and one.moving for one in carried)


def test_who_rests_is_carried_in_place_and_longer() -> None:
    """One who stands does not drift off with the noise, and half a second costs him little."""
    random = np.random.default_rng(1)
    walker, last = followed(*(0.2 + 0.02 * k for k in range(20)))
    rester, _ = followed(*(0.5 + random.normal(0, 0.001, 20)))
    (still,) = rester.carry(last + 0.5)
    assert not still.moving
    assert centre(still) == pytest.approx(centre(rester.carry(last)[0]), abs=1e-6)
    assert still.score > walker.carry(last + 0.5)[0].score
    assert still.score > 0.7


def test_who_stops_is_found_where_he_stopped() -> None:
    """Carried past the place where he stopped, he is back there with the next look, same id."""
    tracker, last = followed(*(0.2 + 0.02 * k for k in range(10)))
    assert centre(tracker.carry(last + 0.18)[0]) > 0.385
    for number in range(1, 16):
        (seen,) = tracker.update(last + number / 5, at(0.38))
    assert (seen.id, seen.carried, seen.moving) == (1, False, False)
    assert centre(seen) == pytest.approx(0.38, abs=0.002)
    assert centre(tracker.carry(last + 3.15)[0]) == pytest.approx(0.38, abs=0.002)


def test_who_hides_is_lost_not_carried_and_comes_back() -> None:
    """A look that does not find him makes him lost, also in the frames after it, until one does."""
    tracker, last = followed(*(0.2 + 0.02 * k for k in range(10)))
    tracker.update(last + 0.2, NONE)
    (hidden,) = tracker.carry(last + 0.3)
    assert (hidden.lost, hidden.carried, hidden.last_seen) == (True, False, last)
    (back,) = tracker.update(last + 0.4, at(0.42))
    assert (back.id, back.lost, back.carried) == (1, False, False)
    assert tracker.carry(last + 0.5)[0].carried


def test_nobody_is_carried_for_ever_or_out_of_the_picture() -> None:
    """After `keep` seconds without a look, or beyond the border, there is nothing to tell."""
    tracker, last = followed(*([0.5] * 10))
    assert tracker.carry(last + 2.0)
    assert not tracker.carry(last + 2.1)
    leaving, last = followed(*(0.7 + 0.03 * k for k in range(9)))
    assert not leaving.carry(last + 1.5)
    with pytest.raises(ValueError, match="never decrease"):
        leaving.carry(last - 0.1)


def test_what_is_only_vouched_for_goes_on_but_begins_and_proves_nothing() -> None:
    """A detection that nobody looked for keeps a track, marked; it adds no hit and starts none."""
    tracker, last = followed(*([0.5] * 5))
    vouched = Detections(
        np.array([around(0.5), around(0.2)], np.float32),
        np.array([0.8, 0.8], np.float32),
        ("person", "person"),
        np.array([True, True]),
    )
    for number in range(1, 20):
        (track,) = tracker.update(last + number / 5, vouched)
        assert (track.id, track.carried, track.lost) == (1, True, False)
        assert (track.hits, track.last_seen) == (5, last)
    (seen,) = tracker.update(last + 4.0, at(0.5))
    assert (seen.id, seen.carried, seen.hits, seen.last_seen) == (1, False, 6, last + 4.0)


def claims(
    truth: mot.Frames, found: mot.Frames, fps: float, every: int, size: tuple[float, float]
) -> tuple[float, float]:
    """Return what carried boxes claim, and how often they are right; each as part of a look's."""
    tracker = ByteTracker("mot", ByteConfig(start_score=0.7, high_score=0.6))
    scale = np.array([*size, *size])
    looked: list[bool] = []
    carried: list[bool] = []
    claimed: list[float] = []
    score: dict[int, float] = {}
    for number, frame in enumerate(sorted(truth)):
        if number % every == 0:
            rows = found.get(frame, ())
            boxes = np.clip(mot.boxes(rows) / scale, 0, 1).astype(np.float32)
            scores = np.array([row[5] for row in rows], np.float32)
            seen = Detections(boxes, scores, ("person",) * len(rows))
            tracks = tracker.update(number / fps, seen)
            score = {track.id: track.score for track in tracks}
        else:
            tracks = tracker.carry(number / fps)
        for track in tracks:
            if track.lost:
                continue
            box = np.array([track.xyxy]) * scale
            right = mot.iou(box, mot.boxes(truth[frame])).max(initial=0) >= mot.OVERLAP
            (carried if track.carried else looked).append(right)
            if track.carried:
                claimed.append(track.score / score[track.id])
    return float(np.mean(claimed)), float(np.mean(carried) / np.mean(looked))


@pytest.mark.material
@pytest.mark.parametrize("every", [2, 5, 15])
def test_scores_of_carried_boxes_are_honest_on_campus(material: Path, every: int) -> None:
    """On TUD-Campus the scores' fall and the share of boxes that still fit differ by 0.1 at most.

    A look every second, fifth and fifteenth frame of 25 a second; boxes are carried between.
    """
    folder = material / "mot/TUD-Campus"
    truth, found = mot.load(folder / "gt.txt"), mot.load(folder / "det.txt")
    claimed, right = claims(truth, found, 25, every, (640, 480))
    assert claimed == pytest.approx(right, abs=0.1)


@pytest.mark.parametrize("every", [5, 15])
def test_scores_of_carried_boxes_are_honest_in_a_made_up_crowd(every: int) -> None:
    """The same for people who cross on lanes, with noise, misses and ghosts."""
    moments = list(enumerate(walk(1, 8, 25.0)))
    truth = {
        frame: [(who, *box, 1.0) for who, box in moment.truth.items()] for frame, moment in moments
    }
    found = {
        frame: [(-1, *one.xyxy, one.score) for one in moment.detections]
        for frame, moment in moments
    }
    claimed, right = claims(truth, found, 25, every, (1, 1))
    assert claimed == pytest.approx(right, abs=0.1)
