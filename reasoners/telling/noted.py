"""What happened to the objects of one event that is worth telling, and why. Pure and bounded."""

from collections.abc import Iterable, Sequence

from reasoners.scene.cause import Cause
from reasoners.scene.change import (
    Blocked,
    Change,
    Crossed,
    GotUp,
    LeftBehind,
    Loitered,
    LooksFallen,
    StartedRunning,
    StoppedSuddenly,
    Taken,
    WrongWay,
)
from reasoners.scene.thing import Thing
from reasoners.telling.saying import places_of

NOTED = (
    Blocked,
    Crossed,
    GotUp,
    LeftBehind,
    Loitered,
    LooksFallen,
    StartedRunning,
    StoppedSuddenly,
    Taken,
    WrongWay,
)
"""Changes that are worth telling whenever something else is told."""

MOST_NOTED, MOST_CAUSES = 6, 8
"""So many of them, and of causes, are kept: the latest."""


class Noted:
    """What one event remembers of its objects."""

    def __init__(self) -> None:
        self._changes: dict[tuple[object, ...], Change] = {}
        self._causes: dict[Cause, None] = {}

    @property
    def changes(self) -> tuple[Change, ...]:
        """The latest of each kind and place, oldest first."""
        return tuple(self._changes.values())

    @property
    def causes(self) -> tuple[Cause, ...]:
        """Oldest first."""
        return tuple(self._causes)

    def note(self, change: Change) -> None:
        """Keep what happened, if that is worth telling."""
        if not isinstance(change, NOTED):
            return
        way = change.way if isinstance(change, Crossed) else None
        key = (type(change), way, *places_of(change))
        self._changes.pop(key, None)
        self._changes[key] = change
        if len(self._changes) > MOST_NOTED:
            del self._changes[next(iter(self._changes))]

    def reason(self, links: Iterable[Cause], things: Sequence[Thing]) -> None:
        """Keep why something happened to these objects, or what they made happen to others."""
        for link in links:
            about = {*link.effect.things[:2], *link.cause.things[:1]}
            if any(thing.id in about and link.effect.at >= thing.first_seen for thing in things):
                self._causes[link] = None
        for link in list(self._causes)[:-MOST_CAUSES]:
            del self._causes[link]
