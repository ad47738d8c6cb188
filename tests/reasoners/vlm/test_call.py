"""Several jobs as one call."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rig.asked import JPEG, event, job, keyframe, seen, sighting

from reasoners import Question, Shot
from reasoners.vlm.call import call, together
from reasoners.vlm.limits import Limits

BOTH = (Shot("whole", JPEG + b"w"), Shot("crop", JPEG + b"c"))


def test_questions_are_numbered_over_all_jobs() -> None:
    """Each keeps its job; the answers find their way back."""
    one = job(Question("a", "A?"), Question("b", "B?"))
    two = job(Question("c", "C?"), event=event(id="e2"))
    asked = call((one, two), Limits())
    assert [(a.key, a.question.name, a.job) for a in asked.questions] == [
        ("q1", "a", 0),
        ("q2", "b", 0),
        ("q3", "c", 1),
    ]


def test_a_frame_that_two_jobs_share_goes_once() -> None:
    """Keyframes are named anew in order of time, and every job can translate."""
    one = job(keyframes=(keyframe(2), keyframe(4)))
    two = job(keyframes=(keyframe(1), keyframe(2, name="k7")), event=event(id="e2"))
    asked = call((one, two), Limits())
    assert [(k.name, k.index) for k in asked.keyframes] == [("k1", 1), ("k2", 2), ("k3", 4)]
    assert asked.names == ((("k2", "k2"), ("k3", "k4")), (("k1", "k1"), ("k2", "k7")))


def test_little_room_keeps_the_best() -> None:
    """One picture: the best view. Two: with its cut. Then other whole scenes, cuts last."""
    frames = (
        keyframe(1, reason="before", shots=BOTH[:1]),
        keyframe(2, reason="first_sight", shots=BOTH),
        keyframe(3, reason="best_view", shots=BOTH),
        keyframe(4, reason="latest", shots=BOTH),
    )
    kept = {
        room: [
            (k.name, shot.part)
            for k in call((job(keyframes=frames),), Limits(images=room)).keyframes
            for shot in k.shots
        ]
        for room in (1, 2, 4, 9)
    }
    assert kept[1] == [("k3", "whole")]
    assert kept[2] == [("k3", "whole"), ("k3", "crop")]
    assert kept[4] == [("k2", "whole"), ("k3", "whole"), ("k3", "crop"), ("k4", "whole")]
    assert len(kept[9]) == 7


def test_what_found_no_room_is_counted() -> None:
    """Nothing is left out unseen."""
    frames = tuple(keyframe(number) for number in range(1, 6))
    assert call((job(keyframes=frames),), Limits(images=2)).left_out == 3


def test_an_event_alone_stands_for_what_was_seen() -> None:
    """Where nobody watched over time, the event's objects are the sightings."""
    asked = call((job(sightings=(), event=event(seen("t3", "dog", zones=("step",)))),), Limits())
    assert [(s.track, s.label, s.zones) for s in asked.sightings] == [("t3", "dog", ("step",))]
    assert call((job(sightings=(sighting("t9"),)),), Limits()).tracks == ("t9",)


def test_jobs_ride_together_while_there_is_room() -> None:
    """Not those of another camera, nor more questions or pictures than a call may hold."""
    one = job(keyframes=(keyframe(1), keyframe(2)))
    same = job(event=event(id="e2"), keyframes=(keyframe(1), keyframe(2)))
    other = job(event=event(id="e3", camera="yard"))
    far = job(event=event(id="e4"), keyframes=(keyframe(8), keyframe(9)))
    assert together((one, same, far), Limits()) == 3
    assert together((one, same, other), Limits()) == 2
    assert together((one, same, far), Limits(images=3)) == 2
    assert together((one, same), Limits(questions=1)) == 1
    assert together((one, job(beside="42 C")), Limits()) == 1
    with pytest.raises(ValueError, match="one camera"):
        call((one, other), Limits())


@given(st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=5), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_a_call_never_holds_more_pictures_than_allowed(jobs: list[list[int]]) -> None:
    """And its keyframes are in order of time, each with a picture, no name twice."""
    asked = call(
        tuple(
            job(event=event(id=f"e{n}"), keyframes=tuple(keyframe(i) for i in sorted(set(frames))))
            for n, frames in enumerate(jobs)
        ),
        Limits(images=4),
    )
    assert 1 <= sum(len(k.shots) for k in asked.keyframes) <= 4
    times = [k.captured_at for k in asked.keyframes]
    assert times == sorted(times)
    assert len({k.name for k in asked.keyframes}) == len(times)
