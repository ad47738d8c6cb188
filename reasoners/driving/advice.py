"""A warning to a driver, with what it rests on. It is advice: nothing here moves a vehicle."""

from dataclasses import dataclass
from typing import Final

from detectors import Box
from reasoners.driving.config import Kind
from reasoners.driving.contact import Contact
from reasoners.driving.lane import Departure
from reasoners.event import Severity
from reasoners.language.phrase import Phrase

SEVERITIES: Final[dict[Kind, Severity]] = {
    "collision": "alert",
    "person_in_path": "alert",
    "closing_fast": "warning",
    "lane_departure": "warning",
    "lead_moved_off": "info",
}


@dataclass(frozen=True, slots=True)
class Advice:
    """One warning as it stands at one frame. Times in seconds."""

    kind: Kind
    key: str
    """What it is about, whatever its track is called: an object's identity, or a mark's side."""

    since: float
    """When what it warns of began to hold."""

    at: float
    index: int
    """Frame of this look."""

    said: Phrase
    """What was measured, for any language to put into words."""

    track: int | None = None
    label: str = ""
    box: Box | None = None
    contact: Contact | None = None
    inside: bool = False
    """Whether somebody is in the own path already, not about to enter it."""

    departure: Departure | None = None
    """How a lane is left."""

    stood: float | None = None
    """Seconds for which the own vehicle has stood."""

    @property
    def severity(self) -> Severity:
        """How urgent it is."""
        return SEVERITIES[self.kind]
