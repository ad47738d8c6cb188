"""Spans of time as people write them: `10s`, `500ms`, `2m`, or plain seconds."""

import re
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
WRITTEN = re.compile(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*(ms|s|min|m|h)\s*", re.ASCII)


def _seconds(value: object) -> object:
    if not isinstance(value, str):
        return value
    found = WRITTEN.fullmatch(value)
    if found is None:
        msg = "give seconds, or a number with ms, s, m or h, such as 10s"
        raise ValueError(msg)
    return float(found[1]) * UNITS[found[2]]


Period = Annotated[
    float,
    BeforeValidator(_seconds),
    WithJsonSchema(
        {"anyOf": [{"type": "number"}, {"type": "string", "pattern": f"^{WRITTEN.pattern}$"}]}
    ),
]
"""Seconds, once read."""
