"""Ids of events: sortable by time and unique when live, derived from the input in a replay."""

import hashlib
import secrets
from collections.abc import Callable

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM_BITS = 80
_LENGTH = 26
_LONGEST_NAME = 48

NewId = Callable[[str, int, float], str]
"""(camera, ordinal of the event within it, start in Unix seconds) -> id."""


def live_id(camera: str, ordinal: int, started_at: float) -> str:  # noqa: ARG001 (see NewId)
    """Return a ULID (github.com/ulid/spec): 48 bits of milliseconds, 80 bits of randomness."""
    number = (int(started_at * 1000) & (1 << 48) - 1) << _RANDOM_BITS
    number |= secrets.randbits(_RANDOM_BITS)
    digits = [_ALPHABET[number >> 5 * place & 31] for place in reversed(range(_LENGTH))]
    return "".join(digits)


def replay_id(node: str) -> NewId:
    """Return a maker of ids that depend on node, camera and ordinal alone; safe as file names."""

    def make(camera: str, ordinal: int, started_at: float) -> str:  # noqa: ARG001 (see NewId)
        name = f"{node}-{camera}"
        if len(name) > _LONGEST_NAME or name.startswith("_"):
            name = hashlib.sha256(name.encode()).hexdigest()[:_LENGTH]
        return f"{name}-{ordinal:06d}"

    return make
