"""One camera's way through the house: frames in, revisions out, in one place and in order."""

from daemon.line.line import Line
from daemon.line.wiring import Wiring

__all__ = ["Line", "Wiring"]
