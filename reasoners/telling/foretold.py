"""What a model expects of an event's objects, held against what the scene then shows. Pure."""

from collections.abc import Callable, Iterable

from reasoners.event import EventPrediction
from reasoners.scene.change import Change, Entered, Left, MovedOff, Related, Stopped, Vanished
from reasoners.telling.wire import moment, track_name

MOST = 8
"""Statements kept of one event."""


Heard = Callable[[str, float, bool | None], None]


def _nobody(what: str, probability: float, hit: bool | None) -> None:
    """Tell nobody."""


class Foretold:
    """A model's predictions of one event; each ends as hit, miss, or unresolvable.

    Args:
        track: Tells the track id an object has or had last; None if that is forgotten.
        heard: Takes what was said, how likely, and whether it came true; None: nobody can tell.
    """

    def __init__(self, track: Callable[[int], int | None], heard: Heard = _nobody) -> None:
        self._track = track
        self._heard = heard
        self._told: tuple[EventPrediction, ...] = ()

    def state(self, predictions: Iterable[EventPrediction], now: float) -> None:
        """Take what a model expects from now on."""
        stated = {"stated_at": moment(now), "source": "vlm"}
        self._told = tuple(one.model_copy(update=stated) for one in predictions)[:MOST]

    def note(self, change: Change) -> None:
        """See whether a change is what was expected."""
        self._told = tuple(
            self._ended(one, "hit", change.at)
            if self._open(one, change.at) and self._is(one, change)
            else one
            for one in self._told
        )

    def lapse(self, now: float, *, over: bool = False) -> None:
        """Let time pass: what has not come in time will not; at an end nobody can tell any more."""
        told = []
        for one in self._told:
            if one.outcome is None and one.stated_at is not None:
                late = now > one.stated_at + one.horizon_s
                if late or over:
                    one = self._ended(one, "miss" if late else "unresolvable", now)  # noqa: PLW2901 (its next state)
            told.append(one)
        self._told = tuple(told)

    def write(self) -> tuple[EventPrediction, ...]:
        """Return all of them as they stand."""
        return self._told

    @staticmethod
    def _open(one: EventPrediction, at: float) -> bool:
        stated = one.stated_at
        return one.outcome is None and stated is not None and stated <= at <= stated + one.horizon_s

    def _ended(self, one: EventPrediction, outcome: str, at: float) -> EventPrediction:
        hit = None if outcome == "unresolvable" else outcome == "hit"
        self._heard(one.what, one.probability, hit)
        return one.model_copy(update={"outcome": outcome, "resolved_at": moment(at)})

    def _is(self, one: EventPrediction, change: Change) -> bool:
        """Tell whether a change makes a statement true."""
        match change:
            case Entered():
                fits = one.what == "enters" and one.object == f"zone:{change.zone}"
            case Left():
                fits = one.what == "leaves" and one.object == f"zone:{change.zone}"
            case Vanished():
                fits = one.what == "leaves" and one.object is None
            case Stopped():
                fits = one.what == "stops"
            case MovedOff():
                fits = one.what == "moves_off"
            case Related():
                other = self._track(change.other)
                fits = one.what == change.predicate == "approaches" and other is not None
                fits = fits and one.object == track_name(other or 0)
            case _:
                return False
        return fits and one.subject == track_name(change.track)
