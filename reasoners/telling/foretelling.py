"""What an event tells of the future: statements while they are open, then how they turned out."""

from collections.abc import Callable, Iterable

from reasoners.event import EventPrediction
from reasoners.predictions.forecaster import Forecaster
from reasoners.predictions.prediction import PICTURE, Prediction
from reasoners.scene.thing import Thing
from reasoners.telling.wire import moment, track_name, unit

OPEN = 8
"""Statements that one revision adds."""

MOST = 16
"""Statements an event carries; the oldest that are over go first."""

LIKELY = 0.1
"""Probability below which a statement is scored but not worth telling."""


class Foretelling:
    """The statements of one event. None is told first when it is known how it turned out.

    Args:
        forecaster: Where they come from.
        track: Tells the track id an object has or had last; None if that is forgotten.
    """

    def __init__(self, forecaster: Forecaster, track: Callable[[int], int | None]) -> None:
        self._forecaster = forecaster
        self._track = track
        self._told: list[Prediction] = []

    def heard(self, what: str, probability: float, hit: bool | None) -> None:
        """Score what a model expected beside what the camera's own forecasts are worth."""
        self._forecaster.experience.heard(what, probability, hit=hit)

    def take(self, things: Iterable[Thing]) -> None:
        """Add what is open now about these objects."""
        known = {id(one) for one in self._told}
        fresh = [
            one
            for thing in things
            for one in self._forecaster.about(thing)
            if one.probability >= LIKELY and id(one) not in known
        ]
        # A count of a zone is about everybody in it.
        fresh = list({id(one): one for one in fresh}.values())
        fresh.sort(key=lambda one: -one.probability)
        self._told += fresh[:OPEN]
        while len(self._told) > MOST:
            over = (number for number, one in enumerate(self._told) if one.outcome is not None)
            del self._told[next(over, 0)]

    def write(self) -> tuple[EventPrediction, ...]:
        """Write all of them as they stand, in the order in which they were stated."""
        told = sorted(self._told, key=lambda one: (one.stated_at, -one.probability, one.what))
        return tuple(written for one in told if (written := self._write(one)) is not None)

    def _write(self, one: Prediction) -> EventPrediction | None:
        subject, other = one.label, one.object
        if one.subject is not None:
            track = self._track(one.subject)
            subject = None if track is None else track_name(track)
        if isinstance(other, int):
            track = self._track(other)
            other = "" if track is None else track_name(track)
        if not subject or not other:
            return None
        return EventPrediction(
            # Leaving has a zone, or none: then it is the picture that is left.
            what="leaves" if one.what == "departs" else one.what,
            subject=subject[:80],
            object=None if other == PICTURE else other,
            count=one.count,
            horizon_s=one.horizon,
            probability=unit(one.probability),
            stated_at=moment(one.stated_at),
            outcome=one.outcome,
            resolved_at=None if one.resolved_at is None else moment(one.resolved_at),
        )
