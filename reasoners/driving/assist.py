"""Driver assist for one camera: views and roads in, advice out. Pure; time comes with the data.

It controls nothing, and is no safety device: see docs/limitations.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from reasoners.driving import wording
from reasoners.driving.advice import Advice
from reasoners.driving.claims import Claims
from reasoners.driving.config import DrivingConfig, Kind
from reasoners.driving.contact import Contact
from reasoners.driving.danger import Danger
from reasoners.driving.ego_path import EgoPath
from reasoners.driving.lane import Lane
from reasoners.driving.path import Path
from reasoners.driving.queueing import Queueing
from reasoners.driving.sighting import UNKNOWN, Sighting, Sightings
from reasoners.language.phrase import Phrase
from reasoners.scene.view import View
from sources import Road


class Assist:
    """Watches the road ahead of one vehicle.

    Args:
        config: How the camera looks at the road, and what is warned of.
    """

    def __init__(self, config: DrivingConfig) -> None:
        self.bonnet = config.bonnet
        self.contacts: dict[int, Contact] = {}
        """What is known of each track that comes nearer, by the latest view."""

        self.lead: int | None = None
        """Identity of the vehicle ahead in the own path."""

        self._config = config
        self._sightings = Sightings(config)
        self._danger = Danger(config)
        self._claims = Claims(config.cooldown)
        self._lane, self._path, self._queueing = Lane(config), EgoPath(config), Queueing()

    @property
    def strip(self) -> Path:
        """The own path as it is now."""
        return self._path.strip

    @property
    def active(self) -> list[Advice]:
        """What is warned of at the moment."""
        return self._claims.active

    def observe(
        self, view: View, road: Road | None = None, known: Mapping[int, int] = UNKNOWN
    ) -> list[Advice]:
        """Take one frame; return the warnings that begin with it.

        Args:
            view: What detector and tracker made of it.
            road: What was seen of the road itself, where anybody looked.
            known: Identities of objects by track, see `Sightings.observe`.
        """
        at, aspect = view.captured_at, view.width / view.height
        holds: list[Advice] = []
        if road is not None:
            self._queueing.note(at, still=road.still)
            self._path.observe(at, road.marks, aspect)
            holds += self._leaving(road, view, aspect)
        if view.looked:
            seen = self._sightings.observe(view, known)
            self.contacts = {one.track: one.contact for one in seen if one.contact is not None}
            self._choose_lead(seen)
            holds += self._judge(seen, view, aspect)
        return self._claims.settle(holds, at)

    def clear(self) -> None:
        """Forget everything: the camera was away."""
        self._sightings.clear()
        self._claims.clear()
        self.contacts.clear()
        self.lead = None
        self._lane, self._path = Lane(self._config), EgoPath(self._config)
        self._queueing = Queueing()

    def _leaving(self, road: Road, view: View, aspect: float) -> Iterator[Advice]:
        at = view.captured_at
        if "lane_departure" not in self._config.warn or self._queueing.stands(at):
            return
        for told in self._lane.observe(at, road.marks, aspect):
            said = wording.departure(told)
            yield Advice("lane_departure", told.side, at, at, view.index, said, departure=told)

    def _choose_lead(self, seen: Sequence[Sighting]) -> None:
        """Find the vehicle ahead: of those whose foot is in the path, the nearest."""
        ahead = [
            one for one in seen if one.traffic.what != "walker" and self.strip.contains(*one.foot)
        ]
        self.lead = max(ahead, key=lambda one: one.box[3]).identity if ahead else None

    def _judge(self, seen: Sequence[Sighting], view: View, aspect: float) -> Iterator[Advice]:
        wanted, at = self._config.warn, view.captured_at
        for one in () if self._queueing.stands(at) else seen:
            kind = self._danger.closes(one, self._sightings.yaw, aspect)
            if kind is not None and ("collision", str(one.identity)) in self._claims:
                # What was a collision once does not become less while it is closing in.
                kind = "collision"
            if kind is not None and kind in wanted and one.contact is not None:
                yield _advice(kind, one, view, wording.contact(one.label, one.name, one.contact))
            inside = self._danger.in_path(one, seen, self.strip)
            if inside is not None and "person_in_path" in wanted:
                said = wording.crossing(one.label, one.name, one.contact, inside=inside)
                yield replace(_advice("person_in_path", one, view, said), inside=inside)
        if "lead_moved_off" in wanted:
            yield from self._moved_off(seen, view)

    def _moved_off(self, seen: Sequence[Sighting], view: View) -> Iterator[Advice]:
        at = view.captured_at
        gone = self._queueing.moved_off(at, self.lead, seen)
        since = self._queueing.stands_since
        if gone is not None and gone.contact is not None and since is not None:
            said = wording.moved_off(gone.label, gone.name, gone.contact, at - since)
            yield replace(_advice("lead_moved_off", gone, view, said), stood=at - since)


def _advice(kind: Kind, one: Sighting, view: View, said: Phrase) -> Advice:
    return Advice(
        kind,
        str(one.identity),
        view.captured_at,
        view.captured_at,
        view.index,
        said,
        track=one.track,
        label=one.label,
        box=one.box,
        contact=one.contact,
    )
