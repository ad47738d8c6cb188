"""Builds the source that `Open` names."""

import importlib
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from pydantic import ValidationError

from sources.errors import SourceRejected
from sources.message import Open
from sources.source import Accelerated, Source


@dataclass(frozen=True, slots=True)
class Credential:
    """User and password of one camera."""

    user: str | None
    password: str | None = field(repr=False)


@runtime_checkable
class Patient(Protocol):
    """A source that says how long its camera may be silent."""

    open_timeout: float
    """Seconds of silence while opening; libav may need twice as long to notice."""

    read_timeout: float
    """Seconds of silence afterwards."""


def build(order: Open) -> Source:
    """Import the backend, check its options, build it.

    Raises:
        SourceRejected: There is no such backend, or it refuses the options.
    """
    module, _, attribute = order.backend.partition(":")
    try:
        kind = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise SourceRejected(f"no source {order.backend}: {type(error).__name__}") from error
    try:
        config = kind.Config.model_validate(order.config)
    except ValidationError as error:
        raise SourceRejected(problems(error)) from None
    source: Source = kind(order.camera, config)
    if isinstance(source, Accelerated):
        source.hwaccel = order.hwaccel
    return source


def credential(order: Open) -> Credential | None:
    """Return the credentials, if there are any."""
    if order.user is None and order.secret is None:
        return None
    return Credential(order.user, order.secret)


def problems(error: ValidationError) -> str:
    """Say what is wrong, without the values: they may hold secrets."""
    details = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(
        ".".join(str(part) for part in detail["loc"]) + ": " + detail["msg"] for detail in details
    )[:400]
