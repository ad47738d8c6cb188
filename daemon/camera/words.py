"""What a child says, in our words, on one line, and as long as we like."""

from typing import Literal

from sources.message import Hint, StreamInfo

Remark = Literal["stream_changed", "discontinuity", "view"]
"""What a camera's child noticed and a person may want to know, once."""

_HINTS = {
    ("dark", True): "the view is dark: no light, or something covers the camera",
    ("dark", False): "the view is lit again",
    ("covered", True): "the view is one even colour: something may cover the camera",
    ("covered", False): "the view shows something again",
    ("blurred", True): "the view is blurred: out of focus, dirty or sprayed",
    ("blurred", False): "the view is sharp again",
    ("moved", True): "the view is another one: the camera may have been turned",
    ("moved", False): "the view is steady again",
}


def hint(said: Hint) -> str:
    """Say what became of the view."""
    return _HINTS[said.hint, said.active]


def shape(stream: StreamInfo) -> str:
    """Say what a stream is, as far as a change of it is worth a remark."""
    return f"{stream.codec} {stream.width}x{stream.height}"


def word(said: object) -> str | None:
    """Take one word of a child's, not a story."""
    return plain(said)[:40] if isinstance(said, str) else None


def plain(text: str) -> str:
    """Keep what a child says on one line, and from steering terminals and log readers."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
