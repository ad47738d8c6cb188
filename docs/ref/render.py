# ruff: noqa: INP001 - a script beside the page it writes, in no package
"""Write the configuration reference from the docstrings under the fields.

    python docs/ref/render.py            write docs/ref/configuration.md
    python docs/ref/render.py --check    fail when a field is undocumented or the page is stale

What a key means stands beside the code that reads it, and nowhere else.
"""

import ast
import inspect
import json
import sys
import textwrap
import types
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from daemon.backends import ROOMS, available
from daemon.config import DaemonConfig, Use
from reasoners import event_schema
from sinks.schema import write as write_schemas

PAGE = Path(__file__).with_name("configuration.md")
INTRODUCTION = """\
# Configuration

Every key of `lookout.yaml`. Rendered from the code by `make docs`; edit the docstrings there.

A key without default is required. Unknown keys are refused. Coordinates run from 0 to 1 from the
top left. `lookout check --config FILE` says what is wrong with a file, all problems at once.
"""
WORDS: Mapping[object, str] = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    str: "text",
    Path: "path",
    Use: "a `type` and its options",
}
LIMITS = {
    "gt": "above {}",
    "ge": "from {}",
    "lt": "below {}",
    "le": "up to {}",
    "min_length": "at least {} long",
    "max_length": "at most {} long",
}


def main(arguments: list[str]) -> int:
    """Write the page, and the schemas beside it, or check the page. Returns the exit code."""
    page, undocumented = render()
    for place in undocumented:
        sys.stderr.write(f"{place}: say under the field what it means, its unit and default\n")
    if arguments != ["--check"]:
        PAGE.write_text(page)
        write_schemas(PAGE.parent)
        event = json.dumps(event_schema(), indent=2) + "\n"
        PAGE.with_name("event.schema.json").write_text(event)
        sys.stdout.write(f"{PAGE.name}: {page.count(chr(10))} lines\n")
    elif not PAGE.exists() or PAGE.read_text() != page:
        sys.stderr.write(f"{PAGE}: does not say what the code says; run: make docs\n")
        return 1
    return 1 if undocumented else 0


def render() -> tuple[str, list[str]]:
    """Return the page and the fields that have no docstring."""
    parts, undocumented = [INTRODUCTION], []
    for heading, model in sections():
        parts.append(f"\n## {heading}\n\n{summary(model)}\n")
        said = docstrings(model)
        rows = [
            f"| `{field.alias or key}` | {kind(field)} | {default(field)} | {said.get(key, '')} |"
            for key, field in model.model_fields.items()
        ]
        if rows:
            parts.append("\n| Key | Value | Default | Meaning |\n|---|---|---|---|\n")
            parts.append("\n".join(rows) + "\n")
        undocumented += [
            f"{model.__module__}.{model.__name__}.{key}"
            for key, field in model.model_fields.items()
            if key not in said and not list(models_in(field.annotation))
        ]
    return "".join(parts), undocumented


def sections() -> Iterator[tuple[str, type[BaseModel]]]:
    """Yield every part of the file: the daemon's own, then each installed backend of ours."""
    yield from ((title(model), model) for model in nested(DaemonConfig))
    for room in ROOMS:
        for entry in available(room):
            if entry.dist is not None and entry.dist.name == "lookout-daemon":
                first, *inner = nested(entry.load().Config)
                yield f"{room}: `type: {entry.name}`", first
                yield from ((title(model), model) for model in inner)


def nested(
    model: type[BaseModel], above: tuple[type[BaseModel], ...] = ()
) -> list[type[BaseModel]]:
    """Return a model and, below it, the models its fields hold; one may hold its own kind."""
    found = [model]
    for field in model.model_fields.values():
        for inner in models_in(field.annotation):
            if inner not in (*above, model):
                below = nested(inner, (*above, model))
                found += [one for one in below if one not in found]
    return found


def models_in(annotation: object) -> Iterator[type[BaseModel]]:
    """Yield the models that an annotation names; a backend's section has a page of its own."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation is not Use:
            yield annotation
        return
    for inner in get_args(annotation):
        yield from models_in(inner)


def title(model: type[BaseModel]) -> str:
    """Turn `CameraConfig` into `Camera`."""
    name = model.__name__.removesuffix("Config")
    return "The file" if model is DaemonConfig else name


def summary(model: type[BaseModel]) -> str:
    """Return a model's docstring."""
    return inspect.cleandoc(model.__doc__ or "")


def docstrings(model: type[BaseModel]) -> dict[str, str]:
    """Return what stands under each field, inherited ones included, as one line each."""
    said: dict[str, str] = {}
    for owner in reversed(model.__mro__):
        if not issubclass(owner, BaseModel) or owner is BaseModel:
            continue
        definition = ast.parse(textwrap.dedent(inspect.getsource(owner))).body[0]
        body = definition.body if isinstance(definition, ast.ClassDef) else []
        for above, below in pairwise(body):
            if isinstance(above, ast.AnnAssign) and isinstance(above.target, ast.Name):
                text = _text(below)
                if text:
                    said[above.target.id] = " ".join(text.split()).replace("|", "\\|")
    return said


def _text(statement: ast.stmt) -> str | None:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        value = statement.value.value
        return value if isinstance(value, str) else None
    return None


def kind(field: FieldInfo) -> str:
    """Say in words what a value may be."""
    return f"{_words(field.annotation)}{_limits(field.metadata)}".replace("|", "\\|")


def _words(annotation: Any) -> str:  # noqa: ANN401 - any annotation
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        words = _words(inner[0]) + _limits(inner[1:])
    elif origin is Literal:
        words = " or ".join(f"`{value}`" for value in inner)
    elif origin in (Union, types.UnionType):
        words = " or ".join(_words(one) for one in inner if one is not type(None))
    elif origin is tuple:
        words = _list(inner)
    elif origin is dict:
        words = f"names with: {_words(inner[1])}"
    elif annotation is not Use and any(models_in(annotation)):
        words = f"see [{title(annotation)}](#{title(annotation).lower().replace(' ', '-')})"
    else:
        words = WORDS.get(annotation, getattr(annotation, "__name__", str(annotation)))
    return words


def _list(members: tuple[Any, ...]) -> str:
    """`tuple[X, ...]` is a list of any length, `tuple[X, X]` one of two, others differ within."""
    first, *rest = members
    if rest == [Ellipsis]:
        return f"list of {_words(first)}"
    if all(one == first for one in rest):
        return f"list of {len(members)}: {_words(first)}"
    return f"list: {'; '.join(_words(one) for one in members)}"


def _limits(metadata: Any) -> str:  # noqa: ANN401 - whatever an annotation carries
    said = [
        words.format(f"{value:g}" if isinstance(value, float) else value)
        for one in metadata
        for name, words in LIMITS.items()
        if (value := getattr(one, name, None)) is not None
    ]
    return f", {', '.join(said)}" if said else ""


def default(field: FieldInfo) -> str:
    """Write a default as it would stand in the file."""
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None or value in ({}, ()):
        return "none"
    if isinstance(value, Use):
        return f"`type: {value.type}`"
    if isinstance(value, BaseModel):
        return "its defaults"
    return f"`{json.dumps(value, default=str)}`"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
