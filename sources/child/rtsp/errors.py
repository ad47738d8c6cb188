"""What this room cannot do, or cannot read.

* RtspError
    * NotUnderstood: not wrong, only more than this reader speaks; libavformat may.
    * Garbled: against the protocol; raised by the parsers, and by nothing else in them.
* Redirected: a SourceRejected; the camera names another place, which is not gone to.
"""

from sources.errors import SourceRejected


class RtspError(Exception):
    """Base of every error of this room; none leaves it but `NotUnderstood`."""


class NotUnderstood(RtspError):
    """Not wrong, only more than this reader speaks."""


class Garbled(RtspError):
    """Against the protocol."""


class Redirected(SourceRejected):
    """The camera sends us to another place."""
