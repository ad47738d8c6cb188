"""What is seen ahead in one frame, and how each of it comes nearer."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from detectors import Box, Track
from reasoners.driving.approach import Approach
from reasoners.driving.config import DrivingConfig
from reasoners.driving.contact import Contact
from reasoners.driving.ego import common
from reasoners.driving.traffic import ROAD, Traffic
from reasoners.scene.view import View

UNKNOWN: Mapping[int, int] = MappingProxyType({})
"""No identities beyond those of tracks."""

CUT = 0.006
"""Distance to the picture's border at which a box counts as cut off."""

THINNEST = 0.001
"""Width of a box below which it is none."""

OWN = 0.7
"""Width of a box at the bottom of the picture that can only be the own vehicle's."""

MOST = 128
"""Objects followed at once."""

FORGOTTEN = 2.0
"""Seconds after the last look at which an object is let go."""

SHAKES, SWELLS = 0.01, 0.05
"""Least share by which all boxes swell at once for that to be the camera's doing, and the most."""

YAW = 0.004
"""Picture heights per second by which all things must pass alike for us to turn."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One road user in one frame."""

    identity: int
    track: int
    label: str
    traffic: Traffic
    box: Box
    distance: float
    """Metres per picture height where it is; times the focal length, its distance."""

    contact: Contact | None
    """None while too little is known."""

    @property
    def name(self) -> str:
        """What events call it."""
        return f"t{self.track}"

    @property
    def foot(self) -> tuple[float, float]:
        """Where it stands, relative; within the picture."""
        return (self.box[0] + self.box[2]) / 2, min(self.box[3], 1.0 - 1e-9)


class Sightings:
    """Follows all road users before one camera.

    Args:
        config: How the camera looks at the road.
    """

    def __init__(self, config: DrivingConfig) -> None:
        self.yaw = 0.0
        """Picture heights per second by which everything passes to the right: we turn left."""

        self._config = config
        self._heading = config.strip.heading
        self._approaches: dict[int, Approach] = {}

    def observe(self, view: View, known: Mapping[int, int] = UNKNOWN) -> list[Sighting]:
        """Take a look at every road user, with what all did at once taken off.

        Args:
            view: What detector and tracker made of a frame.
            known: Identities of objects by track, which outlive a change of track; a track that is
                not among them stands for itself.
        """
        at = view.captured_at
        fresh = [
            (track, identity, approach)
            for track in view.tracks
            if (approach := self._approach(track, identity := known.get(track.id, -track.id)))
        ]
        self._note(view, [(_box(track), approach) for track, _, approach in fresh])
        for identity, approach in list(self._approaches.items()):
            if at - approach.latest > FORGOTTEN and approach.looks:
                del self._approaches[identity]
        contacts = [approach.judge(at) for _, _, approach in fresh]
        self.yaw = common(
            [
                contact.drift / approach.distance
                for contact, (_, _, approach) in zip(contacts, fresh, strict=True)
                if contact is not None
            ],
            YAW,
        )
        return [
            Sighting(
                identity,
                track.id,
                track.label,
                approach.traffic,
                _box(track),
                approach.distance,
                self._straightened(contact, approach.distance),
            )
            for contact, (track, identity, approach) in zip(contacts, fresh, strict=True)
        ]

    def clear(self) -> None:
        """Forget everything."""
        self._approaches.clear()

    def _approach(self, track: Track, identity: int) -> Approach | None:
        """Return what is known of a road user; None of what is none, or not seen now."""
        traffic = ROAD.get(track.label)
        if traffic is None or track.lost or track.carried or _own(track):
            return None
        approach = self._approaches.get(identity)
        if approach is None and len(self._approaches) >= MOST:
            return None
        if approach is None or approach.traffic.what != traffic.what:
            approach = self._approaches[identity] = Approach(traffic)
        return approach

    def _note(self, view: View, seen: Sequence[tuple[Box, Approach]]) -> None:
        at, aspect = view.captured_at, view.width / view.height
        whole = [(box, approach) for box, approach in seen if self._whole(box)]
        swell = common(
            [
                math.log(expected * (box[3] - box[1]))
                for box, approach in whole
                if (expected := approach.expected(at)) is not None and expected > 0
            ],
            SHAKES,
        )
        swell = min(max(swell, -SWELLS), SWELLS)
        for box, approach in whole:
            approach.note(at, box, aspect, self._heading, swell)

    def _whole(self, box: Box) -> bool:
        left, top, right, bottom = box
        return (
            left > CUT
            and right < 1 - CUT
            and top > CUT
            and bottom < min(1.0, self._config.bonnet) - CUT
            and bottom - top >= self._config.smallest
            and right - left >= THINNEST
        )

    def _straightened(self, contact: Contact | None, distance: float) -> Contact | None:
        """Take our own turning off how something drifts."""
        if contact is None or not self.yaw:
            return contact
        return replace(contact, drift=contact.drift - self.yaw * distance)


def _box(track: Track) -> Box:
    return track.found or track.xyxy


def _own(track: Track) -> bool:
    """Tell whether a box can only be the own bonnet."""
    left, _, right, bottom = track.xyxy
    return right - left > OWN and bottom > 1 - 2 * CUT
