"""Turns an event into what a receiver expects: templates of Jinja, filled in with its fields.

A template sees the fields of `lookout.event/1` under their names, and the whole as `event`. The
environment is Jinja's sandbox, and a name that does not exist is an error, found at start.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from reasoners import Event, EventObject, FrameReference, Media, Motion

Tree = str | int | float | bool | None | list[Any] | dict[str, Any]


def _local(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")


_ENVIRONMENT: Final = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True
)
_ENVIRONMENT.filters["local_time"] = _local

_FAILURES: Final = (TemplateError, ArithmeticError, LookupError, TypeError, ValueError)
"""What the expressions of a template may raise."""

_SAMPLE: Final = Event(
    id="01K0000000000000000000000",
    node="node",
    camera="camera",
    seq=1,
    revision=1,
    type="new",
    rule="presence",
    started_at=0.0,
    updated_at=0.0,
    objects=(
        EventObject(
            track="t1",
            label="person",
            score=0.9,
            box=(0, 0, 1, 1),
            zones=("step",),
            motion=Motion(speed=0, state="stationary"),
        ),
    ),
    explanation="person t1 came",
    frame=FrameReference(index=1, captured_at=0.0, received_at=0.0),
    media=Media(snapshot="events/snapshot.jpg"),
)


class Form:
    """A text, or a tree whose texts are templates; filled in with an event.

    Args:
        tree: As in the configuration file.

    Raises:
        ValueError: Naming the place in the tree, and what is wrong with its template.
    """

    def __init__(self, tree: Tree) -> None:
        self._tree = _compiled(tree, "")
        self.fill(_SAMPLE)

    def fill(self, event: Event) -> Tree:
        """Return the tree with every template filled in.

        Raises:
            ValueError: A template does not suit this event.
        """
        fields = json.loads(event.wire())
        try:
            filled: Tree = _filled(self._tree, {**fields, "event": fields})
        except _FAILURES as exc:
            raise ValueError(f"cannot be filled in: {exc}") from exc
        return filled


def _compiled(tree: Any, place: str) -> Any:  # noqa: ANN401 (a tree of JSON, or of templates)
    if isinstance(tree, str):
        try:
            return _ENVIRONMENT.from_string(tree)
        except TemplateError as exc:
            raise ValueError(f"{place or 'it'}: {exc.message}") from exc
    if isinstance(tree, Mapping):
        return {name: _compiled(part, f"{place}.{name}".lstrip(".")) for name, part in tree.items()}
    if isinstance(tree, list):
        return [_compiled(part, f"{place}[{number}]") for number, part in enumerate(tree)]
    return tree


def _filled(tree: Any, fields: Mapping[str, Any]) -> Any:  # noqa: ANN401 (as above)
    if isinstance(tree, Template):
        return tree.render(fields)
    if isinstance(tree, dict):
        return {name: _filled(part, fields) for name, part in tree.items()}
    if isinstance(tree, list):
        return [_filled(part, fields) for part in tree]
    return tree
