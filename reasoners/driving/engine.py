"""Driver assist as an engine: each warning begins an event, and ends it when it is over."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from reasoners.driving.advice import Advice
from reasoners.driving.assist import Assist
from reasoners.driving.config import DrivingConfig, Kind
from reasoners.driving.wording import STRAIGHT, measured
from reasoners.firing import Firing, Ground, Moment, Phase
from reasoners.language.catalogue import catalogue
from reasoners.language.phrase import Phrase
from reasoners.scene.thing import Thing

MOST = 64
"""Warnings open at once."""


ABOUT = frozenset({"time_to_contact", "in_path", "enters_path", "lead_moved"})
"""Kinds of condition that name the object; the others go on about it."""

LIMITED = frozenset({"collision", "closing_fast"})
"""Warnings for which the time to contact is what decides."""

AGAIN, EPSILON = 1.0, 1e-6
"""Seconds after which what is still warned of is told anew, as it stands."""


@dataclass(slots=True)
class _Told:
    """A warning that is open."""

    worst: Advice
    """As it was when it was most urgent."""

    latest: Advice
    told_at: float


class Driving:
    """Advice about the road ahead. See `reasoners.driving.assist`.

    Args:
        config: How the camera looks at the road, and what is warned of.
        language: In which conditions say what was measured.
    """

    def __init__(self, config: DrivingConfig, language: str = "en") -> None:
        self._config = config
        self._words = catalogue(language)
        self.assist = Assist(config)
        self._open: dict[tuple[Kind, str], _Told] = {}

    def observe(self, moment: Moment) -> Iterator[Firing]:
        """Take one frame; say which warnings begin and which are over."""
        if moment.view is None:
            return
        by_track = {thing.track: thing for thing in moment.scene.things.values()}
        known = {track: thing.id for track, thing in by_track.items()}
        begun = self.assist.observe(moment.view, moment.view.road, known)
        active = {(advice.kind, advice.key): advice for advice in self.assist.active}
        for key, told in list(self._open.items()):
            latest = active.get(key)
            if latest is None:
                del self._open[key]
                yield self._firing(told.worst, "ends", told.latest.at, by_track)
                continue
            told.latest = latest
            if _urgency(latest) < _urgency(told.worst):
                told.worst = latest
            if latest.at == moment.now and moment.now - told.told_at >= AGAIN - EPSILON:
                told.told_at = moment.now
                yield self._firing(latest, "changes", moment.now, by_track)
        for advice in begun:
            if len(self._open) < MOST:
                self._open[advice.kind, advice.key] = _Told(advice, advice, moment.now)
                yield self._firing(advice, "begins", advice.since, by_track)

    def reset(self) -> None:
        """Forget all that is going on."""
        self.assist.clear()
        self._open.clear()

    def _firing(
        self, advice: Advice, phase: Phase, at: float, by_track: Mapping[int, Thing]
    ) -> Firing:
        thing = None if advice.track is None else by_track.get(advice.track)
        things = () if thing is None else (thing,)
        return Firing(
            rule=advice.kind,
            key=advice.key,
            phase=phase,
            at=at,
            things=things,
            severity=advice.severity,
            grounds=tuple(self._grounds(advice, things)),
        )

    def _grounds(self, advice: Advice, things: tuple[Thing, ...]) -> Iterator[Ground]:
        """Say what was measured, what it is about first."""

        def ground(kind: str, said: Phrase, value: float | None = None, unit: str = "") -> Ground:
            condition = words.sentence(said) if said is advice.said else words.say(said)
            value = None if value is None else round(value, 2)
            who = things if kind in ABOUT else ()
            # What decides holds since then; what was measured with it is of this moment.
            since = advice.since if kind in ABOUT or kind.startswith("lane_") else advice.at
            when = (since, advice.at, advice.index)
            return Ground(kind, condition, *when, None, who, None, value, None, unit)

        words, contact, departure = self._words, advice.contact, advice.departure
        if departure is not None:
            room = max(0.0, departure.room)
            yield ground(f"lane_{departure.side}", advice.said, room, "m")
            yield ground("drifting", measured("drifting"), departure.drift, "m/s")
        elif advice.kind == "lead_moved_off":
            yield ground("lead_moved", advice.said)
            yield ground("own_standing", measured("standing"), advice.stood, "s")
        elif advice.kind == "person_in_path":
            yield ground("in_path" if advice.inside else "enters_path", advice.said)
        if contact is None or contact.ttc is None:
            return
        first = advice.kind in LIMITED
        said = advice.said if first else measured("reached")
        timed = ground("time_to_contact", said, contact.ttc, "s")
        limit = self._config.collision if advice.kind == "collision" else self._config.closing
        yield replace(timed, wanted=limit) if first else timed
        yield ground("uncertainty", measured("unsure"), contact.sd, "s")
        yield ground("box_growth", measured("grown", contact.span), contact.grown, "times")
        if first:
            place = contact.passing(contact.ttc)
            side = "ahead" if abs(place) < STRAIGHT else "left" if place < 0 else "right"
            yield ground(f"passes_{side}", measured("beside"), abs(place), "m")


def _urgency(advice: Advice) -> float:
    contact = advice.contact
    return float("inf") if contact is None or contact.ttc is None else contact.ttc
