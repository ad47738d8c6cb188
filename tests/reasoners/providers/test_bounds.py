"""Every text of a form gets an end."""

from rig.thinking import job

from reasoners import Limits
from reasoners.providers.bounds import LONG, SHORT, bounded
from reasoners.vlm.call import call
from reasoners.vlm.form import form


def unbounded(schema: object) -> list[object]:
    """Find texts without an end."""
    if isinstance(schema, dict):
        found = [part for value in schema.values() for part in unbounded(value)]
        if schema.get("type") == "string" and not schema.keys() & {"enum", "pattern", "maxLength"}:
            found.append(schema)
        return found
    if isinstance(schema, list):
        return [part for value in schema for part in unbounded(value)]
    return []


def test_no_text_of_our_own_form_goes_on_for_ever() -> None:
    """The form of a real call has such texts before and none after; nothing else changes."""
    before = form(call((job(1),), Limits()))
    after = bounded(before)
    assert unbounded(before)
    assert unbounded(after) == []
    assert after["required"] == before["required"]
    report = after["properties"]["report"]["properties"]
    assert report["description"]["maxLength"] == LONG["description"]
    assert report["written"]["items"]["maxLength"] == SHORT


def test_what_has_an_end_keeps_it() -> None:
    """Enums, patterns and given lengths stay; alternatives are gone through."""
    given = {"anyOf": [{"type": "string", "enum": ["a"]}, {"type": "string", "maxLength": 3}]}
    assert bounded(given) == given
    assert bounded({"type": "integer"}) == {"type": "integer"}
