"""Predictions of one camera: stated on a schedule, scored when their time is up. Pure.

What is stated does not depend on how likely it is, only on what an object is and where, so that the
scores mean what they say: every moving object about every zone and line within its reach, once at a
time each, the next when the last is over.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from reasoners.predictions.config import Kind
from reasoners.predictions.docket import Docket
from reasoners.predictions.evidence import Witness
from reasoners.predictions.experience import Experience
from reasoners.predictions.foresight import Foresight
from reasoners.predictions.prediction import PICTURE, Prediction
from reasoners.predictions.wish import Wish
from reasoners.scene.change import Change, Entered, Vanished
from reasoners.scene.course import EPSILON
from reasoners.scene.judgement import NEAR, TO, TO_IT
from reasoners.scene.scene import Scene
from reasoners.scene.thing import Thing

EVERY = 1.0
"""Seconds between two times at which an object is thought about."""

SETTLED = 0.8
"""Seconds for which an object must have been seen, so that it has a way at all."""

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
        self._wishes = tuple(dict.fromkeys(foresight.wishes))
        self._expected: list[Prediction] = []
        self._expected_at = float("-inf")
        self._asked: dict[tuple[Kind, int, str, float], tuple[float, float | None]] = {}
        self._zones = tuple(f"zone:{zone.name}" for zone in scene.places.zones)
        self._lines = tuple(f"line:{line.name}" for line in scene.places.lines)

    def observe(self, changes: Sequence[Change]) -> None:
        """Take what the scene made of one frame, or of time that passed without one."""
        if not (self._kinds or self._wishes):
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
        self._expected, self._expected_at = [], float("-inf")
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
        """Return what was wished for, of every object it can be said of; renewed now and then."""
        now = self._scene.now
        if self._wishes and now - self._expected_at >= FRESH - EPSILON:
            self._expected_at = now
            self._witness.observe()
            self._expected = [one for wish in self._wishes for one in self._wish(wish, now)]
        return self._expected

    def expected(self, thing: int, seconds: float) -> tuple[float, float, float, float] | None:
        """Return where an object's foot will be, relative: x, y and the deviation of each."""
        return self._witness.expected(thing, seconds)

    def _wish(self, wish: Wish, now: float) -> Iterable[Prediction]:
        """Say how likely it is as of now, for everyone it can be said of."""
        if wish.what == "count":
            yield from self._wish_count(wish, now)
            return
        if wish.what == "leaves" and not wish.places:
            # Whoever asks for leaving without a place means the picture, too.
            for one in self._wish(replace(wish, what="departs"), now):
                yield replace(one, what="leaves")
        others = self._approaching() if wish.what == "reaches" else None
        for thing in self._scene.things.values():
            if not thing.seen or not self._settled(thing):
                continue
            places: Sequence[int | str] = self._places(wish)
            if others is not None:
                places = others.get(thing.id, ())
            for place in places:
                yield from self._weigh(wish.what, thing.id, place, wish.horizon, now)

    def _wish_count(self, wish: Wish, now: float) -> Iterable[Prediction]:
        for zone in self._places(wish):
            for label, count in self._witness.comers(zone, wish.horizon).items():
                yield from self._weigh("count", label, zone, wish.horizon, now, count + 1)

    def _places(self, wish: Wish) -> Sequence[str]:
        if wish.what in {"enters", "leaves", "count"}:
            places = self._zones
        elif wish.what == "crosses":
            places = self._lines
        else:
            return (PICTURE,)
        return [place for place in places if not wish.places or place in wish.places]

    def _state(self, now: float) -> None:
        """Think about those whose turn it is."""
        due, left = self._due, AT_ONCE
        approaching: dict[int, list[int]] | None = None
        for thing in self._scene.things.values():
            if not thing.seen or thing.carried or due.get(thing.id, now) > now + EPSILON:
                continue
            if not self._settled(thing):
                continue
            if not left:
                return
            left -= 1
            due[thing.id] = now + EVERY
            if approaching is None:
                approaching = self._approaching()
            self._think(thing, approaching.get(thing.id, []), now)
        if left and "count" in self._kinds and now >= self._next_count - EPSILON:
            self._next_count = now + EVERY
            self._think_of_counts(now)

    def _approaching(self) -> dict[int, list[int]]:
        """Tell who comes towards whom and is not there yet."""
        found: dict[int, list[int]] = {}
        if "reaches" not in self._kinds:
            return found
        near: set[tuple[int, int]] = set()
        for one, two, (flag, _) in self._scene.graph.bonds(TO | TO_IT | NEAR):
            if flag == NEAR:
                near |= {(one.id, two.id), (two.id, one.id)}
            elif two.seen:
                found.setdefault(one.id, []).append(two.id)
        return {
            one: [two for two in others if (one, two) not in near] for one, others in found.items()
        }

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
        for prediction in self._weigh(what, subject, place, horizon, now, count):
            self.docket.add(prediction)

    def _weigh(
        self,
        what: Kind,
        subject: int | str,
        place: int | str,
        horizon: float,
        now: float,
        count: int | None = None,
    ) -> Iterable[Prediction]:
        """Yield the statement with its probability, if it can be made."""
        found = self._witness.evidence(what, subject, place, horizon)
        if found is None or not found[2]:
            return
        evidence, cell, _ = found
        yield Prediction(
            what=what,
            subject=None if isinstance(subject, str) else subject,
            object=place,
            horizon=horizon,
            probability=round(self.experience.probability(what, evidence), 3),
            stated_at=now,
            label=subject if isinstance(subject, str) else None,
            count=count,
            evidence=evidence,
            cell=cell,
        )

    def _settled(self, thing: Thing) -> bool:
        return thing.last_seen - thing.first_seen >= SETTLED - EPSILON
