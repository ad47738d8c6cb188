"""How many there are, told once it stays so for a moment."""

from collections import Counter
from collections.abc import Iterable, Mapping

from reasoners.scene.change import Change, Counted, Crowded, Uncrowded
from reasoners.scene.course import EPSILON
from reasoners.scene.kind import PERSON
from reasoners.scene.thing import Thing

STEADY = 0.6
"""Seconds for which another number must stay."""

THINS = 1.0
"""Seconds for which a crowd must have thinned out."""

FEWER = 0.9
"""Share of its number from which a crowd is none any more."""


class Counting:
    """Counts of one camera, in the whole picture and in each zone.

    Args:
        crowds: From how many people on a zone is crowded, by zone.
    """

    def __init__(self, crowds: Mapping[str, int]) -> None:
        self._crowds = crowds
        self._told: dict[tuple[str, str | None], int] = {}
        self._turning: dict[tuple[str, str | None], tuple[int, float]] = {}
        self._crowded: dict[str, float] = {}
        self._pressing: dict[str, float] = {}

    def observe(self, index: int, now: float, things: Iterable[Thing]) -> list[Change]:
        """Count the objects that are there, in or out of sight."""
        counts: Counter[tuple[str, str | None]] = Counter()
        crowds: dict[str, list[int]] = {}
        for thing in things:
            counts[thing.label, None] += 1
            for zone in thing.zones:
                counts[thing.label, zone] += 1
                if zone in self._crowds and thing.kind & PERSON:
                    crowds.setdefault(zone, []).append(thing.id)
        changes = self._count(index, now, counts)
        for zone, least in self._crowds.items():
            changes += self._press(index, now, zone, least, crowds.get(zone, []))
        return changes

    def _count(
        self, index: int, now: float, counts: Counter[tuple[str, str | None]]
    ) -> list[Change]:
        changes: list[Change] = []
        told, turning = self._told, self._turning
        for what in [*counts, *(what for what in told if what not in counts)]:
            count, before = counts[what], told.get(what, 0)
            if count == before:
                turning.pop(what, None)
                continue
            pending = turning.get(what)
            if pending is None or pending[0] != count:
                pending = turning[what] = (count, now)
            if now - pending[1] >= STEADY - EPSILON:
                del turning[what]
                if count:
                    told[what] = count
                else:
                    del told[what]
                label, zone = what
                changes.append(Counted(index, now, label, zone, count, before, pending[1]))
        for what in [what for what in turning if what not in counts and what not in told]:
            del turning[what]
        return changes

    def _press(
        self, index: int, now: float, zone: str, least: int, members: list[int]
    ) -> list[Change]:
        crowded_at, count = self._crowded.get(zone), len(members)
        turns = count >= least if crowded_at is None else count < FEWER * least
        if not turns:
            self._pressing.pop(zone, None)
            return []
        since = self._pressing.setdefault(zone, now)
        if now - since < (STEADY if crowded_at is None else THINS) - EPSILON:
            return []
        del self._pressing[zone]
        if crowded_at is None:
            self._crowded[zone] = now
            return [Crowded(index, now, zone, count, tuple(sorted(members)))]
        del self._crowded[zone]
        return [Uncrowded(index, now, zone, count, crowded_at)]
