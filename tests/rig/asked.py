"""Jobs for tests of the asking: one event at a door, as short as it can be said."""

from typing import Any

from reasoners import Event, Job, Keyframe, Question, Remembered, Shot, Sighting
from reasoners.event import EventObject

JPEG = b"\xff\xd8\xff\xe0 a picture \xff\xd9"


def seen(
    track: str = "t17", label: str = "person", *, score: float = 0.91, **more: Any
) -> EventObject:
    """Return an object of one frame."""
    value = {
        "track": track,
        "label": label,
        "score": score,
        "box": (0.3, 0.2, 0.45, 0.8),
        "motion": {"speed": 0.0, "state": "stationary"},
    }
    return EventObject.model_validate(value | more)


def event(*objects: EventObject, **more: Any) -> Event:
    """Return a new event of the rule `presence` about some objects."""
    value = {
        "id": "e1",
        "node": "box1",
        "camera": "porch",
        "revision": 1,
        "type": "new",
        "rule": "presence",
        "started_at": 100.0,
        "updated_at": 100.0,
        "objects": objects or (seen(),),
        "explanation": "Somebody came.",
        "frame": {"index": 1, "captured_at": 100.0, "received_at": 100.0},
    }
    return Event.model_validate(value | more)


def keyframe(number: int, *objects: EventObject, **more: Any) -> Keyframe:
    """Return keyframe `k1`, `k2`, …, a second apart; each has a picture of its own."""
    value: dict[str, Any] = {
        "name": f"k{number}",
        "index": number,
        "captured_at": 99.0 + number,
        "reason": "first_sight" if number == 1 else "latest",
        "shots": (Shot("whole", JPEG + bytes([number])),),
        "objects": objects or (seen(),),
    }
    return Keyframe(**value | more)


def sighting(track: str = "t17", label: str = "person", **more: Any) -> Sighting:
    """Return what is known of one track that stands still."""
    value = {"first_seen": 100.0, "last_seen": 103.0, "rested": True}
    return Sighting(**{"track": track, "label": label, **value, **more})


def job(*questions: Question, **more: Any) -> Job:
    """Return a job with one keyframe, or with what is given instead."""
    value: dict[str, Any] = {
        "event": event(),
        "question": "",
        "images": (),
        "deadline": 5.0,
        "questions": questions or (Question("presence", "Is it a courier?"),),
        "keyframes": (keyframe(1),),
        "sightings": (sighting(),),
    }
    return Job(**value | more)


def said(*texts: str) -> tuple[Remembered, ...]:
    """Return what was said of the camera before, a minute ago each."""
    return tuple(Remembered(f"e-{number}", 40.0, text) for number, text in enumerate(texts, 1))
