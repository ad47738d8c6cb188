"""The published schemas."""

import json
from pathlib import Path

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
