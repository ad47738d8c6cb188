"""What leaves the box that shows or tells of people: a picture, a clip, a question to a model."""

import hashlib
from dataclasses import dataclass
from typing import Literal, Self

DepartureKind = Literal["picture", "clip", "question"]


@dataclass(frozen=True, slots=True)
class Departure:
    """One line of the ledger, written before what it tells of goes out.

    Events themselves have no line here: the journal holds each of them, and every sink's cursor
    says how far it has taken them.
    """

    at: float
    """Unix seconds."""

    kind: DepartureKind
    part: str
    """Who sent it: the name of a sink, or of a model, in the configuration."""

    host: str
    """To whom: `name:port`."""

    size: int
    """Bytes."""

    sha256: str
    """Of exactly those bytes, in hex: a stored picture can be found again by it."""

    camera: str | None = None
    event: str | None = None

    @classmethod
    def of(
        cls,
        content: bytes,
        *,
        at: float,
        kind: DepartureKind,
        part: str,
        host: str,
        camera: str | None = None,
        event: str | None = None,
    ) -> Self:
        """Describe what is about to leave."""
        digest = hashlib.sha256(content).hexdigest()
        return cls(round(at, 3), kind, part, host, len(content), digest, camera, event)
