"""Holds a message against its published JSON Schema (draft 2020-12): the part that we use."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from sinks.schema import schemas

_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
_WORDS: Final = frozenset(
    {
        *("type", "properties", "required", "items", "prefixItems", "minItems", "maxItems"),
        *("anyOf", "$ref", "$defs", "enum", "const", "pattern", "minLength", "maxLength"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "additionalProperties"),
        *("title", "description", "default", "$schema", "$id"),
    }
)


@cache
def _known() -> dict[str, dict[str, Any]]:
    return schemas()


def faults(payload: str) -> list[str]:
    """Return what is wrong with a JSON message that names its schema; none when it is valid."""
    value = json.loads(payload)
    name = str(value.get("schema", "")).removeprefix("lookout.").removesuffix("/1")
    known = _known()
    if name not in known:
        return [f"no schema is called {value.get('schema')!r}"]
    return list(_check(value, known[name], known[name], name))


def _check(
    value: Any, schema: Mapping[str, Any], root: Mapping[str, Any], at: str
) -> Iterator[str]:
    unknown = schema.keys() - _WORDS
    assert not unknown, f"the checker does not know {unknown}"
    yield from _elsewhere(value, schema, root, at)
    if "const" in schema and value != schema["const"]:
        yield f"{at}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is none of {schema['enum']}"
    if "type" in schema and not _is(value, schema["type"]):
        yield f"{at}: {value!r} is no {schema['type']}"
        return
    match value:
        case dict():
            yield from _object(value, schema, root, at)
        case list():
            yield from _array(value, schema, root, at)
        case str():
            yield from _text(value, schema, at)
        case int() | float():
            yield from _number(value, schema, at)


def _elsewhere(
    value: Any, schema: Mapping[str, Any], root: Mapping[str, Any], at: str
) -> Iterator[str]:
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        yield from _check(value, root["$defs"][name], root, at)
    if "anyOf" in schema:
        ways = [list(_check(value, way, root, at)) for way in schema["anyOf"]]
        if all(ways):
            yield from ways[0]


def _is(value: Any, kind: str) -> bool:
    return isinstance(value, _TYPES[kind]) and (kind == "boolean") == isinstance(value, bool)


def _object(
    value: dict[str, Any], schema: Mapping[str, Any], root: Mapping[str, Any], at: str
) -> Iterator[str]:
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{at}: {name} is missing"
    properties, more = schema.get("properties", {}), schema.get("additionalProperties")
    for name, inner in value.items():
        if name in properties:
            yield from _check(inner, properties[name], root, f"{at}.{name}")
        elif isinstance(more, dict):
            yield from _check(inner, more, root, f"{at}.{name}")
        elif "properties" in schema:
            yield f"{at}: {name} is not described"


def _array(
    value: list[Any], schema: Mapping[str, Any], root: Mapping[str, Any], at: str
) -> Iterator[str]:
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        yield f"{at}: {len(value)} items"
    first = schema.get("prefixItems", ())
    for number, inner in enumerate(value):
        items = first[number] if number < len(first) else schema.get("items", {})
        yield from _check(inner, items, root, f"{at}.{number}")


def _text(value: str, schema: Mapping[str, Any], at: str) -> Iterator[str]:
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        yield f"{at}: {len(value)} characters"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{at}: {value!r} does not match {schema['pattern']}"


def _number(value: float, schema: Mapping[str, Any], at: str) -> Iterator[str]:
    if not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield f"{at}: {value} is out of range"
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if (above is not None and value <= above) or (below is not None and value >= below):
        yield f"{at}: {value} is out of range"
