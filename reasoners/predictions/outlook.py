"""What engines wished to be told about the near future: as of now, renewed in turn."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from reasoners.predictions.evidence import Witness
from reasoners.predictions.prediction import PICTURE, Prediction
from reasoners.predictions.wish import Wish
from reasoners.scene.course import EPSILON
from reasoners.scene.scene import Scene

FRESH = 0.4
"""Seconds for which what is expected of an object holds."""

LEAST = 2
"""Objects renewed with each frame, if it is their time."""


class Outlook:
    """Answers to the wishes of one camera's engines, an even share of them renewed every frame.

    Args:
        wishes: What is wanted.
        scene: Read, never changed.
        witness: Says what speaks for a statement, and how likely it is.
    """

    def __init__(self, wishes: Sequence[Wish], scene: Scene, witness: Witness) -> None:
        self._scene = scene
        self._witness = witness
        wanted = list(dict.fromkeys(wishes))
        # Whoever asks for leaving without a place means the picture, too.
        wanted += [
            replace(one, what="departs")
            for one in wanted
            if one.what == "leaves" and not one.places
        ]
        self._counts = [wish for wish in wanted if wish.what == "count"]
        self._wishes = [(wish, self._places(wish)) for wish in wanted if wish.what != "count"]
        self._meetings = any(wish.what == "reaches" for wish in wanted)
        self._known: dict[int, tuple[float, list[Prediction]]] = {}
        self._counted: tuple[float, list[Prediction]] = (-math.inf, [])
        self._at = -math.inf

    def __bool__(self) -> bool:
        return bool(self._wishes or self._counts)

    def clear(self) -> None:
        """Forget what was expected."""
        self._known.clear()
        self._counted, self._at = (-math.inf, []), -math.inf

    def tell(self) -> Sequence[Prediction]:
        """Return what is expected, of every object it can be said of."""
        now, things = self._scene.now, self._scene.things
        if self and now > self._at:
            self._renew(now)
            self._at = now
        told = [one for number in things if number in self._known for one in self._known[number][1]]
        return told + self._counted[1]

    def _renew(self, now: float) -> None:
        things, known = self._scene.things, self._known
        for number in [number for number in known if number not in things]:
            del known[number]
        if self._counts and now - self._counted[0] >= FRESH - EPSILON:
            self._counted = now, [one for wish in self._counts for one in self._count(wish, now)]
        if not self._wishes:
            return
        due = [
            number
            for number, thing in things.items()
            if thing.seen
            and self._witness.knows(thing)
            and now - known.get(number, (-math.inf, []))[0] >= FRESH - EPSILON
        ]
        if not due:
            return
        # All of them within the time for which an answer holds, and not all with one frame.
        share = len(things) * min(1.0, (now - self._at) / FRESH)
        due.sort(key=lambda number: known.get(number, (-math.inf, []))[0])
        others = self._witness.approaching() if self._meetings else {}
        for number in due[: max(LEAST, math.ceil(share))]:
            known[number] = now, list(self._expect(number, others.get(number, ()), now))

    def _expect(self, thing: int, others: Sequence[int], now: float) -> Iterable[Prediction]:
        for wish, places in self._wishes:
            for place in others if wish.what == "reaches" else places:
                one = self._witness.weigh(wish.what, thing, place, wish.horizon, now)
                if one is not None:
                    yield replace(one, what="leaves") if wish.what == "departs" else one

    def _count(self, wish: Wish, now: float) -> Iterable[Prediction]:
        for zone in self._places(wish):
            for label, count in self._witness.comers(zone, wish.horizon).items():
                one = self._witness.weigh("count", label, zone, wish.horizon, now, count + 1)
                if one is not None:
                    yield one

    def _places(self, wish: Wish) -> tuple[str, ...]:
        places = self._scene.places
        if wish.what in {"enters", "leaves", "count"}:
            names = tuple(f"zone:{zone.name}" for zone in places.zones)
        elif wish.what == "crosses":
            names = tuple(f"line:{line.name}" for line in places.lines)
        else:
            return (PICTURE,)
        return tuple(name for name in names if not wish.places or name in wish.places)
