"""Bounds for texts and lists of a form, so that no answer goes on until its tokens are spent. Pure.

Forms as we make them have none, for an engine that some servers use writes broken JSON then (see
`reasoners.vlm.form`). Ours does not, nor does llama.cpp's: there, a weak model given no bounds
wrote texts too long to be read in four of four answers, and in none of four with them.
"""

from collections.abc import Mapping
from typing import Any, Final

SHORT: Final = 40
"""Letters of a text without a bound of its own."""

ITEMS: Final = 6
"""Items of a list at most."""

LONG: Final[Mapping[str, int]] = {"description": 300, "why": 150, "answer": 150}
"""Letters of those that are sentences."""


def bounded(form: Mapping[str, Any], name: str = "") -> dict[str, Any]:
    """Return a JSON schema in which every text and every list has an end.

    Args:
        form: The schema.
        name: Of the field it describes.
    """
    whole = dict(form)
    if whole.get("type") == "string" and not whole.keys() & {"enum", "pattern", "maxLength"}:
        whole["maxLength"] = LONG.get(name, SHORT)
    if "properties" in whole:
        whole["properties"] = {key: bounded(part, key) for key, part in whole["properties"].items()}
    if isinstance(whole.get("items"), Mapping):
        whole["maxItems"] = min(ITEMS, whole.get("maxItems", ITEMS))
        whole["items"] = bounded(whole["items"])
    if "anyOf" in whole:
        whole["anyOf"] = [bounded(part, name) for part in whole["anyOf"]]
    return whole
