"""How an engine says that something is worth an event; all engines of a camera speak this way.

An engine watches the scene and yields firings: that something begins, that it has changed, that it
is over. The chronicle makes one event of all that carry the same rule and key. Pure.
"""

from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from reasoners.event import Severity
from reasoners.question import Inquiry
from reasoners.scene.change import Change
from reasoners.scene.scene import Scene
from reasoners.scene.thing import Thing
from reasoners.scene.view import View

Phase = Literal["begins", "changes", "ends"]
Notify = Literal["at_once", "when_verified"]

NOTHING: Final = Inquiry()
"""No model is asked."""


class Expectation(Protocol):
    """What is expected of the near future, as far as conditions ask for it."""

    @property
    def what(self) -> str:
        """Kind of prediction, such as `enters`."""
        ...

    @property
    def subject(self) -> int | None:
        """Identity of the object it is about; None where it is about a place."""
        ...

    @property
    def object(self) -> int | str | None:
        """Identity of another object, or a place: `zone:step`, `line:gate`."""
        ...

    @property
    def label(self) -> str | None:
        """Of what, where it is about how many there will be."""
        ...

    @property
    def horizon(self) -> float:
        """Seconds from its making until it can be judged."""
        ...

    @property
    def probability(self) -> float:
        """How likely it is, 0 to 1."""
        ...


@dataclass(frozen=True, slots=True)
class Moment:
    """What an engine is shown: one frame, or that time passes without one."""

    now: float
    """Seconds, never less than before."""

    index: int
    """The frame, or the last before."""

    view: View | None
    """None where there is no frame."""

    scene: Scene
    changes: Sequence[Change]
    """What this moment changed, in order."""

    expectations: Sequence[Expectation] = ()
    """What is predicted as of now, of all that was wished for; see `reasoners.predictions.wish`."""

    wall: float | None = None
    """The present as the clock on the wall has it, Unix time: it differs from `now` where the clock
    was set meanwhile. None: as `now`."""

    off: Collection[str] = ()
    """Rules that are switched off; the chronicle sees to that what they say becomes no event."""


@dataclass(frozen=True, slots=True)
class Ground:
    """One condition that held when something fired: what was asked, and what was measured."""

    kind: str
    """The word for it, such as `dwells_in`; what explanations are looked up by."""

    condition: str
    """As the rule says it, on one line: `dwells_in step for 3 s`."""

    since: float
    """Since when it holds, or held."""

    at: float
    """When that was certain."""

    index: int | None = None
    """Frame that made it certain."""

    until: float | None = None
    """When it ceased to hold; None while it does. What takes no time ends as it begins."""

    things: tuple[Thing, ...] = ()
    """Whom it is about, the subject first."""

    place: str | None = None
    """Where: `zone:step`, `line:gate`."""

    value: float | str | None = None
    """What was measured."""

    wanted: float | str | None = None
    """What was asked for, in the same unit."""

    unit: str = ""
    """Of both: `s`, `m`, or empty for counts, shares and words."""


@dataclass(frozen=True, slots=True)
class Firing:
    """Something begins, changes or ends that is worth an event."""

    rule: str
    """Name of the rule, as events show it."""

    key: Hashable
    """Which event of that rule: equal as long as it is about the same."""

    phase: Phase
    """`changes` and `ends` are heeded only between `begins` and `ends`."""

    at: float
    """When it began or ended: the event's start or end. For a change, the present."""

    things: tuple[Thing, ...] = ()
    """Whom it is about, whom most first; an end needs none."""

    severity: Severity = "info"
    grounds: tuple[Ground, ...] = ()
    """Why: at the beginning what held then, later all of it as it stands."""

    ask: Inquiry = NOTHING
    """What a vision-language model is asked; only heeded at the beginning."""

    forecast: float | None = None
    """Seconds ahead of its forecast picture, 0 for none; None: as the camera has it. Only heeded at
    the beginning."""

    notify: Notify = "at_once"
    """Whether the event may wait for its verdict; only heeded at the beginning."""


class Engine(Protocol):
    """Decides what of a camera's scene is worth an event.

    Its work is bounded: it is called for every frame, and keeps nothing of what is long over.
    """

    def observe(self, moment: Moment) -> Iterable[Firing]:
        """Take one moment; say what begins, changes or ends with it."""
        ...

    def reset(self) -> None:
        """Forget all that is going on: the camera is gone, its events are ended by others."""
        ...
