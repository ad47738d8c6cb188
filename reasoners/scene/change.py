"""What can change in a scene. Every change names its frame, its time, the object and its track."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Change:
    index: int
    """Frame that showed it."""

    at: float
    """Time of that frame, seconds."""

    thing: int
    """Identity of the object; stays the same across track ids."""

    track: int
    """Track id it has now."""


@dataclass(frozen=True, slots=True)
class Appeared(_Change):
    """An object not known before is there."""


@dataclass(frozen=True, slots=True)
class Reappeared(_Change):
    """A known object is there again, under another track id."""

    previous: int
    """Track id it had before."""

    away: float
    """Seconds it was out of sight."""


@dataclass(frozen=True, slots=True)
class Relabelled(_Change):
    """The votes for what an object is have turned."""

    previous: str
    label: str


@dataclass(frozen=True, slots=True)
class Vanished(_Change):
    """An object is given up; frame and time are those that showed it last."""


@dataclass(frozen=True, slots=True)
class MovedOff(_Change):
    """An object that stood still moves."""


@dataclass(frozen=True, slots=True)
class Stopped(_Change):
    """An object that moved stands still."""


@dataclass(frozen=True, slots=True)
class Entered(_Change):
    """An object came into a zone, or was in it when first seen."""

    zone: str


@dataclass(frozen=True, slots=True)
class Left(_Change):
    """An object went out of a zone, or vanished in it."""

    zone: str
    since: float
    """When it had entered."""


@dataclass(frozen=True, slots=True)
class Dwelt(_Change):
    """An object has been in a zone for a time that was asked for."""

    zone: str
    seconds: float
    """The time asked for."""


Change = Appeared | Reappeared | Relabelled | Vanished | MovedOff | Stopped | Entered | Left | Dwelt
