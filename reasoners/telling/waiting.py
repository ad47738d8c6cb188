"""What has begun and is no event yet: there was no room for it, or its rule is switched off."""

from collections.abc import Collection, Hashable, Iterable
from dataclasses import replace

from reasoners.firing import Firing

Key = tuple[str, Hashable]


def key_of(firing: Firing) -> Key:
    """Name what a firing is about: rule, and which event of it."""
    return firing.rule, firing.key


class Waiting:
    """Firings of one camera that wait to become events.

    Args:
        room: Events open at once.
        most: Firings that may wait for room; more are counted and forgotten.
    """

    def __init__(self, room: int, most: int) -> None:
        self.refused = 0
        """What got no event because too many were open."""

        self._room = room
        self._most = most
        self._turned_away: dict[Key, Firing] = {}
        self._silenced: dict[Key, Firing] = {}

    def heed(self, firing: Firing) -> None:
        """Note that something changed, or is over, that may be waiting."""
        key = key_of(firing)
        for waiting in (self._turned_away, self._silenced):
            if key not in waiting:
                continue
            if firing.phase == "ends":
                del waiting[key]
            elif firing.phase == "changes":
                kept = waiting[key]
                waiting[key] = replace(
                    kept, things=firing.things or kept.things, grounds=firing.grounds
                )

    def silence(self, firing: Firing) -> None:
        """Keep what goes on while its rule is off: it begins again when that is on."""
        if len(self._silenced) < self._most:
            self._silenced[key_of(firing)] = firing

    def beginning(
        self, firings: Iterable[Firing], opened: Collection[Key], off: Collection[str], now: float
    ) -> list[Firing]:
        """Choose what begins now: whatever there is room for, those that had to wait first.

        Args:
            firings: What engines say; only begins count.
            opened: What is open already.
            off: Rules that are switched off.
            now: The present: what was silenced begins only now.
        """
        wanted = [
            replace(firing, at=now)
            for firing in self._silenced.values()
            if firing.rule not in off and _shows(firing)
        ]
        wanted += [
            firing
            for firing in self._turned_away.values()
            if firing.rule not in off and _shows(firing)
        ]
        wanted += [firing for firing in firings if firing.phase == "begins"]
        found: list[Firing] = []
        for firing in wanted:
            key = key_of(firing)
            if key in opened:
                continue
            if firing.rule in off:
                self.silence(firing)
                continue
            self._silenced.pop(key, None)
            if len(opened) + len(found) < self._room:
                self._turned_away.pop(key, None)
                found.append(firing)
            elif key not in self._turned_away:
                self.refused += 1
                if len(self._turned_away) < self._most:
                    self._turned_away[key] = firing
        return found

    def clear(self) -> None:
        """Forget all that waits."""
        self._turned_away.clear()
        self._silenced.clear()


def _shows(firing: Firing) -> bool:
    """Tell whether what had to wait may begin with this frame: it must show whom it is about."""
    return not firing.things or any(thing.seen and not thing.carried for thing in firing.things)
