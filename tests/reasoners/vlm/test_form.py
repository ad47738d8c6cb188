"""The form of an answer names only what there is."""

import json
from typing import Any

from rig.asked import job, keyframe, said, seen, sighting

from reasoners import Question
from reasoners.vlm.call import call
from reasoners.vlm.form import form
from reasoners.vlm.limits import Limits


def _objects(schema: Any) -> list[dict[str, Any]]:
    """Return every object schema within one."""
    found = []
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            found.append(schema)
        for value in schema.values():
            found += _objects(value)
    elif isinstance(schema, list):
        for value in schema:
            found += _objects(value)
    return found


def test_every_object_is_closed_and_every_key_required() -> None:
    """Strict servers take nothing else, and no model may add keys."""
    two = (sighting("t1"), sighting("t2", "car"))
    asked = call((job(sightings=two, zones=("step",), memory=said("A man.")),), Limits())
    objects = _objects(form(asked))
    assert len(objects) > 6
    for part in objects:
        assert part["additionalProperties"] is False
        assert part["required"] == list(part["properties"])


def test_answers_have_the_form_their_question_asks_for() -> None:
    """Yes and no, choices, numbers as letters, words; `cannot_tell` is legal for each."""
    asked = call(
        (
            job(
                Question("a", "A?"),
                Question("b", "B?", "choice", ("red", "green")),
                Question("c", "C?", "number"),
                Question("d", "D?", "text"),
            ),
        ),
        Limits(),
        "short",
    )
    schema = form(asked)
    assert list(schema["properties"]) == ["answers"]
    answers = {
        key: part["properties"]["answer"]
        for key, part in schema["properties"]["answers"]["properties"].items()
    }
    assert answers["q1"]["enum"] == ["yes", "no", "cannot_tell"]
    assert answers["q2"]["enum"] == ["red", "green", "cannot_tell"]
    assert answers["q3"]["pattern"].endswith("|cannot_tell)$")
    assert answers["q4"] == {"type": "string"}


def test_only_tracks_keyframes_and_zones_that_there_are_can_be_named() -> None:
    """A server that obeys the form cannot invent one."""
    asked = call(
        (job(keyframes=(keyframe(1, seen("t1")), keyframe(2)), zones=("step",)),), Limits()
    )
    text = json.dumps(form(asked))
    assert '"enum": ["k1", "k2", "t17"]' in text
    assert '"zone:step"' in text
    assert "order" not in form(asked)["properties"]["report"]["properties"]


def test_unchanged_is_legal_only_where_something_was_said_before() -> None:
    """Otherwise there is nothing it could refer to."""
    assert "unchanged" not in json.dumps(form(call((job(),), Limits())))
    remembering = form(call((job(memory=said("A man waits.")),), Limits()))
    assert remembering["properties"]["report"]["anyOf"][0]["enum"] == ["unchanged"]
