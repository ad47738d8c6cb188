"""Identities over time: behaviour and properties."""

from collections.abc import Iterable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rig.walkers import detections, walk

from detectors import Box, Detections, Track
from detectors.bytetrack import ByteConfig, ByteTracker

PERSON = (0.05, 0.3)


def box(x: float, y: float = 0.5, size: tuple[float, float] = PERSON) -> Box:
    """Return a box around a point."""
    return x - size[0] / 2, y - size[1] / 2, x + size[0] / 2, y + size[1] / 2


def people(*places: float, score: float = 0.9) -> Detections:
    """Return people standing at these x."""
    return detections(*((box(x), score, "person") for x in places))


def run(
    frames: Iterable[tuple[float, Detections]], config: ByteConfig | None = None, first_id: int = 1
) -> list[Sequence[Track]]:
    """Feed frames to a new tracker."""
    tracker = ByteTracker("yard", config or ByteConfig(), first_id)
    return [tracker.update(at, found) for at, found in frames]


def test_object_keeps_its_id_when_it_walks() -> None:
    """One walker is one track, with the right velocity and times."""
    tracks = run((k / 10, people(0.2 + 0.01 * k)) for k in range(50))
    assert tracks[0] == ()
    (last,) = tracks[-1]
    assert (last.id, last.label, last.hits, last.lost) == (1, "person", 50, False)
    assert (last.first_seen, last.last_seen) == (0.0, 4.9)
    assert last.velocity == pytest.approx((0.1, 0.0), abs=0.002)
    assert last.xyxy == pytest.approx(box(0.69), abs=0.003)
    assert last.score == pytest.approx(0.9)


@pytest.mark.parametrize("fps", [5, 10, 30])
def test_id_survives_occlusion_shorter_than_keep(fps: int) -> None:
    """Hidden for 1.5 s of walking: predicted, lost, then the same id."""
    frames = [(k / fps, 0.2 + 0.1 * k / fps) for k in range(6 * fps)]
    tracks = run(
        (at, Detections.none() if 2 <= at < 3.5 else people(place)) for at, place in frames
    )
    for (at, place), found in list(zip(frames, tracks, strict=True))[3:]:
        (track,) = found
        assert track.id == 1
        assert track.lost == (2 <= at < 3.5)
        assert track.last_seen <= at
        if track.lost:
            assert track.last_seen < 2
        assert (track.xyxy[0] + track.xyxy[2]) / 2 == pytest.approx(place, abs=0.02)


def test_track_ends_when_lost_longer_than_keep() -> None:
    """After `keep` seconds the track is gone and the same place gets a new id."""
    frames = [(k / 10, people(0.5) if k < 10 or k > 40 else Detections.none()) for k in range(60)]
    tracks = run(frames)
    assert [track.id for track in tracks[25]] == [1]
    assert tracks[35] == ()
    assert [track.id for track in tracks[-1]] == [2]


def test_track_ends_when_it_has_left_the_picture() -> None:
    """An object predicted outside the picture is not waited for."""
    frames = [(k / 10, people(0.9 + 0.02 * k) if k < 5 else Detections.none()) for k in range(12)]
    tracks = run(frames)
    assert tracks[4]
    assert tracks[-1] == ()


def test_crossing_objects_keep_their_ids() -> None:
    """Two walkers pass each other; for half a second only the front one is detected."""
    tracks = []
    tracker = ByteTracker("yard", ByteConfig())
    for k in range(60):
        right, left = 0.2 + 0.01 * k, 0.8 - 0.01 * k
        seen = people(right) if 28 <= k <= 32 else people(right, left)
        tracks.append(tracker.update(k / 10, seen))
    first = {track.id: track.velocity[0] for track in tracks[10]}
    last = {track.id: track.velocity[0] for track in tracks[-1]}
    assert first.keys() == last.keys() == {1, 2}
    assert all(first[number] * last[number] > 0 for number in first)


@pytest.mark.parametrize("seconds", [3.0, 4.0, 6.0])
def test_fast_walker_keeps_its_id_at_five_fps(seconds: float) -> None:
    """A person 170 px tall who crosses a 768 x 432 view within seconds is one track at 5 fps."""
    size = (60 / 768, 170 / 432)
    count = int(seconds * 5)
    frames = [
        (k / 5, detections((box(0.05 + 0.9 * k / count, 0.5, size), 0.8, "person")))
        for k in range(count + 1)
    ]
    tracks = run(frames)
    assert {track.id for found in tracks for track in found} == {1}
    assert tracks[-1][0].hits == count + 1
    without = run(frames, ByteConfig(reach=0))
    if seconds < 4:
        assert not any(without), "boxes overlap: the stage for few frames was not needed"


def test_strangers_stay_apart_at_five_fps() -> None:
    """A newcomer far from a person who left does not get the old id."""
    frames = [(k / 5, people(0.2 if k < 10 else 0.4)) for k in range(20)]
    assert {track.id for found in run(frames) for track in found} == {1, 2}


def test_result_hardly_depends_on_the_frame_interval() -> None:
    """Jittering intervals give one id and the right velocity."""
    random = np.random.default_rng(5)
    times = np.cumsum(random.uniform(0.02, 0.35, 60)).tolist()
    tracks = run((at, people(0.1 + 0.05 * at)) for at in times)
    assert {track.id for found in tracks for track in found} == {1}
    assert tracks[-1][0].velocity[0] == pytest.approx(0.05, rel=0.02)


def test_weak_detection_continues_a_track_but_starts_none() -> None:
    """The second stage keeps a half-hidden person alive."""
    frames = [(k / 10, people(0.3 + 0.005 * k, score=0.9 if k < 5 else 0.15)) for k in range(60)]
    tracks = run(frames)
    assert [(t.id, t.lost, t.hits) for t in tracks[-1]] == [(1, False, 60)]
    assert tracks[-1][0].score == pytest.approx(0.15)
    assert not any(run((k / 10, people(0.3, score=0.45)) for k in range(20)))


def test_strong_detection_wins_over_a_weak_one() -> None:
    """Of two detections of one person the strong one is taken."""
    both = detections((box(0.5), 0.9, "person"), (box(0.505), 0.3, "person"))
    tracks = run((k / 10, both) for k in range(10))
    assert [t.id for t in tracks[-1]] == [1]
    assert tracks[-1][0].score == pytest.approx(0.9)


def test_label_is_voted() -> None:
    """A class that flickers now and then neither splits the track nor changes its label."""
    labels = ["truck" if k % 4 == 3 else "car" for k in range(40)]
    tracks = run(
        (k / 10, detections((box(0.5, 0.5, (0.2, 0.2)), 0.7, label)))
        for k, label in enumerate(labels)
    )
    assert {(t.id, t.label) for found in tracks for t in found} == {(1, "car")}


def test_label_is_corrected_when_the_first_one_was_wrong() -> None:
    """The majority wins in the end."""
    tracks = run(
        (k / 10, detections((box(0.5), 0.7, "dog" if k < 3 else "person"))) for k in range(20)
    )
    assert {t.id for found in tracks for t in found} == {1}
    assert [tracks[2][0].label, tracks[-1][0].label] == ["dog", "person"]


def test_different_labels_are_not_mixed_when_told_so() -> None:
    """With `label_change: 0` a dog never continues a person."""
    frames = [
        (k / 10, detections((box(0.5), 0.7, "person" if k < 5 else "dog"))) for k in range(10)
    ]
    tracks = run(frames, ByteConfig(label_change=0))
    assert [(t.id, t.label, t.lost) for t in tracks[-1]] == [(1, "person", True), (2, "dog", False)]


def test_person_on_a_bicycle_are_two_tracks() -> None:
    """Overlapping objects of different labels keep their own tracks."""
    frames = [
        (
            k / 10,
            detections(
                (box(0.2 + 0.02 * k, 0.50, (0.08, 0.3)), 0.9, "person"),
                (box(0.2 + 0.02 * k, 0.58, (0.12, 0.2)), 0.8, "bicycle"),
            ),
        )
        for k in range(30)
    ]
    tracks = run(frames)
    assert {(t.id, t.label) for found in tracks for t in found} == {(1, "person"), (2, "bicycle")}


def test_one_object_named_twice_is_one_track() -> None:
    """Car and truck on the same box start one track."""
    car = box(0.5, 0.5, (0.2, 0.2))
    frames = [(k / 10, people()) for k in range(1)]
    frames += [
        (k / 10, detections((car, 0.8, "car"), *([(car, 0.6, "truck")] if k > 1 else [])))
        for k in range(1, 20)
    ]
    assert {t.id for found in run(frames) for t in found} == {1}


def test_track_is_confirmed_by_hits_and_time() -> None:
    """Both conditions must hold; an unconfirmed track dies at its first miss."""
    config = ByteConfig(confirm_hits=3, confirm_after=0.5)
    tracks = run(((k / 10, people(0.5)) for k in range(10)), config)
    assert [bool(found) for found in tracks] == [False] * 5 + [True] * 5
    flicker = [(k / 10, people(0.5) if k % 2 else Detections.none()) for k in range(20)]
    assert not any(run(flicker))
    assert any(run(flicker, ByteConfig(confirm_gap=0.25)))


def test_all_tracks_are_dropped_when_time_jumps() -> None:
    """After a camera outage nothing of the past remains, and ids go on."""
    tracker = ByteTracker("yard", ByteConfig())
    for k in range(10):
        tracker.update(k / 10, people(0.3, 0.6))
    assert tracker.update(1000.0, people(0.3)) == ()
    assert [t.id for t in tracker.update(1000.1, people(0.3))] == [3]


def test_ids_go_on_after_a_reset() -> None:
    """A reset forgets tracks, not the numbering; a new tracker starts where it is told."""
    tracker = ByteTracker("yard", ByteConfig(), first_id=41)
    tracker.update(5.0, people(0.3))
    assert [t.id for t in tracker.update(5.1, people(0.3))] == [41]
    assert tracker.next_id == 42
    tracker.reset()
    assert tracker.update(0.0, people(0.3)) == ()
    assert [t.id for t in tracker.update(0.1, people(0.3))] == [42]


@pytest.mark.parametrize("at", [0.9, float("nan"), float("inf")])
def test_time_that_does_not_move_on_is_refused(at: float) -> None:
    """The message names the tracker and both times."""
    tracker = ByteTracker("yard", ByteConfig())
    tracker.update(1.0, people(0.5))
    with pytest.raises(ValueError, match=r"tracker yard: frame at .* after one at 1\.0 s"):
        tracker.update(at, people(0.5))


def test_frame_at_the_same_time_is_taken() -> None:
    """Two frames of equal time do no harm."""
    tracks = run((at, people(0.5)) for at in (1.0, 1.0, 1.0, 2.0))
    assert [(t.id, t.hits) for t in tracks[-1]] == [(1, 4)]


def test_useless_detections_are_ignored() -> None:
    """Empty, inverted and not finite boxes and scores neither count nor harm."""
    nan = float("nan")
    bad = [
        ((0.5, 0.5, 0.5, 0.9), 0.9, "person"),
        ((0.6, 0.5, 0.4, 0.9), 0.9, "person"),
        ((nan, 0.5, 0.6, 0.9), 0.9, "person"),
        ((0.1, 0.1, 0.2, 0.2), nan, "person"),
        ((1.2, 0.1, 1.4, 0.2), 0.9, "person"),
    ]
    tracks = run((k / 10, detections((box(0.5), 0.9, "person"), *bad)) for k in range(10))
    assert [(t.id, t.hits) for t in tracks[-1]] == [(1, 10)]


def test_tracks_are_bounded_and_refusals_counted() -> None:
    """More than `max_tracks` are not started."""
    tracker = ByteTracker("yard", ByteConfig(max_tracks=3))
    for k in range(3):
        found = tracker.update(k / 10, people(0.1, 0.3, 0.5, 0.7, 0.9))
    assert len(found) == 3
    assert tracker.refused == 6


def test_nothing_comes_of_nothing() -> None:
    """Empty frames give no tracks and use no ids."""
    tracker = ByteTracker("yard", ByteConfig())
    assert all(tracker.update(k / 10, Detections.none()) == () for k in range(10))
    assert tracker.next_id == 1


def shuffled(found: Detections, seed: int) -> Detections:
    """Return the same detections in another order."""
    order = np.random.default_rng(seed).permutation(len(found))
    labels = tuple(found.label[k] for k in order)
    return Detections(found.xyxy[order], found.score[order], labels)


@pytest.mark.parametrize(("people_count", "fps"), [(6, 5.0), (12, 25.0), (100, 10.0)])
def test_order_of_detections_does_not_matter(people_count: int, fps: float) -> None:
    """Shuffled detections give identical tracks, and so does a second run."""
    moments = list(walk(3, people_count, fps, seconds=6))
    plain = run((moment.at, moment.detections) for moment in moments)
    assert plain == run((moment.at, moment.detections) for moment in moments)
    mixed = run((moment.at, shuffled(moment.detections, k)) for k, moment in enumerate(moments))
    assert plain == mixed
    assert max(map(len, plain)) > people_count / 4


def test_stretched_picture_gives_the_same_identities() -> None:
    """Halving one axis halves the boxes and changes nothing else."""
    half = np.array([0.5, 1, 0.5, 1], np.float32)
    plain, squeezed = ByteTracker("a", ByteConfig()), ByteTracker("b", ByteConfig())
    for moment in walk(4, 10, 10.0):
        found = moment.detections
        narrow = Detections(found.xyxy * half, found.score, found.label)
        tracks = [t for t in plain.update(moment.at, found) if not t.lost]
        others = [t for t in squeezed.update(moment.at, narrow) if not t.lost]
        assert [t.id for t in tracks] == [t.id for t in others]
        for track, other in zip(tracks, others, strict=True):
            # The narrow view goes on where the plain one ends and clips.
            clipped = np.minimum(other.xyxy, half)
            np.testing.assert_allclose(clipped, np.array(track.xyxy) * half, atol=1e-6)


numbers = st.floats(0, 1, width=32)
rows = st.lists(
    st.tuples(
        st.tuples(numbers, numbers, numbers, numbers).map(
            lambda b: (min(b[0], b[2]), min(b[1], b[3]), max(b[0], b[2]), max(b[1], b[3]))
        ),
        numbers,
        st.sampled_from(["person", "car", "dog"]),
    ),
    max_size=12,
)
stories = st.lists(st.tuples(st.floats(0, 3), rows), max_size=15)


@settings(max_examples=80, deadline=None)
@given(stories, st.integers(1, 1000), st.integers(1, 3))
def test_promises_hold_for_any_story(
    story: list[tuple[float, list[tuple[Box, float, str]]]], first_id: int, hits: int
) -> None:
    """Ids are unique, ascending and never reused; times and boxes are in range."""
    tracker = ByteTracker("yard", ByteConfig(confirm_hits=hits), first_id)
    at, gone, alive = 0.0, set[int](), set[int]()
    for step, found in story:
        at += step
        before = tracker.next_id
        tracks = tracker.update(at, detections(*found))
        ids = [track.id for track in tracks]
        assert ids == sorted(set(ids))
        assert not gone.intersection(ids)
        assert all(number in alive or number >= before for number in ids)
        assert all(first_id <= number < tracker.next_id for number in ids)
        gone |= alive.difference(ids)
        alive = set(ids)
        for track in tracks:
            left, top, right, bottom = track.xyxy
            assert 0 <= left <= right <= 1
            assert 0 <= top <= bottom <= 1
            assert np.isfinite(track.velocity).all()
            assert track.first_seen <= track.last_seen <= at
            assert track.lost or track.last_seen == at
            assert track.hits >= hits
            assert at - track.last_seen <= ByteConfig().keep
