"""Events for tests of what carries them: small, valid, and told apart by number."""

from typing import Any

from reasoners import Event, EventObject, FrameReference, Motion


def revision(number: int = 1, *, camera: str = "porch", size: int = 0, **changes: Any) -> Event:
    """Return the first revision of event `number`; `size` adds so many bytes."""
    fields: dict[str, Any] = {
        "id": f"e{number}",
        "node": "box1",
        "camera": camera,
        "revision": 1,
        "type": "new",
        "rule": "presence",
        "started_at": 1000.0 + number,
        "updated_at": 1000.0 + number,
        "clock": "synced",
        "explanation": f"person t{number} came",
        "objects": (seen(f"t{number}"),),
        "frame": FrameReference(index=number, captured_at=1000.0, received_at=1000.1),
    }
    if size:
        fields["entities"] = ({"text": "x" * size, "kind": "filler"},)
    return Event(**(fields | changes))


def seen(track: str, label: str = "person") -> EventObject:
    """Return one object."""
    motion = Motion(speed=0, state="stationary")
    return EventObject(track=track, label=label, score=0.9, box=(0, 0, 0.5, 0.5), motion=motion)
