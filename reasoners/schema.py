"""The JSON Schema of what leaves the process."""

from typing import Any

from reasoners.event import SCHEMA, Event


def event_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of `lookout.event/1`, as a reader should check it.

    We write every field. But within `/1` fields may be added: a reader is neither told to refuse
    those it does not know, nor to insist on those that have a default.
    """
    schema: dict[str, Any] = Event.model_json_schema(by_alias=True, mode="serialization")
    for part in (schema, *schema["$defs"].values()):
        part.pop("additionalProperties", None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{SCHEMA.replace('.', ':').replace('/', ':')}",
        **schema,
    }
