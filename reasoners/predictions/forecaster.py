"""Predictions of one camera: stated on a schedule, scored when their time is up. Pure.

What is stated does not depend on how likely it is, only on what an object is and where, so that the
scores mean what they say: every moving object about every zone and line within its reach, once at a
time each, the next when the last is over.
"""

from collections.abc import Iterable, Sequence

from reasoners.predictions.config import Kind
from reasoners.predictions.docket import Docket
from reasoners.predictions.evidence import Witness
from reasoners.predictions.experience import Experience
from reasoners.predictions.foresight import Foresight
from reasoners.predictions.outlook import Outlook
from reasoners.predictions.prediction import PICTURE, Prediction
from reasoners.scene.change import Change, Entered, Vanished
from reasoners.scene.course import EPSILON
from reasoners.scene.scene import Scene
from reasoners.scene.thing import Thing

EVERY = 1.0
"""Seconds between two times at which an object is thought about."""

AT_ONCE = 6
"""Objects thought about in one frame; the others wait for the next."""

FRESH = 0.2
"""Seconds for which an answer to a question holds."""

ASKED = 4096
"""Answers remembered at most."""


class Forecaster:
    """What comes next at one camera.

    Args:
        foresight: What is predicted, what was learned before, and what is wished for.
        scene: The scene that is watched; read, never changed.
    """

    def __init__(self, foresight: Foresight, scene: Scene) -> None:
        config = foresight.config
        self.experience = foresight.experience or Experience()
        self.docket = Docket(self.experience, config.most)
        """The statements that are open."""

        self._config = config
        self._scene = scene
        self._kinds = frozenset(config.kinds)
        self._witness = Witness(scene, self.experience)
        self._due: dict[int, float] = {}
        self._next_count = float("-inf")
        self._outlook = Outlook(foresight.wishes, scene, self._witness)
        self._asked: dict[tuple[Kind, int, str, float], tuple[float, float | None]] = {}
        self._zones = tuple(f"zone:{zone.name}" for zone in scene.places.zones)
        self._lines = tuple(f"line:{line.name}" for line in scene.places.lines)

    def observe(self, changes: Sequence[Change]) -> None:
        """Take what the scene made of one frame, or of time that passed without one."""
        if not (self._kinds or self._outlook):
            return
        now = self._scene.now
        self._witness.observe()
        self.docket.settle(changes, self._witness.went_out)
        self.docket.expire(self._scene)
        gone = {change.thing for change in changes if isinstance(change, Vanished)}
        self._witness.forget(gone)
        for thing in gone:
            self._due.pop(thing, None)
        for change in changes:
            if isinstance(change, Entered) and change.thing not in gone:
                # Whoever is told of the one will want to know the other.
                self._say("leaves", change.thing, f"zone:{change.zone}", now)
        self._state(now)

    def close(self) -> None:
        """Give up all that is open: the camera is gone, or the recording over."""
        self.docket.give_up(self._scene.now)
        self._due.clear()
        self._asked.clear()
        self._outlook.clear()
        self._witness.clear()

    def about(self, thing: Thing) -> list[Prediction]:
        """Return what is open about an object, the likeliest first.

        Counts of the zones it is in are among it.
        """
        zones = {f"zone:{zone}" for zone in thing.zones}
        found = [
            prediction
            for prediction in self.docket
            if prediction.subject == thing.id
            or (prediction.what == "count" and prediction.object in zones)
        ]
        return sorted(found, key=lambda one: (-one.probability, one.what, str(one.object)))

    def probability(
        self, thing: int, what: Kind, place: str, horizon: float | None = None
    ) -> float | None:
        """Return how likely something is from now on; the answer holds for a moment.

        Args:
            thing: Identity of an object.
            what: `enters`, `leaves`, `crosses`, `departs` or `stops`.
            place: `zone:step`, `line:gate` or `picture`.
            horizon: Seconds; by default that of the configuration.

        Returns:
            0 to 1; None where it cannot be said: the object is unknown or was only just met, it
            is in the zone that it would have to enter, or not in the one it would have to leave.
        """
        seconds = self._config.horizon if horizon is None else horizon
        key = (what, thing, place, seconds)
        known = self._asked.get(key)
        now = self._scene.now
        if known is not None and now - known[0] < FRESH - EPSILON:
            return known[1]
        if len(self._asked) >= ASKED:
            self._asked.clear()
        self._witness.observe()
        found = self._witness.evidence(what, thing, place, seconds)
        answer = None if found is None else self.experience.probability(what, found[0])
        self._asked[key] = (now, answer)
        return answer

    def expectations(self) -> Sequence[Prediction]:
        """Return what was wished for, of every object it can be said of; renewed in turn."""
        return self._outlook.tell()

    def expected(self, thing: int, seconds: float) -> tuple[float, float, float, float] | None:
        """Return where an object's foot will be, relative: x, y and the deviation of each."""
        return self._witness.expected(thing, seconds)

    def _state(self, now: float) -> None:
        """Think about those whose turn it is."""
        due, left = self._due, AT_ONCE
        approaching: dict[int, list[int]] | None = None
        for thing in self._scene.things.values():
            if not thing.seen or thing.carried or due.get(thing.id, now) > now + EPSILON:
                continue
            if not self._witness.knows(thing):
                continue
            if not left:
                return
            left -= 1
            due[thing.id] = now + EVERY
            if approaching is None:
                approaching = self._witness.approaching() if "reaches" in self._kinds else {}
            self._think(thing, approaching.get(thing.id, []), now)
        if left and "count" in self._kinds and now >= self._next_count - EPSILON:
            self._next_count = now + EVERY
            self._think_of_counts(now)

    def _think(self, thing: Thing, others: Iterable[int], now: float) -> None:
        """Say of an object all that can be said of it."""
        for inside in thing.zones:
            self._say("leaves", thing.id, f"zone:{inside}", now)
        if not thing.moving:
            return
        for zone in self._scene.places.zones:
            if zone.name not in thing.zones:
                self._say("enters", thing.id, f"zone:{zone.name}", now)
        for line in self._lines:
            self._say("crosses", thing.id, line, now)
        for other in others:
            self._say("reaches", thing.id, other, now)
        self._say("departs", thing.id, PICTURE, now)
        self._say("stops", thing.id, PICTURE, now)

    def _think_of_counts(self, now: float) -> None:
        for zone in self._zones:
            for label, count in self._witness.comers(zone, self._config.horizon).items():
                self._say("count", label, zone, now, count + 1)

    def _say(
        self, what: Kind, subject: int | str, place: int | str, now: float, count: int | None = None
    ) -> None:
        if what not in self._kinds or (what, subject, place) in self.docket:
            return
        horizon = self._config.horizon
        prediction = self._witness.weigh(what, subject, place, horizon, now, count)
        if prediction is not None:
            self.docket.add(prediction)
