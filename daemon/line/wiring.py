"""What a line is connected to, and how its camera is looked at."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from daemon.board import Board
from daemon.clock import Clock
from daemon.closely import Choice
from daemon.detection import Detecting
from daemon.recorder import Recorder
from daemon.starts import Starts
from daemon.switchboard import Switches
from daemon.thinking import Thinking
from daemon.timing import Timing


@dataclass(frozen=True, slots=True)
class Wiring:
    """What a line is connected to."""

    detector: Detecting
    recorder: Recorder
    board: Board
    clock: Clock
    timing: Timing
    thinking: Thinking | None
    """Where questions go; None without a model."""

    beat: Callable[[], None]
    switches: Switches = field(default_factory=Switches)
    """What is turned off just now."""

    media_start: float | None = None
    """In a replay, the Unix time of media time 0; None for live running."""

    deadline: float = 10.0
    """Seconds a question may take."""

    turns: int | None = None
    """Descriptor of what all decoder children share."""

    places: int = 1
    """Of them that may do heavy work at the same moment."""

    starts: Starts | None = None
    """Who of them may start; None lets all."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a camera is looked at."""

    live: bool
    """Whether pictures come by themselves."""

    fps: float | Literal["every"] | None
    """Frames per second to look at; None leaves it to the detector."""

    rate: Literal["fixed", "tracks"]
    """Whether fewer will do while its tracks do not change."""

    carry: int
    """Frames between two looks over which tracks are carried."""

    regions: Choice
    """Whether parts of pictures are looked at closely."""

    rehearsed: bool
    """Whether a recording is told as if it came live: then all goes step by step."""
