"""What is shown to sinks beside events: the latest states, notices, frame reports. All bounded."""

import asyncio
from collections import deque
from collections.abc import Callable, Collection

from pydantic import BaseModel

from reasoners import Event
from sinks import (
    Arrangement,
    CameraStatus,
    ConfigurationState,
    Forecast,
    FrameReport,
    Latest,
    Message,
    Notice,
    ObjectCounts,
    Place,
    ProfileState,
    RuleState,
    SceneReport,
    Snapshot,
    State,
    Stats,
    SwitchState,
    ZoneCounts,
)
from sinks.command import OF_A_RULE

NOTICES = 100
FRAMES = 8
ATTEMPTS = 3
"""Times a notice is shown before it is taken for the reason why the connection breaks."""

PACE = 1.0
"""Seconds between two publications of the same counts or of a camera's pictures."""

PACED = frozenset({"objects", "zone", "rule", "latest", "snapshot", "forecast"})


Key = tuple[str, ...]
Once = Notice | SceneReport
Said = Once | FrameReport

Wants = Callable[[type[BaseModel]], bool]
"""Tells whether messages of a class are of any use; always the same of the same class."""


class Listener:
    """One sink's view of the board: what it has not been shown yet, and is of use to it."""

    def __init__(self, board: "Board", wants: Wants) -> None:
        self.wants = wants
        self.dropped = 0
        """Notices and frame reports the sink was too slow for."""

        self._board = board
        self._states: dict[Key, State] = {}
        self._shown_at: dict[Key, float] = {}
        self._notices: deque[Once] = deque()
        self._frames: deque[FrameReport] = deque()
        self._arrangement: Arrangement | None = None
        self._failed: tuple[Notice | None, int] = (None, 0)
        self._changed = asyncio.Event()

    def anew(self) -> None:
        """Forget what was shown: every present state is shown again, frame reports are stale."""
        states = self._board.states.items()
        self._states = {key: state for key, state in states if self.wants(type(state))}
        self._shown_at.clear()
        self.dropped += len(self._frames)
        self._frames.clear()
        self._changed.set()

    def put(self, key: Key, state: State) -> None:
        """Take a new state; an older one of the same key is forgotten."""
        if not self.wants(type(state)):
            return
        self._states[key] = state
        self._changed.set()

    def tell(self, message: Said) -> None:
        """Take what is said once."""
        if not self.wants(type(message)):
            return
        if not isinstance(message, FrameReport):
            self._make_room(self._notices, NOTICES)
            self._notices.append(message)
        else:
            self._make_room(self._frames, FRAMES)
            self._frames.append(message)
        self._changed.set()

    def arrange(self, arrangement: Arrangement, gone: Collection[Key]) -> None:
        """What is configured has changed; of what is gone nothing is shown any more."""
        self._arrangement = arrangement
        for key in gone:
            self._states.pop(key, None)
            self._shown_at.pop(key, None)
        self._changed.set()

    def arranged(self) -> Arrangement | None:
        """Return what is configured now if that is news, once."""
        arrangement, self._arrangement = self._arrangement, None
        return arrangement

    async def next(self) -> Message | Arrangement:
        """Wait for the next message to show, or the news what is configured, which comes first.

        Cancelling loses nothing.
        """
        loop = asyncio.get_running_loop()
        while True:
            self._changed.clear()
            arrangement = self.arranged()
            if arrangement is not None:
                return arrangement
            if self._frames:
                return self._frames.popleft()
            if self._notices:
                return self._notices.popleft()
            now = loop.time()
            due = {key: self._due(key) for key in self._states}
            for key, at in due.items():
                if at <= now:
                    self._shown_at[key] = now
                    return self._states.pop(key)
            wait = min(due.values(), default=None)
            try:
                async with asyncio.timeout_at(wait):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def give_back(self, message: Message | Arrangement) -> None:
        """Take back a notice that could not be shown: it comes again, first, but not for ever."""
        if not isinstance(message, Notice):
            return
        attempts = self._failed[1] + 1 if message is self._failed[0] else 1
        self._failed = message, attempts
        if attempts < ATTEMPTS:
            self._notices.appendleft(message)
        else:
            self.dropped += 1

    def _due(self, key: Key) -> float:
        if key[0] not in PACED:
            return float("-inf")
        return self._shown_at.get(key, float("-inf")) + PACE

    def _make_room(self, queue: deque[Once] | deque[FrameReport], most: int) -> None:
        if len(queue) >= most:
            queue.popleft()
            self.dropped += 1


class Board:
    """Latest states by key, and who listens. Bounded by cameras and zones."""

    def __init__(self) -> None:
        self.states: dict[Key, State] = {}
        self._listeners: list[Listener] = []
        self._places: dict[str, Place] | None = None

    def arrange(self, arrangement: Arrangement) -> None:
        """Go by what is configured now: of other cameras, zones and rules nothing is shown.

        Their events may still come: an answer after the end, or what a crash left open.
        """
        self._places = {place.name: place for place in arrangement.cameras}
        gone = [key for key, state in self.states.items() if not self._placed(state)]
        for key in gone:
            del self.states[key]
        for listener in self._listeners:
            listener.arrange(arrangement, gone)

    def listen(self, wants: Wants = lambda _: True) -> Listener:
        """Add a sink, which wants everything if it does not say otherwise."""
        listener = Listener(self, wants)
        self._listeners.append(listener)
        return listener

    def wanted(self, kind: type[BaseModel]) -> bool:
        """Tell whether anybody has a use for messages of a class: else none need be made."""
        return any(listener.wants(kind) for listener in self._listeners)

    def show(self, state: State) -> None:
        """Replace a state; sinks that know this very value already are left alone."""
        key = _key(state)
        old = self.states.get(key)
        if _same(old, state) or not self._placed(state):
            return
        self.states[key] = state
        for listener in self._listeners:
            listener.put(key, state)

    def tell(self, message: Said) -> None:
        """Say something once, to everybody."""
        for listener in self._listeners:
            listener.tell(message)

    def pictures(self, event: Event, snapshot: bytes | None, forecast: bytes | None) -> None:
        """Show the pictures of a camera's latest event, as far as there are new ones."""
        if snapshot is not None:
            self.show(Snapshot(camera=event.camera, event=event.id, jpeg=snapshot))
        if forecast is not None:
            self.show(Forecast(camera=event.camera, event=event.id, jpeg=forecast))

    def _placed(self, state: State) -> bool:
        """Tell whether what a state is of is configured."""
        if self._places is None or not isinstance(state, _OF_A_CAMERA):
            return True
        place = self._places.get(state.camera)
        return place is not None and _belongs(state, place)


_KINDS: dict[type[State], str] = {
    CameraStatus: "camera",
    ObjectCounts: "objects",
    ZoneCounts: "zone",
    RuleState: "rule",
    SwitchState: "switch",
    ProfileState: "profile",
    ConfigurationState: "configuration",
    Latest: "latest",
    Snapshot: "snapshot",
    Forecast: "forecast",
    Stats: "stats",
}
_OF_A_CAMERA = (
    *(CameraStatus, ObjectCounts, ZoneCounts, RuleState, SwitchState),
    *(Latest, Snapshot, Forecast),
)
_PARTS: dict[type[State], tuple[str, ...]] = {
    ZoneCounts: ("camera", "zone"),
    RuleState: ("camera", "rule"),
    SwitchState: ("camera", "switch"),
    ProfileState: (),
    ConfigurationState: (),
    Stats: (),
}


def _belongs(state: State, place: Place) -> bool:
    """Tell whether a camera that is configured so has what a state of it is about."""
    match state:
        case ZoneCounts():
            return state.zone in place.zones
        case RuleState():
            return state.rule in place.rules
        case Forecast():
            return place.forecast
        case SwitchState() if state.switch.startswith(OF_A_RULE):
            return state.switch.removeprefix(OF_A_RULE) in place.rules
    return True


def _key(state: State) -> Key:
    """Tell which value a state is the latest of; a camera has one `latest` of whatever rule."""
    kind = _KINDS[type(state)]
    parts = _PARTS.get(type(state), ("camera",))
    return (kind, *(getattr(state, name) for name in parts))


def _same(old: State | None, new: State) -> bool:
    if isinstance(new, (ObjectCounts, ZoneCounts)) and isinstance(old, type(new)):
        return old.counts == new.counts
    if isinstance(new, RuleState) and isinstance(old, RuleState):
        return (old.active, old.event) == (new.active, new.event)
    if isinstance(new, CameraStatus) and isinstance(old, CameraStatus):
        return old.model_copy(update={"since": new.since}) == new
    return False
