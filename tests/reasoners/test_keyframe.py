"""Keyframes as values, and jobs that are given without any."""

import dataclasses

import pytest

from reasoners import Event, Job, Keyframe, Question, Shot

EVENT = Event.model_validate(
    {
        "id": "e1",
        "node": "box1",
        "camera": "porch",
        "revision": 1,
        "type": "new",
        "rule": "presence",
        "started_at": 1.0,
        "updated_at": 1.0,
        "explanation": "Somebody came.",
        "frame": {"index": 7, "captured_at": 1.5, "received_at": 1.6},
    }
)


def test_a_keyframe_does_not_change() -> None:
    """Whoever holds one may rely on it."""
    keyframe = Keyframe("k1", 7, 1.5, "first_sight", (Shot("whole", b"jpeg"),))
    with pytest.raises(dataclasses.FrozenInstanceError):
        keyframe.name = "k2"  # type: ignore[misc]


def test_plain_pictures_become_keyframes_of_the_event() -> None:
    """A job given with pictures alone shows them as first sights, in their order."""
    job = Job(EVENT, "Is it a courier?", (b"one", b"two"), 5.0)
    assert [(k.name, k.index, k.captured_at, k.shots[0].jpeg) for k in job.shown] == [
        ("k1", 7, 1.5, b"one"),
        ("k2", 7, 1.5, b"two"),
    ]
    assert job.asked == (Question("presence", "Is it a courier?"),)
