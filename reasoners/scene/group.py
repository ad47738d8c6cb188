"""Groups: people who are together, as one thing over time."""

from collections.abc import Iterable, Iterator

from reasoners.scene.change import Change, GroupDissolved, GroupFormed
from reasoners.scene.course import EPSILON

LASTS = 2.0
"""Seconds for which a group outlives its falling apart: people walk in line and around things."""


class Group:
    """One group."""

    __slots__ = ("members", "number", "short_since", "since")

    def __init__(self, number: int, members: frozenset[int], since: float) -> None:
        self.number, self.members, self.since = number, members, since
        self.short_since: float | None = None
        """Since when not enough of them are together."""


class Groups:
    """All groups of a camera.

    Args:
        least: People who make a group.
    """

    def __init__(self, least: int) -> None:
        self.groups: list[Group] = []
        self._least = least
        self._number = 0

    def observe(self, index: int, now: float, together: Iterable[tuple[int, int]]) -> list[Change]:
        """Take who is together with whom, as pairs of identities."""
        parties = [party for party in _parties(together) if len(party) >= self._least]
        if not parties and not self.groups:
            return []
        changes: list[Change] = []
        kept: list[Group] = []
        for group in self.groups:
            party = max(parties, key=lambda party: len(party & group.members), default=None)
            if party is not None and len(party & group.members) >= 2:  # noqa: PLR2004
                parties.remove(party)
                group.members, group.short_since = party, None
            elif group.short_since is None:
                group.short_since = now
            if group.short_since is None or now - group.short_since < LASTS - EPSILON:
                kept.append(group)
            else:
                members = tuple(sorted(group.members))
                changes.append(GroupDissolved(index, now, group.number, members, group.since))
        self.groups = kept
        for party in parties:
            self._number += 1
            kept.append(Group(self._number, party, now))
            changes.append(GroupFormed(index, now, self._number, tuple(sorted(party))))
        return changes


def _parties(together: Iterable[tuple[int, int]]) -> Iterator[frozenset[int]]:
    """Put together who is connected, however many lie between."""
    friends: dict[int, set[int]] = {}
    for one, two in together:
        friends.setdefault(one, set()).add(two)
        friends.setdefault(two, set()).add(one)
    while friends:
        first = min(friends)
        party, waiting = set[int](), [first]
        while waiting:
            number = waiting.pop()
            if number not in party:
                party.add(number)
                waiting += friends.pop(number, set())
        yield frozenset(party)
