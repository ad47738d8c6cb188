"""The published schemas."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sinks.schema import MESSAGES, render, schemas, write

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "ref"


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_the_reference_is_up_to_date(name: str) -> None:
    """What is published is what is sent; `make docs` renews it."""
    published = (REFERENCE / f"{name}.schema.json").read_text(encoding="utf-8")
    assert published == render(schemas()[name])


def test_every_schema_names_itself_as_its_messages_do() -> None:
    """The name in the `schema` field leads to the schema."""
    found = schemas()
    assert set(found) == {"event", *MESSAGES}
    for name, schema in found.items():
        assert schema["properties"]["schema"]["const"] == f"lookout.{name}/1"


def test_schemas_are_written_where_asked(tmp_path: Path) -> None:
    """One file per message of this room; the event's belongs to another."""
    files = write(tmp_path / "ref")
    assert sorted(file.name for file in files) == [f"{name}.schema.json" for name in MESSAGES]
    assert all(json.loads(file.read_text(encoding="utf-8")) for file in files)


FLOOR = Path(__file__).parent / "floor"
"""The schemas as they were when somebody could first rely on them."""


def taken_back(floor: Any, now: Any, at: str) -> Iterator[str]:
    """Yield what a reader of the floor would miss, or not expect, in messages of now."""
    floors, nows = _resolved(*floor), _resolved(*now)
    kinds = _kinds(nows) - _kinds(floors)
    if kinds and _kinds(floors):
        yield f"{at}: may now be {sorted(kinds)}"
    for name, schema in floors.get("properties", {}).items():
        if name not in nows.get("properties", {}):
            yield f"{at}.{name}: is gone"
            continue
        if name in floors.get("required", ()) and name not in nows.get("required", ()):
            yield f"{at}.{name}: may now be missing"
        found = nows["properties"][name]
        yield from taken_back((schema, floor[1]), (found, now[1]), f"{at}.{name}")
    if "items" in floors and "items" in nows:
        yield from taken_back((floors["items"], floor[1]), (nows["items"], now[1]), f"{at}[]")


def _resolved(schema: Any, root: Any) -> Any:
    if "$ref" in schema:
        return root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    ways = [way for way in schema.get("anyOf", ()) if way.get("type") != "null"]
    return _resolved(ways[0], root) if len(ways) == 1 else schema


def _kinds(schema: Any) -> set[str]:
    found = schema.get("type", ())
    return {found} if isinstance(found, str) else set(found)


@pytest.mark.parametrize("file", sorted(FLOOR.glob("*.json")), ids=lambda file: file.name)
def test_within_a_version_nothing_is_taken_back(file: Path) -> None:
    """Fields may come; none goes, changes its kind or ceases to be there always."""
    floor = json.loads(file.read_text(encoding="utf-8"))
    now = schemas()[file.name.removesuffix(".schema.json")]
    assert list(taken_back((floor, floor), (now, now), file.stem)) == []


def test_what_is_taken_back_is_found() -> None:
    """A field that goes, one that changes and one that need not be there any more."""
    floor = json.loads((FLOOR / "notice.schema.json").read_text(encoding="utf-8"))
    now = json.loads(json.dumps(floor))
    del now["properties"]["text"]
    now["properties"]["at"]["type"] = "string"
    now["required"].remove("kind")
    assert [line.split(": ")[0] for line in taken_back((floor, floor), (now, now), "notice")] == [
        "notice.kind",
        "notice.at",
        "notice.text",
    ]
