"""Questions to models: one queue for all cameras, and a terminal state for every question."""

from daemon.thinking.building import idle_cassette, member, minding, parsing, room, thinking
from daemon.thinking.figures import ThinkingFigures
from daemon.thinking.member import Member
from daemon.thinking.parsing import Parsing
from daemon.thinking.resuming import Resuming
from daemon.thinking.thinking import Conclude, Thinking

__all__ = [
    "Conclude",
    "Member",
    "Parsing",
    "Resuming",
    "Thinking",
    "ThinkingFigures",
    "idle_cassette",
    "member",
    "minding",
    "parsing",
    "room",
    "thinking",
]
