"""JSON Schemas of everything that leaves the process."""

import json
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from reasoners import event_schema
from sinks.message import (
    CameraStatus,
    ConfigurationState,
    FrameReport,
    Latest,
    Notice,
    ObjectCounts,
    ProfileState,
    RuleState,
    SceneReport,
    Stats,
    SwitchState,
    ZoneCounts,
)

MESSAGES: Final[dict[str, type[BaseModel]]] = {
    "camera": CameraStatus,
    "configuration": ConfigurationState,
    "frame": FrameReport,
    "latest": Latest,
    "notice": Notice,
    "objects": ObjectCounts,
    "profile": ProfileState,
    "rule": RuleState,
    "scene": SceneReport,
    "stats": Stats,
    "switch": SwitchState,
    "zone": ZoneCounts,
}
"""By the name in their `schema` field, such as `lookout.camera/1`. Pictures are plain JPEG."""


def schemas() -> dict[str, dict[str, Any]]:
    """Return the schema of the event and of each message by its name."""
    found = {name: _schema(name, message) for name, message in MESSAGES.items()}
    return {"event": event_schema(), **found}


def render(schema: dict[str, Any]) -> str:
    """Write a schema down, always in the same way."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def write(folder: Path) -> list[Path]:
    """Write the schemas of this room's messages as `<name>.schema.json`; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name, message in MESSAGES.items():
        files.append(folder / f"{name}.schema.json")
        files[-1].write_text(render(_schema(name, message)), encoding="utf-8")
    return files


def _schema(name: str, message: type[BaseModel]) -> dict[str, Any]:
    schema = message.model_json_schema(mode="serialization")
    for part in (schema, *schema.get("$defs", {}).values()):
        # Within `/1` fields may be added; a reader is not told to refuse those it does not know.
        part.pop("additionalProperties", None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:lookout:{name}:1",
        **schema,
    }
