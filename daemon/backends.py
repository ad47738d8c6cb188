"""Finds backends by name, ours and other people's alike, and checks their options."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal

from pydantic import BaseModel, JsonValue, ValidationError

from daemon.config import Use
from daemon.errors import ConfigRejected
from daemon.problem import explain

Room = Literal["sources", "detectors", "trackers", "reasoners", "sinks"]
ROOMS: tuple[Room, ...] = ("sources", "detectors", "trackers", "reasoners", "sinks")


@dataclass(frozen=True, slots=True)
class Backend:
    """A backend that exists, and options it accepts."""

    reference: str
    """Where its class is: `module:attribute`; processes of ours import it from there."""

    factory: Any
    config: BaseModel

    @property
    def options(self) -> dict[str, JsonValue]:
        """The validated options, as they travel to a process."""
        return self.config.model_dump(mode="json")


def available(room: Room) -> Iterable[EntryPoint]:
    """List the installed backends of a room, without importing them."""
    return sorted(entry_points(group=f"lookout.{room}"), key=lambda entry: entry.name)


def resolve(room: Room, key: str, use: Use, origin: str) -> Backend:
    """Import the backend that `use` names and check its options.

    Args:
        room: Whose backend.
        key: Path of the section in the file, for messages.
        use: The section.
        origin: The file, for messages.

    Raises:
        ConfigRejected: It does not exist, cannot be imported, or refuses its options.
    """
    reference = _find(room, key, use, origin)
    module, _, attribute = reference.partition(":")
    try:
        factory = getattr(import_module(module), attribute)
        model: type[BaseModel] = factory.Config
    except (ImportError, AttributeError, SyntaxError, TypeError, ValueError) as exc:
        # Beside what is missing: names like `:x` and `.a:b`, and code that is being written.
        reason = str(exc).partition("\n")[0]
        raise ConfigRejected(
            f"{origin}: {key}.type: backend {use.type!r} cannot be imported: {reason}"
        ) from None
    try:
        config = model.model_validate(use.options)
    except ValidationError as exc:
        raise ConfigRejected(explain(exc, origin, key, model)) from None
    return Backend(reference, factory, config)


def _find(room: Room, key: str, use: Use, origin: str) -> str:
    if ":" in use.type:
        return use.type
    known = _announced(room)
    if use.type not in known:
        raise ConfigRejected(
            f"{origin}: {key}.type: no backend {use.type!r}; installed: {', '.join(known)}"
        )
    return known[use.type]


@cache
def _announced(room: Room) -> dict[str, str]:
    """Read once what is installed: with many cameras, looking it up takes longer than all else."""
    return {entry.name: entry.value for entry in available(room)}
