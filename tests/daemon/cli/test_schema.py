"""`lookout schema`: what it prints fits what the daemon accepts."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from rig.checkout import ROOT
from rig.command import called

from daemon.backends import available
from daemon.cli.schema import config_schema
from daemon.exits import Exit
from reasoners import event_schema
from sinks.schema import MESSAGES


def references(part: object) -> Iterator[str]:
    """Yield every reference below a part."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "$ref":
                yield value
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def types(schema: dict[str, Any], room: str) -> set[str]:
    """Return the values that `type` may have in a section of a room."""
    kinds = [part["properties"]["type"] for part in schema["$defs"][room]["oneOf"]]
    return {kind["const"] for kind in kinds if "const" in kind}


def test_names_are_listed() -> None:
    """Without a name, every schema there is gets listed."""
    done = called("schema")
    assert done.code == Exit.CLEAN
    assert done.out.split() == ["config", "event", *sorted(MESSAGES)]


@pytest.mark.parametrize("name", ["event", *MESSAGES])
def test_message_schema_is_printed(name: str) -> None:
    """Each published message has its schema, of a kind and with an id."""
    found = called("schema", name).json
    assert found["$schema"].endswith("2020-12/schema")
    assert found["$id"].startswith("urn:lookout:")
    if name == "event":
        assert found == event_schema()


def test_unknown_name_is_a_usage_error() -> None:
    """A name that is none gets the list of those there are."""
    done = called("schema", "evnt")
    assert done.code == Exit.USAGE
    assert "event" in done.err


def test_configuration_offers_every_installed_backend() -> None:
    """Each installed backend is an alternative, chosen by `type`, wherever one may stand."""
    schema = json.loads(called("schema", "config").out)
    for room in ("sources", "detectors", "reasoners", "sinks"):
        assert types(schema, room) == {entry.name for entry in available(room)}
    camera = schema["$defs"]["CameraConfig"]["properties"]["source"]
    assert camera["$ref"] == "#/$defs/sources"
    sinks = schema["properties"]["sinks"]
    assert [part["$ref"] for part in sinks["patternProperties"].values()] == ["#/$defs/sinks"]
    assert sinks["additionalProperties"] is False


def test_every_reference_leads_somewhere() -> None:
    """No part refers to one that is not there."""
    schema = config_schema()
    known = {f"#/$defs/{name}" for name in schema["$defs"]}
    assert set(references(schema)) <= known


def test_backend_options_refuse_what_the_backend_refuses() -> None:
    """An alternative names its required options and no others are let in."""
    schema = config_schema()
    (mqtt,) = [
        part
        for part in schema["$defs"]["sinks"]["oneOf"]
        if part["properties"]["type"].get("const") == "mqtt"
    ]
    assert set(mqtt["required"]) == {"type", "url"}
    assert mqtt["additionalProperties"] is False


def test_example_configuration_uses_only_known_keys() -> None:
    """Every key of the shipped example is in the schema."""
    example = yaml.safe_load((ROOT / "deploy" / "lookout.yaml").read_text())
    schema = config_schema()
    assert set(example) <= set(schema["properties"])
    known = set(schema["$defs"]["CameraConfig"]["properties"])
    assert all(set(camera) <= known for camera in example["cameras"].values())


def test_fields_carry_their_docstrings() -> None:
    """An editor shows for each field what its docstring says: the daemon's and the backends'."""
    schema = config_schema()
    camera = schema["$defs"]["CameraConfig"]["properties"]
    assert camera["rotate"]["description"].startswith("Degrees clockwise")
    assert schema["properties"]["node"]["description"].startswith("Name of this box")
    (rtsp,) = [
        part
        for part in schema["$defs"]["sources"]["oneOf"]
        if part["properties"]["type"].get("const") == "rtsp"
    ]
    assert "loses nothing on the way" in rtsp["properties"]["transport"]["description"]
