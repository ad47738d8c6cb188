"""What the control thread shall tell the daemon, as the other threads leave it there."""

import threading
from collections import deque
from collections.abc import Callable

from sources.message import CameraState, Failed, Hint, Lesson, State, StreamInfo

_HINTS = 16
"""Hints that wait at most; each of the four comes at most every few seconds."""


class News:
    """What the control thread shall tell the daemon; of each kind only the newest."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._lock = threading.Lock()
        self._state: State | None = None
        self._info: StreamInfo | None = None
        self._failed: Failed | None = None
        self._lesson: Lesson | None = None
        self._hints: deque[Hint] = deque(maxlen=_HINTS)

    def state(self, state: CameraState, reason: str = "") -> None:
        """Say that the state changed."""
        with self._lock:
            self._state = State(state=state, reason=reason[:400])
        self._wake()

    def stream(self, info: StreamInfo) -> None:
        """Say what was opened."""
        with self._lock:
            self._info = info
        self._wake()

    def failed(self, failed: Failed) -> None:
        """Say why it ends."""
        with self._lock:
            self._failed = failed
        self._wake()

    def hint(self, hint: Hint) -> None:
        """Say that something about the view changed; every change counts."""
        with self._lock:
            self._hints.append(hint)
        self._wake()

    def lesson(self, lesson: Lesson) -> None:
        """Say what a later child should know."""
        with self._lock:
            self._lesson = lesson
        self._wake()

    def opened(self) -> StreamInfo | None:
        """Return what was opened, if that is new: said before any of its pictures."""
        with self._lock:
            info, self._info = self._info, None
        return info

    def take(self) -> list[State | StreamInfo | Lesson | Hint | Failed]:
        """Return what is new, the last word last."""
        with self._lock:
            held = (self._info, self._state, self._lesson, *self._hints, self._failed)
            news = [item for item in held if item is not None]
            self._hints.clear()
            self._info = self._state = self._lesson = self._failed = None
        return news
