"""`lookout schema`: JSON Schemas of the configuration and of everything that is published."""

import ast
import copy
import inspect
import json
import textwrap
from collections.abc import Iterator
from importlib import import_module
from itertools import pairwise
from typing import Annotated, Any, get_args

import typer
from pydantic import BaseModel

from daemon.backends import Room, available
from daemon.config import DaemonConfig
from sinks.schema import schemas

CONFIG = "config"

_PLACES: dict[Room, tuple[tuple[str, ...], ...]] = {
    "detectors": (("properties", "detector"), ("properties", "detectors")),
    "trackers": (("properties", "tracker"),),
    "reasoners": (
        ("properties", "reasoner"),
        ("properties", "reasoners"),
    ),
    "sinks": (("properties", "sinks"),),
    "sources": tuple(("$defs", "CameraConfig", "properties", key) for key in ("source", "main")),
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
    _describe(whole, DaemonConfig, parts)
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
        _describe(own, model, own.get("$defs", {}))
        parts |= {prefix + name: part for name, part in own.pop("$defs", {}).items()}
        kind = {"type": {"const": entry.name, "description": own.pop("description", "")}}
        own["properties"] = kind | own.get("properties", {})
        own["required"] = ["type", *own.get("required", [])]
        found.append(own)
    return found


def _describe(
    part: dict[str, Any],
    model: type[BaseModel],
    parts: dict[str, Any],
    done: set[type[BaseModel]] | None = None,
) -> None:
    """Give each field the docstring that stands under it, as editors show it.

    A condition of a rule holds conditions: each model is described once.
    """
    done = {model} if done is None else done
    for name, words in _docstrings(model).items():
        if name in part.get("properties", {}):
            part["properties"][name].setdefault("description", words)
    for field in model.model_fields.values():
        for inner in _models_in(field.annotation):
            if inner.__name__ in parts and inner not in done:
                done.add(inner)
                _describe(parts[inner.__name__], inner, parts, done)


def _docstrings(model: type[BaseModel]) -> dict[str, str]:
    try:
        (found,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    except (OSError, SyntaxError, ValueError):
        return {}
    body = found.body if isinstance(found, ast.ClassDef) else []
    return {
        field.target.id: " ".join(words.value.value.split())
        for field, words in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(words, ast.Expr)
        and isinstance(words.value, ast.Constant)
        and isinstance(words.value.value, str)
    }


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)


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
