"""The published JSON Schema of events."""

import json
from pathlib import Path

from reasoners import Event, event_schema

COMMITTED = Path(__file__).resolve().parents[2] / "docs" / "ref" / "event.schema.json"


def test_the_committed_schema_is_up_to_date() -> None:
    """Whoever changes the event writes the schema anew: make docs."""
    assert COMMITTED.read_text(encoding="utf-8") == json.dumps(event_schema(), indent=2) + "\n"


def test_the_schema_names_every_field() -> None:
    """Each field of the event is there; what may be missing or unknown is no error."""
    schema = event_schema()
    fields = {field.alias or name for name, field in Event.model_fields.items()}
    assert set(schema["properties"]) == fields
    assert {"id", "camera", "revision", "type", "explanation", "frame"} <= set(schema["required"])
    assert "media" not in schema["required"]
    assert "additionalProperties" not in json.dumps(schema)
    assert schema["properties"]["schema"]["const"] == "lookout.event/1"
