"""What can change in a scene. Every change names its frame, its time and whom it is about.

`at` is the time of the frame by which it was certain; where that took a while, `since` tells when
it began. Objects are named by identity, which stays the same across track ids, and by the track id
of that moment.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal, get_args

from reasoners.scene.relation import Predicate

Way = Literal["forward", "backward"]
"""Over a line: forward leads from the left-hand to the right-hand side of whoever walks along it
from its first point to its last."""


@dataclass(frozen=True, slots=True)
class _Any:
    index: int
    """Frame that showed it."""

    at: float
    """Time of that frame, seconds."""

    @property
    def things(self) -> tuple[int, ...]:
        """Identities of the objects it is about, the one that changed first."""
        return ()


@dataclass(frozen=True, slots=True)
class _Change(_Any):
    thing: int
    """Identity of the object; stays the same across track ids."""

    track: int
    """Track id it has now."""

    @property
    def things(self) -> tuple[int, ...]:
        """Identities of the objects it is about, the one that changed first."""
        return (self.thing,)


@dataclass(frozen=True, slots=True)
class Appeared(_Change):
    """An object not known before is there."""


@dataclass(frozen=True, slots=True)
class Reappeared(_Change):
    """A known object is there again: under another track id, or after it was hidden."""

    previous: int
    """Track id it had before; may be the same."""

    away: float
    """Seconds it was out of sight."""


@dataclass(frozen=True, slots=True)
class Relabelled(_Change):
    """The votes for what an object is have turned."""

    previous: str
    label: str


@dataclass(frozen=True, slots=True)
class Vanished(_Change):
    """An object is given up; frame and time are those that showed it last."""


@dataclass(frozen=True, slots=True)
class MovedOff(_Change):
    """An object that stood still moves."""


@dataclass(frozen=True, slots=True)
class Stopped(_Change):
    """An object that moved stands still."""


@dataclass(frozen=True, slots=True)
class StoppedSuddenly(_Change):
    """An object lost most of its speed within a moment."""

    pace: float
    """Speed before, in own sizes per second."""

    since: float
    """When it began to slow down."""


@dataclass(frozen=True, slots=True)
class StartedRunning(_Change):
    """A person moves much faster than people walk."""

    pace: float
    """Speed, in own sizes per second: for people about metres."""


@dataclass(frozen=True, slots=True)
class StoppedRunning(_Change):
    """A person that ran walks or stands again."""

    since: float
    """When it began to run."""


@dataclass(frozen=True, slots=True)
class LooksFallen(_Change):
    """A hint, no finding: the box of a person went from upright to flat and stays so.

    Somebody who sits down, crawls or is cut off by something looks alike.
    """

    since: float
    """When the box began to flatten."""

    confidence: float
    """How plainly, 0 to 1; never 1."""


@dataclass(frozen=True, slots=True)
class GotUp(_Change):
    """The box of a person that looked fallen is upright again."""

    since: float
    """When it looked fallen."""


@dataclass(frozen=True, slots=True)
class Entered(_Change):
    """An object came into a zone, or was in it when first seen."""

    zone: str


@dataclass(frozen=True, slots=True)
class Left(_Change):
    """An object went out of a zone, or vanished in it."""

    zone: str
    since: float
    """When it had entered."""


@dataclass(frozen=True, slots=True)
class Dwelt(_Change):
    """An object has been in a zone for a time that was asked for."""

    zone: str
    seconds: float
    """The time asked for."""


@dataclass(frozen=True, slots=True)
class Loitered(_Change):
    """An object has been about a zone for its `loiter` time, short absences counted out."""

    zone: str
    seconds: float
    """The time asked for."""

    since: float
    """When it first entered."""


@dataclass(frozen=True, slots=True)
class Crossed(_Change):
    """An object went over a line."""

    line: str
    way: Way


@dataclass(frozen=True, slots=True)
class WrongWay(_Change):
    """An object went over a line, or through a zone, against the way that is permitted there."""

    place: str
    """`line:gate` or `zone:lane`."""


@dataclass(frozen=True, slots=True)
class Blocked(_Change):
    """An object stands still in a zone that is to be kept clear."""

    zone: str
    since: float
    """When it came to stand there."""


@dataclass(frozen=True, slots=True)
class _Pair(_Change):
    other: int
    """Identity of the other object."""

    other_track: int
    """Track id that one has now."""

    @property
    def things(self) -> tuple[int, ...]:
        """Identities of the objects it is about, the one that changed first."""
        return self.thing, self.other


@dataclass(frozen=True, slots=True)
class Hidden(_Pair):
    """An object is out of sight behind another; frame and time showed it last."""


@dataclass(frozen=True, slots=True)
class Related(_Pair):
    """A relation between two objects has begun."""

    predicate: Predicate
    since: float


@dataclass(frozen=True, slots=True)
class Unrelated(_Pair):
    """A relation between two objects is over."""

    predicate: Predicate
    since: float
    """When it had begun."""


@dataclass(frozen=True, slots=True)
class LeftBehind(_Pair):
    """An object that a person carried or brought stays, and the person (`other`) goes."""

    since: float
    """When it was put down."""


@dataclass(frozen=True, slots=True)
class Taken(_Pair):
    """An object that lay still is gone, or moves, with the person (`other`) who was at it."""


@dataclass(frozen=True, slots=True)
class _Group(_Any):
    group: int
    """Number of the group within its camera and run."""

    members: tuple[int, ...]
    """Identities, ascending."""

    @property
    def things(self) -> tuple[int, ...]:
        """Identities of the objects it is about, ascending."""
        return self.members


@dataclass(frozen=True, slots=True)
class GroupFormed(_Group):
    """People stay together."""


@dataclass(frozen=True, slots=True)
class GroupDissolved(_Group):
    """Of a group not enough are together any more; `members` are those it last had."""

    since: float
    """When it had formed."""


@dataclass(frozen=True, slots=True)
class Counted(_Any):
    """Another number of objects is there, and stays for a moment."""

    label: str
    zone: str | None
    """None: in the whole picture."""

    count: int
    previous: int
    since: float
    """When it began to be so."""


@dataclass(frozen=True, slots=True)
class Crowded(_Any):
    """A zone holds as many people as its `crowd` says, or more."""

    zone: str
    count: int
    members: tuple[int, ...]
    """Identities of those in it, ascending."""

    @property
    def things(self) -> tuple[int, ...]:
        """Identities of the objects it is about, ascending."""
        return self.members


@dataclass(frozen=True, slots=True)
class Uncrowded(_Any):
    """A crowded zone holds fewer again."""

    zone: str
    count: int
    since: float
    """When it had become crowded."""


Change = (
    Appeared
    | Hidden
    | Reappeared
    | Relabelled
    | Vanished
    | MovedOff
    | Stopped
    | StoppedSuddenly
    | StartedRunning
    | StoppedRunning
    | LooksFallen
    | GotUp
    | Entered
    | Left
    | Dwelt
    | Loitered
    | Crossed
    | WrongWay
    | Blocked
    | Related
    | Unrelated
    | LeftBehind
    | Taken
    | GroupFormed
    | GroupDissolved
    | Counted
    | Crowded
    | Uncrowded
)

KINDS: Final[dict[str, type[Change]]] = {
    re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower(): kind for kind in get_args(Change)
}
"""Every kind of change by the word for it: `left_behind` is `LeftBehind`."""
