"""Driver assist for one camera: views and roads in, advice out. Pure; time comes with the data.

It controls nothing, and is no safety device: see docs/limitations.md.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from detectors import Box, Track
from reasoners.driving import wording
from reasoners.driving.advice import Advice
from reasoners.driving.approach import Approach
from reasoners.driving.config import DrivingConfig, Kind
from reasoners.driving.contact import Contact
from reasoners.driving.ego import common
from reasoners.driving.ego_path import EgoPath
from reasoners.driving.lane import Lane
from reasoners.driving.path import Path
from reasoners.driving.traffic import ROAD
from reasoners.scene.view import View
from sources import Road

CUT = 0.006
"""Distance to the picture's border at which a box counts as cut off."""

OWN = 0.7
"""Width of a box at the bottom of the picture that can only be the own vehicle's."""

MOST = 128
"""Objects followed at once."""

FORGOTTEN = 2.0
"""Seconds after the last look at which an object is let go."""

HOLDS = 0.15
"""Seconds for which something must hold before it is said; and for two looks at least."""

OVER = 1.0
"""Seconds after which what holds no more is over."""

SURE = 2.5
"""Deviations of growth from which something comes nearer."""

VAGUE = 0.35
"""Deviation of a time to contact, as a share of it, from which on it is not told."""

OVERLAP = 0.6
"""Metres by which a vehicle must be met to count as in the way: sizes are guessed."""

SHAKES = 0.01
"""Least share by which all boxes swell at once for that to be the camera's doing."""

TURNS, YAW = 0.05, 0.004
"""Picture heights per second by which all things pass: from the first on we turn, and below the
second nothing is told from noise."""

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

STOOD = 2.0
"""Seconds for which we and the vehicle ahead must have stood before it can move off."""

SHRANK = 0.93
"""Share of its size to which it must have shrunk."""

NEAR = 0.1
"""Least height of its box."""


@dataclass(slots=True)
class _Claim:
    """Something that holds, or held a moment ago."""

    advice: Advice
    looks: int
    told: bool = False


@dataclass(frozen=True, slots=True)
class _Object:
    track: Track
    box: Box
    approach: Approach
    contact: Contact | None


class Assist:
    """Watches the road ahead of one vehicle.

    Args:
        config: How the camera looks at the road, and what is warned of.
    """

    def __init__(self, config: DrivingConfig) -> None:
        self._config = config
        self._heading = config.strip.heading
        self._path = EgoPath(config)
        self.bonnet = config.bonnet

        self.contacts: dict[int, Contact] = {}
        """What is known of each track that comes nearer, by the latest view."""

        self.lead: int | None = None
        """Track of the vehicle ahead in the own path."""

        self._approaches: dict[int, Approach] = {}
        self._claims: dict[tuple[Kind, str], _Claim] = {}
        self._quiet_until: dict[tuple[Kind, str], float] = {}
        self._lane = Lane(config)
        self._stands_since: float | None = None
        self._lead_stands: tuple[int, float] | None = None
        self._yaw = 0.0
        self._aspect = 16 / 9

    @property
    def strip(self) -> Path:
        """The own path as it is now."""
        return self._path.strip

    @property
    def active(self) -> list[Advice]:
        """What is warned of at the moment."""
        return [claim.advice for claim in self._claims.values() if claim.told]

    def observe(self, view: View, road: Road | None = None) -> list[Advice]:
        """Take one frame; return the warnings that begin with it.

        Args:
            view: What detector and tracker made of it.
            road: What was seen of the road itself, where anybody looked.
        """
        at, aspect = view.captured_at, view.width / view.height
        self._aspect = aspect
        if road is not None:
            moves = road.still is not True
            self._stands_since = None if moves else (self._stands_since or at)
            self._path.observe(at, road.marks, aspect)
        seen = self._measure(view, aspect) if view.looked else []
        holds = {(advice.kind, advice.key): advice for advice in self._judge(seen, view)}
        if road is not None and "lane_departure" in self._config.warn and not self._stands(at):
            for departure in self._lane.observe(at, road.marks, aspect):
                text = wording.departure(departure)
                key = departure.side
                holds["lane_departure", key] = Advice(
                    "lane_departure", key, at, at, view.index, text, departure=departure
                )
        return self._settle(holds, at)

    def clear(self) -> None:
        """Forget everything: the camera was away."""
        self._approaches.clear()
        self._claims.clear()
        self._quiet_until.clear()
        self.contacts.clear()
        self.lead = self._stands_since = self._lead_stands = None
        self._lane, self._path = Lane(self._config), EgoPath(self._config)

    def _stands(self, at: float, seconds: float = 0.5) -> bool:
        return self._stands_since is not None and at - self._stands_since >= seconds

    def _measure(self, view: View, aspect: float) -> list[_Object]:
        """Take a look at every object, with what all did at once taken off."""
        at = view.captured_at
        fresh: list[tuple[Track, Box, Approach]] = []
        for track in view.tracks:
            traffic = ROAD.get(track.label)
            if traffic is None or track.lost or track.carried or _own(track):
                continue
            approach = self._approaches.get(track.id)
            if approach is None or approach.traffic.what != traffic.what:
                if approach is None and len(self._approaches) >= MOST:
                    continue
                approach = self._approaches[track.id] = Approach(traffic)
            fresh.append((track, track.found or track.xyxy, approach))
        whole = [one for one in fresh if self._whole(one[1])]
        swell = common(
            [
                _log(expected * (box[3] - box[1]))
                for _, box, approach in whole
                if (expected := approach.expected(at)) is not None
            ],
            SHAKES,
        )
        for _, box, approach in whole:
            approach.note(at, box, aspect, self._heading, min(max(swell, -0.05), 0.05))
        for number, approach in list(self._approaches.items()):
            if at - approach.latest > FORGOTTEN and approach.looks:
                del self._approaches[number]
        contacts = {track.id: approach.judge(at) for track, _, approach in fresh}
        self._yaw = common(
            [
                contact.drift / approach.distance
                for track, _, approach in fresh
                if (contact := contacts[track.id]) is not None
            ],
            YAW,
        )
        objects = []
        for track, box, approach in fresh:
            contact = contacts[track.id]
            if contact is not None and self._yaw:
                turned = contact.drift - self._yaw * approach.distance
                contact = replace(contact, drift=turned)
            objects.append(_Object(track, box, approach, contact))
        self.contacts = {one.track.id: one.contact for one in objects if one.contact is not None}
        return objects

    def _whole(self, box: Box) -> bool:
        left, top, right, bottom = box
        return (
            left > CUT
            and right < 1 - CUT
            and top > CUT
            and bottom < min(1.0, self._config.bonnet) - CUT
            and bottom - top >= self._config.smallest
        )

    def _judge(self, seen: list[_Object], view: View) -> Iterator[Advice]:
        stands = self._stands(view.captured_at)
        self._choose_lead(seen)
        for one in seen:
            if not stands:
                yield from self._ahead(one, view)
                if one.approach.traffic.what != "vehicle":
                    yield from self._person(one, seen, view)
        if "lead_moved_off" in self._config.warn:
            yield from self._moved_off(seen, view)

    def _choose_lead(self, seen: list[_Object]) -> None:
        """Find the vehicle ahead: of those whose foot is in the path, the nearest."""
        ahead = [
            one
            for one in seen
            if one.approach.traffic.what != "walker"
            and self.strip.contains((one.box[0] + one.box[2]) / 2, _foot(one.box))
        ]
        self.lead = max(ahead, key=lambda one: one.box[3]).track.id if ahead else None

    def _ahead(self, one: _Object, view: View) -> Iterator[Advice]:
        """Whether something is driven into."""
        contact, config = one.contact, self._config
        if contact is None or contact.ttc is None or contact.ttc > config.closing:
            return
        if contact.growth < SURE * contact.growth_sd or contact.sd > VAGUE * contact.ttc:
            return
        if not self._meets(one, contact, contact.ttc):
            return
        kind: Kind = "closing_fast"
        if contact.ttc <= config.collision and self._urgent(one, contact.ttc):
            kind = "collision"
        elif self._braking(one, contact.ttc) < BARELY:
            return
        name = f"t{one.track.id}"
        if kind == "closing_fast" and ("collision", name) in self._claims:
            kind = "collision"
        if kind in config.warn:
            text = wording.contact(one.track.label, name, contact)
            yield self._advice(kind, one, view, text)

    def _urgent(self, one: _Object, ttc: float) -> bool:
        """Tell whether gentle braking would not do, or it is late for that."""
        if one.approach.traffic.what != "vehicle" or ttc <= LATE * self._config.collision:
            return True
        return self._braking(one, ttc) >= GENTLY

    def _braking(self, one: _Object, ttc: float) -> float:
        """Return how hard one must brake to come to a stop before it, m/s² as far as is known."""
        across = math.tan(math.radians(self._config.lens / 2))
        distance = one.approach.distance * self._aspect / 2 / across
        return distance / (2 * ttc * ttc)

    def _meets(self, one: _Object, contact: Contact, when: float) -> bool:
        """Tell whether it will be in the way when it is reached."""
        reach = (self._config.vehicle_width + one.approach.traffic.wide) / 2
        if one.approach.traffic.what == "vehicle":
            reach -= OVERLAP
        if abs(self._yaw) > TURNS and abs(contact.aside) > reach:
            return False
        drift = contact.drift
        if contact.aside * drift < 0:
            # Only what plainly comes over is believed to: parked things seem to, a little.
            unsure = SEEMS + SWAYS * one.approach.distance
            drift = math.copysign(max(0.0, abs(drift) - unsure), drift)
        off = abs(contact.aside + drift * when)
        return off <= reach and off + contact.passing_sd(when) <= reach + OVERLAP

    def _person(self, one: _Object, seen: list[_Object], view: View) -> Iterator[Advice]:
        if "person_in_path" not in self._config.warn:
            return
        contact, box = one.contact, one.box
        foot, bottom = (box[0] + box[2]) / 2, _foot(box)
        # Somebody who sits in a vehicle is not on the road, and who rides is told of once.
        if any(_sits_in(box, other.box) for other in seen if other is not one):
            return
        if bottom < self.strip.far or contact is None:
            return
        if one.approach.traffic.what == "rider" and contact.growth < FALLS_BACK:
            return
        if contact.growth < -2 * contact.growth_sd:
            return
        inside = self.strip.contains(foot, bottom)
        if not inside and not self._enters(contact):
            return
        name = f"t{one.track.id}"
        text = wording.crossing(one.track.label, name, contact, inside=inside)
        yield replace(self._advice("person_in_path", one, view, text), inside=inside)

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

    def _moved_off(self, seen: list[_Object], view: View) -> Iterator[Advice]:
        at = view.captured_at
        lead = next((one for one in seen if one.track.id == self.lead), None)
        if self._stands_since is None or lead is None or lead.contact is None:
            self._lead_stands = None
            return
        contact, track = lead.contact, lead.track.id
        if lead.box[3] - lead.box[1] < NEAR:
            return
        if self._lead_stands is None or self._lead_stands[0] != track:
            self._lead_stands = (track, at) if abs(contact.growth) < FALLS_BACK else None
            return
        since = max(self._lead_stands[1], self._stands_since)
        if contact.grown > SHRANK or contact.growth > -SURE * contact.growth_sd:
            return
        if at - since >= STOOD + contact.span:
            name = f"t{track}"
            text = wording.moved_off(lead.track.label, name, contact, at - self._stands_since)
            advice = self._advice("lead_moved_off", lead, view, text)
            yield replace(advice, stood=at - self._stands_since)

    def _advice(self, kind: Kind, one: _Object, view: View, text: str) -> Advice:
        track = one.track
        return Advice(
            kind, f"t{track.id}", view.captured_at, view.captured_at, view.index, text,
            track.id, track.label, one.box, one.contact,
        )  # fmt: skip

    def _settle(self, holds: dict[tuple[Kind, str], Advice], at: float) -> list[Advice]:
        """Say what has held long enough, once; let go of what is over."""
        begun = []
        for key, advice in holds.items():
            claim = self._claims.get(key)
            if claim is None:
                claim = self._claims[key] = _Claim(advice, 0)
            claim.looks += 1
            claim.advice = replace(advice, since=claim.advice.since)
            lasted = at - claim.advice.since >= HOLDS and claim.looks > 1
            if claim.told or not (lasted or advice.kind == "lane_departure"):
                continue
            if at < self._quiet_until.get(key, at):
                continue
            claim.told = True
            begun.append(claim.advice)
        for key, claim in list(self._claims.items()):
            if at - claim.advice.at > (OVER if claim.told else 2 * HOLDS):
                del self._claims[key]
                if claim.told:
                    self._quiet_until[key] = at + self._config.cooldown
        for key, until in list(self._quiet_until.items()):
            if until < at:
                del self._quiet_until[key]
        return begun


def _foot(box: Box) -> float:
    return min(box[3], 1.0 - 1e-9)


def _own(track: Track) -> bool:
    """Tell whether a box can only be the own bonnet."""
    left, _, right, bottom = track.xyxy
    return right - left > OWN and bottom > 1 - 2 * CUT


def _sits_in(one: Box, other: Box) -> bool:
    """Tell whether a box lies within a larger one that reaches further down."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    area = (one[2] - one[0]) * (one[3] - one[1])
    larger = (other[2] - other[0]) * (other[3] - other[1]) > 1.5 * area
    return wide > 0 and high > 0 and larger and wide * high > 0.8 * area


def _log(ratio: float) -> float:
    return math.log(ratio) if ratio > 0 else 0.0
