"""What this room cannot do, or cannot read.

* RtspError
    * NotUnderstood: not wrong, only more than this reader speaks; libavformat may.
    * Garbled: against the protocol; raised by the parsers, and by nothing else in them.
"""


class RtspError(Exception):
    """Base of every error of this room; none leaves it but `NotUnderstood`."""


class NotUnderstood(RtspError):
    """Not wrong, only more than this reader speaks."""


class Garbled(RtspError):
    """Against the protocol."""
