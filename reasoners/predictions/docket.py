"""The statements that are open, and how each of them ends: hit, miss, or nobody can tell."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from reasoners.predictions.experience import Experience
from reasoners.predictions.prediction import PICTURE, Key, Outcome, Prediction
from reasoners.scene.change import (
    Change,
    Counted,
    Crossed,
    Entered,
    Left,
    Related,
    Stopped,
    Vanished,
)
from reasoners.scene.course import EPSILON
from reasoners.scene.scene import Scene

SIGNS: dict[type[Any], Callable[[Any], Iterable[Key]]] = {
    Entered: lambda change: (("enters", change.thing, f"zone:{change.zone}"),),
    Left: lambda change: (("leaves", change.thing, f"zone:{change.zone}"),),
    Crossed: lambda change: (("crosses", change.thing, f"line:{change.line}"),),
    Stopped: lambda change: (("stops", change.thing, PICTURE),),
    Related: lambda change: (
        (("reaches", change.thing, change.other), ("reaches", change.other, change.thing))
        if change.predicate == "near"
        else ()
    ),
}
"""What a change makes true."""


class Docket:
    """Open statements of one camera, oldest first.

    Args:
        experience: Learns from every outcome.
        most: How many may be open at once.
    """

    def __init__(self, experience: Experience, most: int) -> None:
        self.refused = 0
        """Statements not taken, for want of room."""

        self.finished: Callable[[Prediction], None] | None = None
        """Told of each statement that is over; for those who measure."""

        self._experience = experience
        self._most = most
        self._open: dict[Key, Prediction] = {}

    def __iter__(self) -> Iterator[Prediction]:
        return iter(self._open.values())

    def __contains__(self, key: Key) -> bool:
        return key in self._open

    def add(self, prediction: Prediction) -> None:
        """Take a statement, if there is room."""
        if len(self._open) < self._most:
            self._open[prediction.key] = prediction
        else:
            self.refused += 1

    def settle(self, changes: Iterable[Change], out: Callable[[int], bool]) -> None:
        """Note what came true, and what can no longer.

        Args:
            changes: Of one moment.
            out: Tells whether an object that vanished had come to the border of the picture.
        """
        if not self._open:
            return
        gone = {change.thing: change for change in changes if isinstance(change, Vanished)}
        for change in changes:
            if isinstance(change, Counted):
                self._counted(change)
            elif not (isinstance(change, Left) and change.thing in gone):
                for key in SIGNS.get(type(change), _nothing)(change):
                    self._happened(key, change.at)
        for change in gone.values():
            self._vanished(change, out=out(change.thing))

    def expire(self, scene: Scene) -> None:
        """End what is over and was not to be; what is out of sight at its end waits."""
        over = []
        # All look equally far ahead, so the oldest is over first.
        for prediction in self._open.values():
            if prediction.until > scene.now + EPSILON:
                break
            over.append(prediction)
        for prediction in over:
            if prediction.subject is None:
                self._resolve(prediction, "miss", scene.now)
                continue
            thing = scene.things.get(prediction.subject)
            if thing is None:
                self._resolve(prediction, "unresolvable", scene.now)
            elif thing.last_seen >= prediction.until - EPSILON:
                self._resolve(prediction, "miss", scene.now)

    def give_up(self, now: float) -> None:
        """End all that is open: nobody will ever know."""
        for prediction in list(self._open.values()):
            self._resolve(prediction, "unresolvable", now)

    def _happened(self, key: Key, at: float) -> None:
        prediction = self._open.get(key)
        if prediction is not None:
            # What is still open after its time was out of sight at its end.
            late = at > prediction.until + EPSILON
            self._resolve(prediction, "unresolvable" if late else "hit", at)

    def _counted(self, change: Counted) -> None:
        prediction = self._open.get(("count", change.label, f"zone:{change.zone}"))
        if prediction is not None and change.count >= (prediction.count or 0):
            self._happened(prediction.key, change.at)

    def _vanished(self, change: Vanished, *, out: bool) -> None:
        for prediction in list(self._open.values()):
            if prediction.subject == change.thing:
                self._resolve(prediction, _fate(prediction, change.at, out=out), change.at)
            elif prediction.object == change.thing:
                self._resolve(prediction, "unresolvable", change.at)

    def _resolve(self, prediction: Prediction, outcome: Outcome, at: float) -> None:
        del self._open[prediction.key]
        prediction.outcome, prediction.resolved_at = outcome, at
        if outcome == "unresolvable":
            self._experience.give_up(prediction.what)
        else:
            self._experience.learn(
                prediction.what,
                prediction.evidence,
                prediction.probability,
                prediction.cell,
                hit=outcome == "hit",
            )
        if self.finished is not None:
            self.finished(prediction)


def _fate(prediction: Prediction, vanished_at: float, *, out: bool) -> Outcome:
    """Tell what becomes of a statement about an object that is gone.

    Args:
        prediction: The statement.
        vanished_at: When the object was last seen.
        out: It was at the border of the picture then, and so went out of it.
    """
    if vanished_at > prediction.until - EPSILON:
        return "miss"
    if not out:
        return "unresolvable"
    return "hit" if prediction.what in {"leaves", "departs"} else "miss"


def _nothing(change: Change) -> Iterable[Key]:
    del change
    return ()
