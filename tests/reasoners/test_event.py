"""The event record."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from reasoners import Event

EXAMPLE: dict[str, Any] = json.loads("""
{"schema": "lookout.event/1", "id": "01KABCDEF", "node": "box1", "camera": "porch", "seq": 417,
 "revision": 3, "type": "update", "rule": "parcel_left", "severity": "alert",
 "started_at": 1795400000.12, "updated_at": 1795400004.90, "ended_at": null, "clock": "synced",
 "objects": [{"track": "t17", "label": "person", "score": 0.91, "box": [0.41, 0.22, 0.55, 0.81],
              "zones": ["step"], "motion": {"speed": 0.08, "heading": 95, "state": "moving"}}],
 "relations": [{"subject": "t17", "predicate": "inside", "object": "zone:step",
                "since": 1795399998.4, "until": null, "confidence": 0.97, "source": "geometry"}],
 "predictions": [{"what": "leaves", "subject": "t17", "object": "zone:step", "horizon_s": 5,
                  "probability": 0.7, "outcome": null}],
 "answers": [{"question": "parcel_left", "answer": "yes", "confidence": 0.88,
              "evidence": ["k1", "k3"]}],
 "description": "A courier puts a parcel on the step and turns to leave.",
 "entities": [{"text": "courier", "kind": "person", "track": "t17"},
              {"text": "parcel", "kind": "object", "track": null}],
 "explanation": "Rule parcel_left fired because person t17 stood in zone step for 6 s.",
 "reasoning": {"state": "verified", "model": "m", "deadline_at": 1795400010.1, "latency_s": 1.9,
               "checks": [{"name": "count_person", "claimed": 1, "seen": 1, "ok": true}],
               "tokens": 812},
 "frame": {"index": 88213, "captured_at": 1795400000.12, "received_at": 1795400000.16,
           "age_s": 0.09},
 "media": {"snapshot": "/events/01K/snapshot.jpg", "clip": "/events/01K/clip.mp4"}}
""")


def test_the_example_of_the_design_is_valid() -> None:
    """It is read without loss: everything in it comes out again."""
    event = Event.model_validate_json(json.dumps(EXAMPLE))
    written = json.loads(event.wire())
    for key, value in EXAMPLE.items():
        if isinstance(value, dict):
            assert written[key].items() >= value.items()
        else:
            assert written[key] == value


def test_an_event_is_one_line() -> None:
    """Line breaks in texts are escaped, so that a file can hold one event a line."""
    event = Event.model_validate({**EXAMPLE, "explanation": "a\nb\u2028c"})
    assert "\n" not in event.wire()
    assert Event.model_validate_json(event.wire()) == event


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("schema", "lookout.event/2"),
        ("camera", "Front Door"),
        ("camera", "a/b"),
        ("revision", 0),
        ("started_at", float("nan")),
        ("explanation", "x" * 4001),
        ("relations", EXAMPLE["relations"] * 33),
        ("colour", "red"),
    ],
)
def test_what_is_no_event_is_refused(key: str, value: object) -> None:
    """Other versions, names that fit no topic, no numbers, overlong and unknown fields."""
    with pytest.raises(ValidationError):
        Event.model_validate({**EXAMPLE, key: value})
