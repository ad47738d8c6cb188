"""What is dangerous of what is seen ahead: whom we would hit, and who is in our path."""

import math
from collections.abc import Sequence

from detectors import Box
from reasoners.driving.config import DrivingConfig, Kind
from reasoners.driving.contact import Contact
from reasoners.driving.path import Path
from reasoners.driving.sighting import Sighting

SURE = 2.5
"""Deviations of growth from which something comes nearer."""

VAGUE = 0.35
"""Deviation of a time to contact, as a share of it, from which on it is not told."""

OVERLAP = 0.6
"""Metres by which a vehicle must be met to count as in the way: sizes are guessed."""

TURNS = 0.05
"""Picture heights per second by which all things pass from which on we turn plainly."""

SEEMS = 0.2
"""Metres per second by which things seem to come over, as their side comes into view."""

SWAYS = 0.015
"""Picture heights per second by which we may turn unnoticed, even where other things tell."""

GENTLY, BARELY = 2.5, 1.0
"""Metres per second squared by which everybody brakes behind others: up to the first no collision
with a vehicle is told early, and up to the second not that one closes in on it."""

LATE = 0.65
"""Share of `collision` from which on it is told however gently one might brake."""

ENTERS = 1.5
"""Seconds within which somebody who is about to enter the path will be in it."""

BESIDE, STRIDE = 4.0, 0.4
"""Metres beside the path up to which, and metres per second from which, somebody may enter it."""

PERSONAL = 0.3
"""Metres beside the own width within which a person counts as in the way."""

FALLS_BACK = 0.05
"""Growth per second below which a rider ahead is only followed."""

LARGER, WITHIN = 1.5, 0.8
"""How much larger a vehicle is than who sits in it, and the share of these who is then inside."""


class Danger:
    """Judges one sighting at a time.

    Args:
        config: What is warned of, and from when on.
    """

    def __init__(self, config: DrivingConfig) -> None:
        self._config = config
        self._across = math.tan(math.radians(config.lens / 2))

    def closes(self, one: Sighting, yaw: float, aspect: float) -> Kind | None:
        """Tell whether something is driven into: `collision`, `closing_fast`, or None.

        Args:
            one: What is ahead.
            yaw: How fast everything passes because we turn.
            aspect: Width of the picture divided by its height.
        """
        contact, config = one.contact, self._config
        if contact is None or contact.ttc is None or contact.ttc > config.closing:
            return None
        if contact.growth < SURE * contact.growth_sd or contact.sd > VAGUE * contact.ttc:
            return None
        if not self._meets(one, contact, contact.ttc, yaw):
            return None
        distance = one.distance * aspect / 2 / self._across
        braking = distance / (2 * contact.ttc * contact.ttc)
        calm = one.traffic.what == "vehicle" and contact.ttc > LATE * config.collision
        if contact.ttc <= config.collision and not (calm and braking < GENTLY):
            return "collision"
        return "closing_fast" if braking >= BARELY else None

    def _meets(self, one: Sighting, contact: Contact, when: float, yaw: float) -> bool:
        """Tell whether it will be in the way when it is reached."""
        reach = (self._config.vehicle_width + one.traffic.wide) / 2
        if one.traffic.what == "vehicle":
            reach -= OVERLAP
        if abs(yaw) > TURNS and abs(contact.aside) > reach:
            return False
        drift = contact.drift
        if contact.aside * drift < 0:
            # Only what plainly comes over is believed to: parked things seem to, a little.
            unsure = SEEMS + SWAYS * one.distance
            drift = math.copysign(max(0.0, abs(drift) - unsure), drift)
        off = abs(contact.aside + drift * when)
        return off <= reach and off + contact.passing_sd(when) <= reach + OVERLAP

    def in_path(self, one: Sighting, seen: Sequence[Sighting], path: Path) -> bool | None:
        """Tell whether somebody is in the path (True) or about to enter it (False); else None.

        Args:
            one: Who is ahead.
            seen: All that is seen: who sits in a vehicle, or rides, is told of once.
            path: The own path.
        """
        contact = one.contact
        if contact is None or one.foot[1] < path.far:
            return None
        if one.traffic.what == "vehicle" or _falls_back(one, contact):
            return None
        if any(_sits_in(one.box, other.box) for other in seen if other is not one):
            return None
        if path.contains(*one.foot):
            return True
        return False if self._enters(contact) else None

    def _enters(self, contact: Contact) -> bool:
        room = self._config.vehicle_width / 2 + PERSONAL
        if abs(contact.aside) > room + BESIDE or abs(contact.drift) < STRIDE:
            return False
        if abs(contact.drift) < SURE * contact.drift_sd or contact.aside * contact.drift > 0:
            return False
        # Whoever crosses must be there when we are: one who is across by then is no matter.
        soon = abs(contact.aside) - room <= abs(contact.drift) * ENTERS
        if contact.ttc is None:
            return soon
        return soon and abs(contact.passing(min(ENTERS, contact.ttc))) <= room


def _falls_back(one: Sighting, contact: Contact) -> bool:
    if one.traffic.what == "rider" and contact.growth < FALLS_BACK:
        return True
    return contact.growth < -2 * contact.growth_sd


def _sits_in(one: Box, other: Box) -> bool:
    """Tell whether a box lies within a larger one."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    area = (one[2] - one[0]) * (one[3] - one[1])
    if (other[2] - other[0]) * (other[3] - other[1]) <= LARGER * area:
        return False
    return wide > 0 and high > 0 and wide * high > WITHIN * area
