"""`lookout schema`: JSON Schemas of the configuration and of everything that is published."""

import copy
import json
from importlib import import_module
from typing import Annotated, Any

import typer
from pydantic import BaseModel

from daemon.backends import Room, available
from daemon.config import DaemonConfig
from sinks.schema import schemas

CONFIG = "config"

_PLACES: dict[Room, tuple[tuple[str, ...], ...]] = {
    "detectors": (("properties", "detector"),),
    "reasoners": (("properties", "reasoner"),),
    "sinks": (("properties", "sinks"),),
    "sources": (("$defs", "CameraConfig", "properties", "source"),),
}
"""Where in the schema of the daemon's own configuration a backend of which room is chosen."""


def schema(
    name: Annotated[
        str | None, typer.Argument(help="Which schema; without it, the names are listed.")
    ] = None,
) -> None:
    """Print a JSON Schema (draft 2020-12): of the configuration, of events, of other messages.

    Example: `lookout schema config > lookout.schema.json`, for an editor that completes YAML.
    """
    names = [CONFIG, *schemas()]
    if name is None:
        typer.echo("\n".join(names))
        return
    if name not in names:
        raise typer.BadParameter(f"no schema {name!r}; there are {', '.join(names)}")
    found = config_schema() if name == CONFIG else schemas()[name]
    typer.echo(json.dumps(found, indent=2, ensure_ascii=False))


def config_schema() -> dict[str, Any]:
    """Build the schema of the configuration file, with the options of every installed backend."""
    whole = DaemonConfig.model_json_schema()
    parts: dict[str, Any] = whole["$defs"]
    for room, places in _PLACES.items():
        parts[room] = {"oneOf": [*_alternatives(room, parts), _OTHER]}
        for place in places:
            _point(_at(whole, place), room)
    parts.pop("Use")
    _close(whole)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:lookout:config:1",
        "title": "Lookout's configuration",
        **{key: value for key, value in whole.items() if key != "title"},
    }


_OTHER: dict[str, Any] = {
    "title": "A backend under development, by its class",
    "type": "object",
    "properties": {"type": {"type": "string", "pattern": "^[^:]+:[^:]+$"}},
    "required": ["type"],
}


def _alternatives(room: Room, parts: dict[str, Any]) -> list[dict[str, Any]]:
    """Describe each backend of a room; its own parts move to the common ones."""
    found = []
    for entry in available(room):
        model = _model(entry.value)
        if model is None:
            continue
        prefix = f"{room}_{entry.name}_"
        own = model.model_json_schema(ref_template=f"#/$defs/{prefix}{{model}}")
        parts |= {prefix + name: part for name, part in own.pop("$defs", {}).items()}
        kind = {"type": {"const": entry.name, "description": own.pop("description", "")}}
        own["properties"] = kind | own.get("properties", {})
        own["required"] = ["type", *own.get("required", [])]
        found.append(own)
    return found


def _model(reference: str) -> type[BaseModel] | None:
    """Import a backend for its options; one whose libraries are missing is not offered."""
    module, _, attribute = reference.partition(":")
    try:
        model: type[BaseModel] = getattr(import_module(module), attribute).Config
    except (ImportError, AttributeError) as exc:
        typer.echo(f"lookout: {reference} cannot be imported ({exc}); it is left out", err=True)
        return None
    return model


def _at(whole: dict[str, Any], place: tuple[str, ...]) -> dict[str, Any]:
    found = whole
    for key in place:
        found = found[key]
    return found


def _close(part: Any) -> None:  # noqa: ANN401 (any part of a schema)
    """Say of every mapping by name that other keys than names are refused."""
    if isinstance(part, dict):
        if "patternProperties" in part:
            part["additionalProperties"] = False
        for value in part.values():
            _close(value)
    elif isinstance(part, list):
        for value in part:
            _close(value)


def _point(part: dict[str, Any], room: Room) -> None:
    """Let every reference to `Use` below a part name the room's alternatives instead."""
    for key, value in copy.copy(part).items():
        if key == "$ref" and value == "#/$defs/Use":
            part[key] = f"#/$defs/{room}"
        elif isinstance(value, dict):
            _point(value, room)
        elif isinstance(value, list):
            for inner in value:
                if isinstance(inner, dict):
                    _point(inner, room)
